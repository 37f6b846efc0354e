"""SIGKILL at the calls of clear and compact, and of the wake that obeys them: it is done once, and no message is lost or told twice."""

import os

import pytest

from tests.faults import points
from tests.faults.test_standby_killed import TEXT, Bench
from tests.support.standing_by import COMPACT
from workcell.rundir import inbox, layout, look, maildir, standby

pytestmark = pytest.mark.skipif(points.STRACE is None, reason="strace is not there")

TURNS = {"clear": [("new", TEXT)], "compact": [("continued", COMPACT), ("continued", TEXT)]}
"""What the agent is told after each, and in which conversation."""


class Asked(Bench):
    """A run on standby that is told to clear or to compact its conversation; with `_wake`, a run woken after it was."""

    def __init__(self, lab, kind, verb):
        self.kind = kind
        self.title = kind if verb == kind else f"{kind}: {{}}"
        super().__init__(lab, verb)
        if verb == "_wake":
            inbox.post(self.run, {"kind": kind, "mode": "sequential", "by": "person"})
            self.stage = type(self.stage)(lab, self.run)

    def check(self):
        """Asked for once more, as a person would, it was done once, before what the next turn says."""
        if self.verb != "_wake":
            assert (look.at(self.run).n, self.told()) == (1, []), "it wakes nothing"
            self.lab.workcell(self.kind, self.run)
            self.lab.workcell("send", self.run, TEXT)
        seen = self.settled()
        if seen.n == 1:
            self.lab.workcell("_wake", self.run)
            seen = self.settled()
        turns = [(one["how"], one["prompt"].strip()) for one in self.listening.turns()]
        assert seen.n == 2 and [how for how, _ in turns] == [how for how, _ in TURNS[self.kind]], turns
        assert all(told.count(words) == 1 for (_, told), (_, words) in zip(turns, TURNS[self.kind], strict=True)), turns
        kinds = sorted(one["kind"] for _, one in inbox.in_state(self.run, inbox.ACCEPTED))
        assert kinds == [self.kind, "text"] and maildir.waiting(os.path.join(self.run, layout.INBOX)) == []
        assert inbox.own_commands(self.run, seen.n) == [] and not standby.due(seen)


@pytest.mark.heavy
@pytest.mark.timeout(300)
@pytest.mark.parametrize(("kind", "verb"), [("clear", "clear"), ("clear", "_wake"), ("compact", "_wake")])
def test_killed_at_a_sample_of_calls(lab, kind, verb):
    Asked(lab, kind, verb).sweep(2)


@pytest.mark.sweep
@pytest.mark.timeout(7200)
@pytest.mark.parametrize(("kind", "verb"), [(kind, verb) for kind in TURNS for verb in (kind, "_wake")])
def test_killed_at_every_call(lab, kind, verb):
    Asked(lab, kind, verb).sweep(None)
