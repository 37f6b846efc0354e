"""SIGKILL at the calls of an `_attend` that answers a dialog by rule: typed at most once, and never unrecorded."""

import contextlib
import os
import sys
from pathlib import Path

import pytest

from tests.e2e.test_attending import hook
from tests.faults import figures, points
from tests.support import lab as labs
from tests.support import ruled_run
from tests.support.lab import eventually
from tests.support.stubs import Stub
from workcell.approvals import dialog_results, journal
from workcell.base import clock, probe
from workcell.rundir import approval_lines, attending, layout, locks, maildir, notice

pytestmark = pytest.mark.skipif(points.STRACE is None, reason="strace is not there")

SAMPLE = 5
SHARE = 20
"""Kills in one home: there rules answer at most 30 dialogs of a run in an hour."""
RULES = "allow: [make *]\n"


class Asking:
    """A run whose agent asks for another command each time; a rule allows them all."""

    def __init__(self, lab):
        self.lab = lab
        os.makedirs(lab.home, 0o700, exist_ok=True)
        ruled_run.write(lab.home, RULES)
        self.stub = Stub(lab)
        program = Path(layout.__file__).parents[1] / "__main__.py"
        self.argv = [sys.executable, "-I", str(program), "_attend", self.stub.run, "1"]
        self.count = 0

    def rests(self):
        """Wait until no program attends."""
        path = attending.paths(self.stub.run)[0]
        eventually(lambda: locks.held(path) == probe.NO, 60.0, "the lock of _attend")

    def asks(self):
        """Put up a dialog that no `_attend` of the runner answers; the command."""
        self.count += 1
        command = f"make n{self.count}"
        ruled_run.write(self.lab.home, RULES + "ask: [make]\n")  # what the runner starts now leaves it to a person
        self.stub.do(f"dialog {command}")
        hook(self.lab, self.stub.run, "PermissionRequest", tool_name="Bash", tool_input={"command": command})
        eventually(lambda: any(command in row for row in self.stub.rows()), 20.0, "the dialog")
        eventually(lambda: self.told(command), 30.0, f"a notice of {command}")
        self.rests()
        ruled_run.write(self.lab.home, RULES)
        return command

    def told(self, command):
        """Whether a person was told of that command."""
        box = notice.box(self.lab.home)
        parts = (notice.NEW, notice.CUR, notice.SENT, notice.FAILED)
        found = [maildir.read(box, name, part) for part in parts for name in maildir.waiting(box, part)]
        return any(command in str(one) for one in found)

    def trial(self, point):
        """Kill one at that point, run the next one, and look; whether the kill hit."""
        command = self.asks()
        hit = points.struck(self.argv, point, "signal=KILL", env=self.lab.env())
        self.looks(command, point)
        points.struck(self.argv, points.Point("write", 9999, ""), "signal=KILL", env=self.lab.env())
        typed, lines = self.looks(command, point)
        assert lines, f"neither one nor the next answered: {point}"
        if not typed:
            self.stub.do("undo")
        hook(self.lab, self.stub.run, "Stop")
        self.rests()
        eventually(lambda: self.settled(), 30.0, f"a result after {point}")
        came = [one for one in journal.read(self.lab.home) if one.get("of") == lines[0]["id"]]
        assert came and {one["result"] for one in came} == ({"allowed"} if typed else {"refused"}), point
        return hit

    def settled(self):
        """As a tick does it, until every answer has a result."""
        dialog_results.by_tick(self.lab.home, clock.parse(clock.stamp()))
        return not approval_lines.unsettled(self.lab.home)

    def looks(self, command, point):
        """(how often an option was chosen, the decisions on record), once no message waits for the typist."""
        box = os.path.join(self.stub.run, layout.INBOX)
        parts = [os.path.join(box, part) for part in ("new", layout.TYPED)]
        eventually(lambda: not any(os.path.isdir(part) and os.listdir(part) for part in parts), 30.0, "the typist")
        typed = [one["picked"] for one in self.stub.said() if one.get("command") == command]
        lines = [one for one in journal.read(self.lab.home) if "dialog" in one and one["words"] == command]
        assert len(typed) <= 1 and len(lines) <= 1, f"answered twice: {point}"
        assert len(typed) <= len(lines), f"typed and not recorded: {point}"
        return len(typed), lines

    def trials(self, chosen):
        """(how many kills hit, what went wrong) at these points."""
        hits, wrong = 0, []
        for point in chosen:
            try:
                hits += self.trial(point)
            except AssertionError as error:
                wrong.append(f"killed at {point}: {error}")
        return hits, wrong

    def sweep(self, only):
        """Kill at `only` of the points, at each where it is None."""
        self.asks()
        every = points.points(self.argv, env=self.lab.env())
        self.rests()
        assert any(point.call == "fdatasync" for point in every), "the journal is synced"
        chosen = every if only is None else points.spread(every, only)
        hits, wrong = self.trials(chosen[:SHARE])
        for first in range(SHARE, len(chosen), SHARE):
            with contextlib.closing(labs.Lab()) as lab:
                more = Asking(lab).trials(chosen[first : first + SHARE])
            hits, wrong = hits + more[0], wrong + more[1]
        name = "_attend, by rule" if only is None else f"_attend, by rule, a sample of {len(every)}"
        words = figures.record(name, calls=len(chosen), killed=hits, wrong=len(wrong))
        assert not wrong, "\n".join([words, *wrong])
        assert hits >= len(chosen) * 0.6, words


@pytest.mark.heavy
@pytest.mark.timeout(300)
def test_killed_at_some_calls(lab):
    Asking(lab).sweep(SAMPLE)


@pytest.mark.sweep
@pytest.mark.timeout(5400)
def test_killed_at_every_call(lab):
    Asking(lab).sweep(None)
