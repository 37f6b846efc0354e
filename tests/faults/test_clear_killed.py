"""SIGKILL at the calls of clear, and of the wake that obeys it: one new conversation, no message lost or told twice."""

import os

import pytest

from tests.faults import points
from tests.faults.test_standby_killed import TEXT, Bench
from workcell.rundir import inbox, layout, look, maildir, standby

pytestmark = pytest.mark.skipif(points.STRACE is None, reason="strace is not there")


class Clearing(Bench):
    """A run on standby that is cleared, or that is woken after it was cleared."""

    def __init__(self, lab, verb):
        super().__init__(lab, verb)
        if verb == "_wake":
            inbox.post(self.run, {"kind": "clear", "mode": "sequential", "by": "person"})
            self.stage = type(self.stage)(lab, self.run)

    def check(self):
        """Asked for once more, as a person would, it was done once: the next turn is in a new conversation."""
        if self.verb == "clear":
            assert (look.at(self.run).n, self.told()) == (1, []), "it wakes nothing"
            self.lab.workcell("clear", self.run)
            self.lab.workcell("send", self.run, TEXT)
        seen = self.settled()
        if seen.n == 1:
            self.lab.workcell("_wake", self.run)
            seen = self.settled()
        [turn] = self.listening.turns()
        assert (seen.n, turn["how"]) == (2, "new") and turn["prompt"].count(TEXT) == 1
        kinds = sorted(one["kind"] for _, one in inbox.in_state(self.run, inbox.ACCEPTED))
        assert kinds == ["clear", "text"] and maildir.waiting(os.path.join(self.run, layout.INBOX)) == []
        assert inbox.own_commands(self.run, seen.n) == [] and not standby.due(seen)


@pytest.mark.heavy
@pytest.mark.timeout(300)
@pytest.mark.parametrize("verb", ("clear", "_wake"))
def test_killed_at_a_sample_of_calls(lab, verb):
    Clearing(lab, verb).sweep(3)


@pytest.mark.sweep
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("verb", ("clear", "_wake"))
def test_killed_at_every_call(lab, verb):
    Clearing(lab, verb).sweep(None)
