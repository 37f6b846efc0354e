"""SIGKILL at the calls of send --verify and of a check after a turn: who asked is told once, and the run goes on."""

import os
import shutil
from pathlib import Path

import pytest

from tests.faults import figures, points, truth
from tests.support import watching
from tests.support.lab import eventually, naming
from tests.support.standing_by import Listening
from workcell.rundir import heartbeat, inbox, layout, look, maildir, notice, phase, standby, turn_checks

pytestmark = pytest.mark.skipif(points.STRACE is None, reason="strace is not there")

TEXT = "only once"
SENDER = "run:{}/1"


class Bench:
    """A run on standby, and a run that asks for its check, to be put back as often as it is needed."""

    def __init__(self, lab, verb):
        self.lab, self.verb = lab, verb
        self.listening = Listening(lab)
        self.run = self.listening.launch()
        self.sender = lab.launch(lab.brief("true", name="sender"), "--prepare", repo=lab.new_repo())
        self._quiet()
        self.id = os.path.basename(self.run)
        if verb == "_check_turn":
            name = inbox.post(self.run, {"kind": "text", "mode": "sequential", "text": TEXT, "by": "person"})
            inbox.accept(self.run, name, {"kind": "text", "id": name}, "in the brief of attempt 1", 1)
            self.name = name
        self.stage = truth.Stage(lab, self.run)
        self.argv = lab.words("_check_turn", self.run) if verb == "_check_turn" else self._send()

    def _send(self):
        return self.lab.words("send", self.run, "--verify", TEXT)

    def _quiet(self):
        eventually(lambda: not naming(os.path.basename(self.run)), what="the last process of the run")

    def prepare(self):
        self._quiet()
        self.stage.set()
        for name in ("turns", "checked"):
            Path(self.lab.marks, name).unlink(missing_ok=True)
        for part in (layout.CHECKS, layout.WAKE, layout.OUTBOX):
            shutil.rmtree(os.path.join(self.lab.home, part), ignore_errors=True)
        shutil.rmtree(heartbeat.directory(self.lab.home), ignore_errors=True)
        shutil.rmtree(os.path.join(self.sender, layout.INBOX), ignore_errors=True)
        self.listening.watch = watching.Watch(self.lab)
        watching.regular(self.lab.home)
        if self.verb == "_check_turn":
            for by in (SENDER.format(os.path.basename(self.sender)), "person"):
                turn_checks.place(self.lab.home, self.id, 1, self.name, by)

    def every(self):
        """Every call of the verb when nothing disturbs it."""
        self.prepare()
        found = points.points(self.argv, env=self.lab.env(), cwd=self.lab.top)
        assert self.check() == []
        return found

    def strike(self, point):
        """(whether the program got there, what was wrong afterwards)."""
        self.prepare()
        hit = points.struck(self.argv, point, "signal=KILL", env=self.lab.env(), cwd=self.lab.top)
        return hit, self.check()

    def settled(self):
        """The run once no tick finds anything to do any more."""
        for _ in range(6):
            eventually(lambda: not naming(self.id), 30.0, what="the processes of the run")
            seen = look.at(self.run)
            if standby.waits(seen) and not standby.due(seen) and not turn_checks.on(self.lab.home, self.id):
                return seen
            self.listening.watch.tick()
        raise AssertionError(
            f"{look.at(self.run).phase}, {turn_checks.on(self.lab.home, self.id)}: ticks change nothing"
        )

    def check(self):
        """What is wrong, once ticks have found nothing to do any more."""
        seen = self.settled()
        answers = turn_checks.every_done(self.lab.home, self.id)
        if self.verb != "_check_turn" and not self.listening.turns():
            self.lab.workcell(*self.argv[-4:])
            seen = self.settled()
            answers = turn_checks.every_done(self.lab.home, self.id)[len(answers) :]
        wrong = truth.unsound(self.run)
        if seen.phase != phase.SCHEDULED or seen.result is not None:
            wrong.append(f"it is {seen.phase}")
        outcomes = [one["answer"]["outcome"] for one in answers]
        if outcomes != ["passed"] * (2 if self.verb == "_check_turn" else 1):
            wrong.append(f"the answers are {outcomes}")
        box = notice.box(self.lab.home)
        parts = (notice.NEW, notice.CUR, notice.SENT, notice.FAILED)
        told = [name for part in parts for name in maildir.waiting(box, part) if ".checked." in name]
        if len([name for name in told if any(one["id"] in name for one in answers)]) != 1:
            wrong.append(f"a person was told {told}")
        if self.verb == "_check_turn":
            letters = [one["id"] for _, one in inbox.waiting(self.sender)]
            if letters != [one["id"] for one in answers if one["by"] != "person"]:
                wrong.append(f"the sender was told {letters}")
        elif [one["prompt"] for one in self.listening.turns()] != [TEXT + "\n"]:
            wrong.append(f"the agent was told {self.listening.turns()}")
        return wrong

    def sweep(self, count):
        every = self.every()
        chosen = every if count is None else points.spread(every, count)
        hits, wrong = 0, []
        for point in chosen:
            hit, faults = self.strike(point)
            hits += hit
            wrong += [f"{self.verb} killed at {point}: {words}" for words in faults]
        name = f"checks after turns: {self.verb}" + ("" if count is None else f", a sample of {len(every)}")
        words = figures.record(name, calls=len(chosen), killed=hits, wrong=len(wrong))
        assert not wrong, "\n".join([words, *wrong])
        assert hits >= len(chosen) * 0.7, words


@pytest.mark.heavy
@pytest.mark.timeout(300)
@pytest.mark.parametrize("verb", ("send", "_check_turn"))
def test_killed_at_a_sample_of_calls(lab, verb):
    Bench(lab, verb).sweep(4)


@pytest.mark.sweep
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("verb", ("send", "_check_turn"))
def test_killed_at_every_call(lab, verb):
    Bench(lab, verb).sweep(None)
