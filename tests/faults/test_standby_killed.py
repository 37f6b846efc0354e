"""SIGKILL at the calls of send, wake, finish and a standby's end: no message is lost or told twice, no wake is missed."""

import os
import shutil
from pathlib import Path

import pytest

from tests.faults import figures, points, truth
from tests.support import watching
from tests.support.lab import eventually, naming
from tests.support.standing_by import Listening
from workcell.rundir import heartbeat, inbox, layout, ledger, look, maildir, phase, standby

pytestmark = pytest.mark.skipif(points.STRACE is None, reason="strace is not there")

TEXT = "only once"
STILL = (phase.SCHEDULED, phase.CREATED, phase.DONE, phase.INTERRUPTED, phase.LOST)


class Bench:
    """A run on standby, to be put back as often as it is needed."""

    title = "standby: {}"

    def __init__(self, lab, verb):
        self.lab, self.verb = lab, verb
        self.listening = Listening(lab)
        self.run = self.listening.launch()
        self._quiet()
        self.calm = truth.Stage(lab, self.run)
        if verb == "wait":
            self._unfinish()
        if verb in ("_wake", "wait"):
            inbox.post(self.run, {"kind": "text", "mode": "sequential", "text": TEXT, "by": "person"})
        self.stage = truth.Stage(lab, self.run)
        words = {"send": ["send", self.run, TEXT], "wait": ["wait", self.run, "--for", "idle", "--timeout", "9s"]}
        self.argv = lab.words(*words.get(verb, [verb, self.run]))

    def _quiet(self):
        eventually(lambda: not naming(os.path.basename(self.run)), what="the last process of the run")

    def _unfinish(self):
        """As if finish had been killed before it did anything: the ledger ends with the end of the agent."""
        path = Path(ledger.path(self.run))
        lines = path.read_text().splitlines(keepends=True)
        last = next(number for number, line in enumerate(lines) if f'"{layout.EXIT}"' in line)
        path.write_text("".join(lines[: last + 1]))
        for name in (layout.FACTS, layout.NEXT):
            Path(layout.attempt(self.run, 1), name).unlink()
        assert look.at(self.run).phase == phase.INTERRUPTED

    def prepare(self):
        self._quiet()
        # The watchdog's first tick sees the run before anything is due: it would start itself what is to be struck.
        self.calm.set()
        shutil.rmtree(os.path.join(self.lab.home, layout.WAKE), ignore_errors=True)
        shutil.rmtree(heartbeat.directory(self.lab.home), ignore_errors=True)
        self.listening.watch = watching.Watch(self.lab)
        watching.regular(self.lab.home)
        self.stage.set()
        for name in ("turns", "checked"):
            Path(self.lab.marks, name).unlink(missing_ok=True)

    def every(self):
        """Every call of the verb when nothing disturbs it."""
        self.prepare()
        found = points.points(self.argv, env=self.lab.env(), cwd=self.lab.top)
        self.check()
        return found

    def strike(self, point):
        self.prepare()
        hit = points.struck(self.argv, point, "signal=KILL", env=self.lab.env(), cwd=self.lab.top)
        self.check()
        return hit

    def settled(self):
        """The run once no tick finds anything to do any more."""
        for _ in range(6):
            seen = eventually(lambda: one if (one := look.at(self.run)).phase in STILL else None)
            if seen.phase == phase.DONE or (standby.waits(seen) and not standby.due(seen)):
                return seen
            self.listening.watch.tick()
            # what the tick starts apart
            eventually(lambda seen=seen: look.at(self.run).phase != seen.phase or not naming(seen.id), 20.0)
        raise AssertionError(f"it is {look.at(self.run).phase}, and ticks change nothing")

    def check(self):
        """What was asked is done once, or, where the kill came before it was on disk, not at all and then again."""
        seen = self.settled()
        if seen.n == 1 and seen.phase != phase.DONE:
            assert self.verb in ("send", "finish"), "what was on disk before is done by a tick"
            assert self.told() == [] and self.listening.checked() == 0
            self.lab.workcell(*self.argv[-3:] if self.verb == "send" else self.argv[-2:])
            seen = self.settled()
        if self.verb == "finish":
            assert (seen.outcome, seen.n, self.told()) == ("passed", 1, []) and self.listening.checked() in (1, 2)
        else:
            assert (seen.n, self.told(), self.listening.checked()) == (2, [TEXT + "\n"], 0)
        assert maildir.waiting(os.path.join(self.run, layout.INBOX)) == []
        assert truth.unsound(self.run) == []

    def told(self):
        return [one["prompt"] for one in self.listening.turns()]

    def sweep(self, count):
        every = self.every()
        chosen = every if count is None else points.spread(every, count)
        hits, wrong = 0, []
        for point in chosen:
            try:
                hits += self.strike(point)
            except AssertionError as error:
                wrong.append(f"{self.verb} killed at {point}: {error}")
                print(wrong[-1], flush=True)
        name = figures.sample(self.title.format(self.verb), len(chosen), len(every))
        words = figures.record(name, calls=len(chosen), killed=hits, wrong=len(wrong))
        assert not wrong, "\n".join([words, *wrong])
        assert hits >= len(chosen) * 0.7, words


def test_killed_at_some_calls_of_send(lab):
    Bench(lab, "send").sweep(3)


@pytest.mark.heavy
@pytest.mark.timeout(300)
@pytest.mark.parametrize("verb", ("send", "_wake", "finish", "wait"))
def test_killed_at_a_sample_of_calls(lab, verb):
    Bench(lab, verb).sweep(6)


@pytest.mark.sweep
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("verb", ("send", "_wake", "finish", "wait"))
def test_killed_at_every_call(lab, verb):
    Bench(lab, verb).sweep(None)
