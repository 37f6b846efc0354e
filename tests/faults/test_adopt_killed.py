"""SIGKILL at the state-changing calls of `adopt`: a session has one run or none, and the next call brings it there."""

import json
import os
import shlex
import time
from pathlib import Path

import pytest

from tests.faults import figures, points, truth
from tests.support.agent_sessions import Claude, tree
from tests.support.lab import eventually, naming
from workcell.base import probe
from workcell.rundir import locks, look, session_lease

pytestmark = pytest.mark.skipif(points.STRACE is None, reason="strace is not there")

AGENT = """#!/bin/sh
cat > /dev/null
case " $* " in *" --resume {session} "*) echo resumed >> {marks}/resumed ;; esac
"""


class Adoption:
    """A session that ended two minutes ago, and a program that goes on with it."""

    def __init__(self, lab):
        self.lab, self.person = lab, Path(lab.person)
        talk = Claude(cwd=os.path.realpath(lab.repo)).prompt("fix the login").said("Shall I go on?")
        talk.keep(self.person, time.time() - 120)
        self.session = talk.id
        folder = Path(lab.top, "bin")
        folder.mkdir()
        (folder / "claude").write_text(AGENT.format(session=talk.id, marks=lab.marks))
        (folder / "claude").chmod(0o755)
        self.env = lab.env(PATH=f"{folder}:{os.environ['PATH']}")
        self.words = ["adopt", talk.id, "--no-window", "-m", "Yes, go on.", "--verify", f"test -s {lab.marks}/resumed"]
        self.argv = lab.words(*self.words)
        self.before = tree(self.person)

    def prepare(self):
        """As if nothing had gone on with it."""
        for run in self.lab.runs():
            eventually(lambda run=run: not naming(os.path.basename(run)), 30.0, f"the last process of {run}")
            truth.remove_run(run)
        truth.clear_marks(self.lab)
        truth.clear_home(self.lab)

    def every(self):
        """Every call of an `adopt` that nothing disturbs."""
        self.prepare()
        found = points.points(self.argv, env=self.env, cwd=self.lab.top)
        self.check_done("a clean one")
        return found

    def strike(self, point):
        """Kill one there, and see that the next one completes it; whether the kill hit."""
        self.prepare()
        hit = points.struck(self.argv, point, "signal=KILL", env=self.env, cwd=self.lab.top)
        assert tree(self.person) == self.before, point
        lease = session_lease.path_of(self.lab.home, "claude", self.session)
        assert locks.held(lease) == probe.NO, point
        made = self.lab.runs()
        assert len(made) <= 1, point
        again = self.lab.workcell(*self.words, env=self.env, code=77 if made else 0)
        if made:
            hint = next(line for line in again.stderr.splitlines() if "workcell resume" in line)
            words = shlex.split(hint[hint.index("workcell resume") :])[1:]
            assert os.path.basename(made[0]) in words and "--native" in words, again.stderr
            if look.at(made[0]).phase == "created":
                self.lab.workcell(*words, "--no-window", env=self.env)
        self.check_done(point)
        return hit

    def check_done(self, point):
        """One run went on with the session, passed and has it."""
        [run] = self.lab.runs()
        eventually(lambda: look.at(run).phase == "done", 60.0, f"{point}: the end of the run")
        seen = look.at(run)
        assert (seen.n, seen.result["outcome"]) == (1, "passed"), point
        assert self.lab.mark("resumed") == "resumed\n", point
        lease = json.loads(Path(session_lease.path_of(self.lab.home, "claude", self.session)).read_text())
        assert lease["run"] == os.path.basename(run) and seen.attempt["agent_session"] == self.session, point
        assert truth.unsound(run) == [], point
        assert tree(self.person) == self.before, point

    def sweep(self, only):
        """Kill at `only` of the calls, at each where it is None."""
        every = self.every()
        chosen = every if only is None else points.spread(every, only)
        hits, wrong = 0, []
        for point in chosen:
            try:
                hits += self.strike(point)
            except AssertionError as error:
                wrong.append(f"killed at {point}: {error}")
        name = "adopt" if only is None else f"adopt, a sample of {len(every)}"
        words = figures.record(name, calls=len(chosen), killed=hits, wrong=len(wrong))
        assert not wrong, "\n".join([words, *wrong])
        assert hits >= len(chosen) * 0.7, words


@pytest.fixture
def adoption(lab):
    return Adoption(lab)


def test_killed_at_some_calls(adoption):
    adoption.sweep(4)


@pytest.mark.heavy
@pytest.mark.timeout(600)
def test_killed_at_a_sample_of_calls(adoption):
    adoption.sweep(16)


@pytest.mark.sweep
@pytest.mark.timeout(3600)
def test_killed_at_every_call(adoption):
    adoption.sweep(None)
