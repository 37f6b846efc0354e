"""SIGKILL and failing calls at every call of `approve`, and of the tick after it: what was approved is done once."""

import os
import sys

import pytest

from tests.faults import points
from tests.support import proposed
from tests.support.made_runs import WALL
from tests.unit.conftest import MadeLive
from workcell.base import clock, json_codec
from workcell.rundir import layout, maildir, proposals
from workcell.watch import live_run

pytestmark = pytest.mark.skipif(points.STRACE is None, reason="strace is not there")

SAMPLE = 4
PROGRAM = [sys.executable, "-B", "-c"]
APPROVES = """
import sys
from workcell.rundir.cell import Cell
from workcell.watch import approving, live_run
live_run.PATIENCE = 0.0
approving.perform_approve(Cell(sys.argv[1], {}, "/"), approving.Request(sys.argv[2]))
"""
"""As the verb does it: the test is the runner of the run, so that the verb itself would be called from inside."""
TICKS = """
import sys
from workcell.watch import live_run, tick
live_run.PATIENCE = 0.0
tick.tick(sys.argv[1])
"""
HOW = pytest.mark.parametrize("how", ["signal=KILL", "error=ENOSPC"])


@pytest.fixture
def made(tmp_path, monkeypatch):
    monkeypatch.setattr(live_run, "PATIENCE", 0.0)
    made = MadeLive(tmp_path)
    made.starts()
    made.shows("Nothing is up.\n")
    made.seconds = clock.parse(clock.stamp()) - WALL  # the programs that are struck have the clock of the machine
    yield made
    made.loses_its_runner()


class Trial:
    """Proposals of one message and one snapshot of records, each with words of its own."""

    def __init__(self, made, verb):
        self.made, self.verb, self.number = made, verb, 0

    def prepare(self):
        """A proposal that waits for `approve`, or for the tick that carries it out; what is to be struck."""
        self.number += 1
        self.text = f"Go on {self.number}."
        found = proposed.proposed(self.made, f"[{{nudge: {self.text}}}, {{snapshot: run}}]")
        if self.verb == "approve":
            return found, [*PROGRAM, APPROVES, self.made.home, found["id"]]
        proposals.decide(self.made.home, found["id"], "approved")
        return found, [*PROGRAM, TICKS, self.made.home]

    def sent(self):
        """How often the message was put into the inbox, wherever it is now."""
        box = os.path.join(self.made.run, layout.INBOX)
        parts = [part for part in ("new", "cur", layout.TYPED, layout.REFUSED) if os.path.isdir(f"{box}/{part}")]
        found = [maildir.read(box, name, part) for part in parts for name in os.listdir(f"{box}/{part}")]
        return [one["text"] for one in found if one].count(self.text)

    def settle(self, found):
        """What the next tick makes of it, and a person who asks again."""
        proposed.tick(self.made)
        if proposed.end(self.made, found) is None:
            assert self.verb == "approve" and self.sent() == 0, "it was not decided, so nothing may have been done"
            proposals.decide(self.made.home, found["id"], "approved")
            proposed.tick(self.made)
        proposed.tick(self.made)


def strike(made, verb, how, sample=None):
    trial = Trial(made, verb)
    first, argv = trial.prepare()
    every = [point for point in points.points(argv) if how == "signal=KILL" or point.call in points.FAILING]
    assert proposed.end(made, first)["state"] == "done", "the clean run carries it out"
    # where it matters: between the record of an act, and the act
    near = [point for point in every if "actions.jsonl" in point.words or "/inbox/" in point.words]
    near = [point for point in near if point.call in ("renameat", "fsync", "fdatasync")]
    assert len(near) >= 5
    for point in [*points.spread(every, sample), *near] if sample else every:
        found, argv = trial.prepare()
        points.struck(argv, point, how)
        trial.settle(found)
        end = proposed.end(made, found)
        assert (end["state"], trial.sent()) == ("done", 1), f"{point}: {json_codec.encode(end)!r}"


@HOW
@pytest.mark.parametrize("verb", ["approve", "tick"])
@pytest.mark.timeout(300)
def test_what_was_approved_is_done_once(made, verb, how):
    strike(made, verb, how, SAMPLE)


@HOW
@pytest.mark.parametrize("verb", ["approve", "tick"])
@pytest.mark.sweep
def test_what_was_approved_is_done_once_at_any_call(made, verb, how):
    strike(made, verb, how)
