"""SIGKILL at the calls of what asks about an end: finish proposes it once, and what was approved is done once."""

import json
import os
import shutil
import signal
from pathlib import Path
from typing import Any

import pytest

from tests.faults import figures, points, truth
from tests.support import watching
from tests.support.ended_runs import SECOND, EndedRun
from tests.support.lab import eventually, naming
from workcell.rundir import heartbeat, layout, look, phase, proposals

pytestmark = pytest.mark.skipif(points.STRACE is None, reason="strace is not there")

HANGS = f'[ -e "$MARKS/go" ] || {{ : > "$MARKS/checks"; sleep 600; }}\n{SECOND}'
"""A check that hangs until a mark is there."""

COUNTS = 'echo ran >> "$MARKS/ran.${WORKCELL_ATTEMPT##*/}"'


class Trial:
    """A run at some moment, with what its home says of it, to be put back as often as it is needed."""

    def __init__(self, ended: EndedRun) -> None:
        self.ended, self.lab, self.run = ended, ended.lab, ended.run
        eventually(lambda: not naming(self.ended.id), what="the last process of the run")
        self.stage = truth.Stage(self.lab, self.run)
        self.kept = Path(self.lab.top, "kept")
        self.kept.mkdir()
        for name in (layout.PROPOSALS, layout.OUTBOX):
            if os.path.isdir(os.path.join(self.lab.home, name)):
                shutil.copytree(os.path.join(self.lab.home, name), self.kept / name)

    def prepare(self) -> None:
        """As it was, in a home with a watchdog that has not seen it."""
        eventually(lambda: not naming(self.ended.id), what="the last process of the run")
        truth.clear_run(self.lab, self.run)
        for name in (layout.PROPOSALS, layout.OUTBOX, layout.HOLDS):
            shutil.rmtree(os.path.join(self.lab.home, name), ignore_errors=True)
        shutil.rmtree(heartbeat.directory(self.lab.home), ignore_errors=True)
        self.ended.watch = watching.Watch(self.lab)
        watching.regular(self.lab.home)
        shutil.rmtree(os.path.join(self.lab.home, layout.OUTBOX), ignore_errors=True)
        shutil.copytree(self.kept, self.lab.home, dirs_exist_ok=True)
        self.stage.set()


class Finishing(Trial):
    """An attempt whose finish was killed in its check, and is brought to its end by `wait`."""

    verb, first = "wait, about an end", ""

    def __init__(self, lab) -> None:
        ended = EndedRun(lab, COUNTS, HANGS, wait=False)
        eventually(lambda: os.path.exists(os.path.join(lab.marks, "checks")), what="the check")
        for pid in [look.at(ended.run).start["runner"]["pid"], *naming(ended.id)]:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        lab.phase(ended.run, phase.INTERRUPTED)
        Path(lab.marks, "go").touch()
        super().__init__(ended)
        self.argv = lab.words("wait", ended.run)

    def settle(self) -> None:
        self.lab.workcell("wait", self.run, code=1)

    def check(self) -> None:
        seen, name = look.at(self.run), self.ended.name
        assert (seen.n, seen.outcome, seen.result["proposal"]) == (1, "failed", name)
        made = proposals.read(self.lab.home, name)
        assert proposals.outdated(made, seen, 0.0) is None and proposals.decided(self.lab.home, name) is None
        told = [one for one in self.ended.watch.notices() if one.startswith(f"{self.ended.id}/001/")]
        assert told == sorted([f"{self.ended.id}/001/failed", f"{self.ended.id}/001/proposal/{name}"])
        assert truth.unsound(self.run) == []


class Approving(Trial):
    """A yes to what is proposed about an end."""

    verb, first = "approve, about an end", layout.PROPOSALS

    def __init__(self, lab) -> None:
        ended = EndedRun(lab, COUNTS)
        super().__init__(ended)
        self.argv = lab.words("approve", ended.name)

    def settle(self) -> None:
        if proposals.decided(self.lab.home, self.ended.name) is None:
            self.lab.workcell("approve", self.ended.name)
        for _ in range(4):
            if look.at(self.run).phase == phase.CREATED or self.ended.end() is None:
                self.ended.watch.tick()

    def check(self) -> None:
        seen = self.ended.over(2)
        assert (seen.outcome, seen.attempt["asked_by"]["proposal"]) == ("passed", self.ended.name)
        assert self.lab.mark("ran.2") == "ran\n", "its agent ran once"
        end = self.ended.end()
        assert end is not None and (end["state"], [one["state"] for one in end["acts"]]) == (
            "done",
            ["done", "done"],
        ), end
        self.lab.workcell("approve", self.ended.name)
        self.ended.watch.tick()
        told = [one["kind"] for one in self.events()]
        assert told == ["proposal.decided", "proposal.ended"], f"each is told once: {told}"
        assert look.at(self.run).n == 2 and truth.unsound(self.run) == []

    def events(self) -> list[dict[str, Any]]:
        """What the run tells of the proposal."""
        lines = self.lab.workcell("events", self.run, "--kind", "proposal").stdout.splitlines()
        return [json.loads(line) for line in lines]


class Carrying(Approving):
    """What was approved while a tick was at work, carried out by the next one."""

    verb, first = "a tick, about an end", "actions.jsonl"

    def __init__(self, lab) -> None:
        super().__init__(lab)
        proposals.decide(lab.home, self.ended.name, "approved")
        shutil.rmtree(self.kept / layout.PROPOSALS)
        shutil.copytree(os.path.join(lab.home, layout.PROPOSALS), self.kept / layout.PROPOSALS)
        self.argv = [*lab.words("watchdog", "tick")]


TRIALS = pytest.mark.parametrize("kind", [Finishing, Approving, Carrying], ids=lambda kind: kind.__name__.lower())


def sweep(trial: Trial, count: int | None) -> None:
    """Kill at `count` of the calls from the first one that matters on, at each where it is None."""
    trial.prepare()
    every = points.points(trial.argv, env=trial.lab.env(), cwd=trial.lab.top)
    trial.check()
    begin = next((number for number, point in enumerate(every) if trial.first in point.words), 0)
    every = every[begin:]
    chosen = every if count is None else [every[int((n + 0.5) * len(every) / count)] for n in range(count)]
    if count is not None:  # and where it matters most
        chosen += [point for point in every if layout.PROPOSALS in point.words and point.call == "fsync"][:2]
    hits, wrong = 0, []
    for point in chosen:
        trial.prepare()
        hits += points.struck(trial.argv, point, "signal=KILL", env=trial.lab.env(), cwd=trial.lab.top)
        try:
            trial.settle()
            trial.check()
        except AssertionError as error:
            wrong.append(f"killed at {point}: {error}")
    name = trial.verb if count is None else f"{trial.verb}, a sample of {len(every)}"
    words = figures.record(name, calls=len(chosen), killed=hits, wrong=len(wrong))
    assert not wrong, "\n".join([words, *wrong])
    assert hits >= (len(chosen) * 0.6 if count is None else 1), words


@TRIALS
@pytest.mark.timeout(300)
@pytest.mark.heavy
def test_killed_at_a_sample_of_calls(lab, kind):
    sweep(kind(lab), 3)


@pytest.mark.timeout(300)
def test_killed_at_some_calls(lab):
    sweep(Approving(lab), 1)


@TRIALS
@pytest.mark.sweep
@pytest.mark.timeout(3600)
def test_killed_at_every_call(lab, kind):
    sweep(kind(lab), None)
