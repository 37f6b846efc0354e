"""SIGKILL at the state-changing calls of changes in an inbox: no message is lost, and none stands twice."""

import os
import shutil

import pytest

from tests.faults import figures, points
from tests.support.lab import Lab
from workcell.rundir import inbox, layout, maildir, suggestions

pytestmark = pytest.mark.skipif(points.STRACE is None, reason="strace is not installed")

OLD = "1764000000000000002-1-oldoldol"
OTHER = "1764000000000000001-1-otherone"
VERBS = {
    "rm": ([], maildir.NEW, []),
    "edit": (["after"], maildir.NEW, ["after"]),
    "first": ([], maildir.NEW, ["before"]),
    "release": ([], layout.SUGGESTED, ["before"]),
}
"""Each verb: its further words, where the message waits, and the texts in `new/` once it is done."""


class Bench:
    """A run that was prepared, in whose inbox one message is changed."""

    def __init__(self, lab: Lab, verb: str) -> None:
        self.lab, self.verb = lab, verb
        self.more, self.part, self.wanted = VERBS[verb]
        self.run = lab.launch(lab.brief("true", name="box"), "--prepare")
        self.box = os.path.join(self.run, layout.INBOX)
        self.argv = lab.words("inbox", verb, self.run, OLD, *self.more)
        self.fill()

    def fill(self) -> None:
        shutil.rmtree(self.box, ignore_errors=True)
        shutil.rmtree(os.path.join(self.lab.home, layout.SUGGESTIONS), ignore_errors=True)
        for name, text, part in ((OTHER, "other", maildir.NEW), (OLD, "before", self.part)):
            if part == layout.SUGGESTED:
                suggestions.add(self.lab.home, os.path.basename(self.run), name)
            inbox.post(self.run, {"kind": "text", "mode": "sequential", "text": text, "by": "person"}, name, to=part)

    def texts(self, state: str) -> list[str]:
        return [message["text"] for _, message in inbox.in_state(self.run, state)]

    def strike(self, point: points.Point) -> tuple[bool, list[str]]:
        """(whether the program got there, what was wrong afterwards)."""
        self.fill()
        landed = points.struck(self.argv, point, "signal=KILL", env=self.lab.env(), cwd=self.lab.top)
        self.lab.workcell("watchdog", "tick", code=None)
        waits = inbox.SUGGESTED if self.part == layout.SUGGESTED else inbox.QUEUED
        old = inbox.state(self.run, f"{OLD}.json")[0]
        undone = old == waits and self.texts(inbox.REMOVED) == []
        wrong = [] if undone or self.done() else [f"after a kill: {old}, {self.texts(inbox.QUEUED)}"]
        if undone:
            self.lab.workcell(*self.argv[self.argv.index("inbox") :], code=None)
            wrong += [] if self.done() else ["the verb again did not do it"]
        if maildir.waiting(self.box, layout.EDITS):
            wrong.append("a change is left")
        return landed, wrong

    def done(self) -> bool:
        new = [text for text in self.texts(inbox.QUEUED) if text != "other"]
        waiting = suggestions.every(self.lab.home)
        removed = [] if self.verb == "release" else ["before"]
        return new == self.wanted and self.texts(inbox.REMOVED) == removed and not waiting


def strike(lab: Lab, verb: str, count: int | None) -> None:
    bench = Bench(lab, verb)
    found = points.points(bench.argv, env=lab.env(), cwd=lab.top)
    chosen = found if count is None else points.spread(found, count)
    landed, wrong = 0, []
    for point in chosen:
        bench.fill()
        got, faults = bench.strike(point)
        landed += got
        wrong += [f"{point}: {words}" for words in faults]
    name = figures.sample(f"inbox {verb}", len(chosen), len(found))
    words = figures.record(name, calls=len(chosen), killed=landed, wrong=len(wrong))
    assert not wrong, "\n".join([words, *wrong])
    assert landed >= len(chosen) * 0.7, words


def test_an_edit_killed_at_some_calls(lab):
    strike(lab, "edit", 3)


@pytest.mark.heavy
@pytest.mark.parametrize("verb", VERBS)
def test_killed_at_a_sample_of_calls(lab, verb):
    strike(lab, verb, 5)


@pytest.mark.sweep
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("verb", VERBS)
def test_killed_at_every_call(lab, verb):
    strike(lab, verb, None)
