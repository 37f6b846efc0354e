"""SIGKILL at the state-changing calls of `approve`: the call is allowed once, on record, and the run goes on with it."""

import os
import shutil
from pathlib import Path

import pytest

from tests.faults import figures, points, truth
from tests.support import watching
from tests.support.deferred_runs import Asking
from tests.support.lab import eventually, naming
from workcell.rundir import deferred, heartbeat, layout, look, phase

pytestmark = pytest.mark.skipif(points.STRACE is None, reason="strace is not there")


class Approval:
    """A run that waits for a yes or no, to be put back as often as it is needed."""

    def __init__(self, lab):
        self.lab, self.asking = lab, Asking(lab)
        self.run = self.asking.launch()
        self._quiet()
        self.stage = truth.Stage(lab, self.run)
        self.journal = Path(deferred.path_of(lab.home)).read_bytes()
        self.talk = Path(lab.person, ".claude")
        shutil.copytree(self.talk, Path(lab.top, "talk"))
        self.argv = lab.words("approve", self.run)

    def _quiet(self):
        eventually(lambda: not naming(os.path.basename(self.run)), what="the last process of the run")

    def prepare(self):
        """As if nothing had been decided, in a home with a watchdog."""
        self._quiet()
        self.stage.set()
        Path(deferred.path_of(self.lab.home)).write_bytes(self.journal)
        shutil.rmtree(self.talk)
        shutil.copytree(Path(self.lab.top, "talk"), self.talk)
        shutil.rmtree(heartbeat.directory(self.lab.home), ignore_errors=True)
        self.watch = watching.Watch(self.lab)

    def every(self):
        """Every call of an `approve` that nothing disturbs."""
        self.prepare()
        found = points.points(self.argv, env=self.lab.env(), cwd=self.lab.top)
        self.check_done()
        return found

    def strike(self, point, *, by_tick):
        """Kill one there, and see that a tick, or the same verb again, goes on; whether the kill hit."""
        self.prepare()
        hit = points.struck(self.argv, point, "signal=KILL", env=self.lab.env(), cwd=self.lab.top)
        if not by_tick or not self.asking.decisions():
            self.lab.workcell("approve", self.run, code=0 if deferred.call_of(look.at(self.run)) else 77)
        for _ in range(3):
            if look.at(self.run).phase in (phase.CREATED, phase.SCHEDULED):
                self.watch.tick()
        self.check_done()
        return hit

    def check_done(self):
        """It was allowed once, which is on record, and the run passed."""
        seen = self.lab.phase(self.run, phase.DONE)
        assert (seen.n, seen.outcome) == (2, "passed")
        assert self.asking.hooks() == ["t1 defer", "t1 allow"] and self.asking.ran() == 1
        assert self.asking.decisions() == ["allow"]
        name = self.asking.asked_by(self.run)["decision"]
        told = [line["attempt"] for line in self.asking.lines() if line.get("of") == name]
        assert told == [2], "told and recorded once"
        assert truth.unsound(self.run) == []

    def sweep(self, only):
        """Kill at `only` of the calls, at each where it is None."""
        every = self.every()
        chosen = every if only is None else spread(every, only)
        hits, wrong = 0, []
        for number, point in enumerate(chosen):
            for by_tick in (False, True) if only is None else (number % 2 == 0,):
                try:
                    hits += self.strike(point, by_tick=by_tick)
                except AssertionError as error:
                    wrong.append(f"killed at {point}, by {'tick' if by_tick else 'approve'}: {error}")
        name = "approve" if only is None else f"approve, a sample of {len(every)}"
        calls = len(chosen) * (2 if only is None else 1)
        words = figures.record(name, calls=calls, killed=hits, wrong=len(wrong))
        assert not wrong, "\n".join([words, *wrong])
        assert hits >= calls * 0.7, words


def spread(every, count):
    """`count` of the calls, evenly from the first write of the journal on: before it nothing was decided."""
    first = next(
        number for number, point in enumerate(every) if point.call == "write" and layout.APPROVALS in point.words
    )
    late = every[first:]
    return [late[int((number + 0.5) * len(late) / count)] for number in range(count)]


@pytest.fixture
def approval(lab):
    return Approval(lab)


def test_killed_at_some_calls(approval):
    approval.sweep(3)


@pytest.mark.heavy
@pytest.mark.timeout(300)
def test_killed_at_a_sample_of_calls(approval):
    approval.sweep(10)


@pytest.mark.sweep
@pytest.mark.timeout(3600)
def test_killed_at_every_call(approval):
    approval.sweep(None)
