"""SIGKILL at the calls of what writes `resting/`: no document tells other than a full look, and no message is missed for it."""

import os
import shutil

import pytest

from tests.faults import points, truth
from tests.faults.test_standby_killed import TEXT, Bench
from workcell.rundir import layout, ledger, look, maildir, phase, resting, standby, status

pytestmark = pytest.mark.skipif(points.STRACE is None, reason="strace is not there")

VERBS = ("wait", "watchdog tick")
"""The first one finishes the attempt, as the process that was its runner would; the other one takes it up afterwards."""


class Resting(Bench):
    """A run that is about to rest, beside the document of a shorter ledger of it."""

    title = "resting: {}"

    def __init__(self, lab, verb):
        super().__init__(lab, "rest")
        self.verb = verb
        if verb == "wait":
            self._unfinish()
            self.stage = truth.Stage(lab, self.run)
        words = ["wait", self.run, "--for", "idle", "--timeout", "9s"] if verb == "wait" else verb.split()
        self.argv = lab.words(*words)
        self.folder = os.path.join(lab.home, layout.RESTING)

    def prepare(self):
        super().prepare()
        shutil.rmtree(self.folder, ignore_errors=True)
        resting.place(self.run, 1, status.kept(look.at(self.run)))

    def check(self):
        """The document tells what a full look does or counts for nothing; a tick writes it, and a message wakes the run."""
        self.tells_the_truth()
        seen = self.settled()
        for _ in range(2):
            self.listening.watch.tick()
        assert standby.waits(seen) and (seen.n, self.told(), self.listening.checked()) == (1, [], 0)
        assert self.tells_the_truth(), "no document is there, and ticks write none"
        for name in os.listdir(self.folder):
            if name.startswith("."):
                os.utime(os.path.join(self.folder, name), (0, 0))
        resting.prune(self.lab.home, {os.path.basename(self.run)})
        left = os.listdir(self.folder)
        assert left == [f"{os.path.basename(self.run)}.{os.stat(ledger.path(self.run)).st_size}"], left
        self.lab.workcell("send", self.run, TEXT)
        self.tells_the_truth()
        seen = self.settled()
        assert (seen.n, self.told()) == (2, [TEXT + "\n"]), "the message wakes it once"
        assert maildir.waiting(os.path.join(self.run, layout.INBOX)) == []
        self.tells_the_truth()
        assert truth.unsound(self.run) == []

    def tells_the_truth(self):
        """Whether a list takes the document for the run; then it is what a full look makes of the run."""
        found = status.resting_one(resting.Resting(self.lab.home), self.run)
        seen = look.at(self.run)
        if found is None:
            return False
        assert seen.phase == phase.SCHEDULED, f"it rests in {seen.phase}"
        whole = status.document(seen)
        other = {key for key in found if found[key] != whole[key]}
        assert not other, f"the document differs from a full look in {other}"
        return True


@pytest.mark.heavy
@pytest.mark.timeout(300)
@pytest.mark.parametrize("verb", VERBS)
def test_killed_at_a_sample_of_calls(lab, verb):
    Resting(lab, verb).sweep(2)


@pytest.mark.sweep
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("verb", VERBS)
def test_killed_at_every_call(lab, verb):
    Resting(lab, verb).sweep(None)
