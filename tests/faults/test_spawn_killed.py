"""SIGKILL at the state-changing system calls of spawn: no child is hidden from its parent, and none is half made."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults import figures, points, truth
from tests.support.lab import Lab, eventually
from workcell.rundir import child_index, layout, look, phase

pytestmark = pytest.mark.skipif(points.STRACE is None, reason="strace is not installed")

INSIDE = """
import fcntl, os, sys
lock = os.open(sys.argv[1], os.O_RDWR)
fcntl.flock(lock, fcntl.LOCK_EX)
os.set_inheritable(lock, True)
os.execv(sys.argv[2], sys.argv[2:])
"""
"""What holds the agent lock of a run is inside of it."""


class Family:
    """A run that was prepared, whose agent a spawn pretends to be, and the brief of its child."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.parent = lab.launch(lab.brief("true", name="parent"), "--prepare", repo=lab.new_repo())
        self.name = os.path.basename(self.parent)
        lock = os.path.join(self.parent, layout.AGENT_LOCK)
        Path(lock).touch()
        words = lab.words("spawn", lab.brief("true", name="child"), "--repo", lab.repo, "--no-window")
        self.argv = [sys.executable, "-I", "-S", "-c", INSIDE, lock, *words]

    def clear(self) -> None:
        """Take away every child, as if none had been launched."""
        for run in self.children():
            eventually(lambda run=run: look.at(run).phase in (phase.DONE, phase.CREATED), 30.0)
            child_index.remove(run)
            truth.clear_run(self.lab, run)
            os.unlink(truth.hidden(self.lab, run))

    def children(self) -> list[str]:
        """Directories of all runs but the parent."""
        return [run for run in self.lab.runs() if run != self.parent]

    def strike(self, point: points.Point) -> tuple[bool, list[str]]:
        """(whether the program got there, what was wrong afterwards)."""
        self.clear()
        landed = points.struck(self.argv, point, "signal=KILL", env=self.lab.env(), cwd=self.lab.top)
        wrong = self.wrong()
        for run in self.children():
            self.lab.workcell("resume", run, "--no-window", code=None)
            wrong += truth.check(self.lab, run, {}, lines=False)
        if not self.children():
            # nothing of the one that was killed is in the way of the next
            again = subprocess.run(self.argv, env=self.lab.env(), cwd=self.lab.top, capture_output=True, text=True)
            wrong += [] if again.returncode == 0 and self.children() else [f"the next spawn: {again.stderr}"]
            wrong += self.wrong()
        return landed, wrong

    def wrong(self) -> list[str]:
        """What the index does not say of the runs that there are."""
        there = sorted(os.path.basename(run) for run in self.children())
        told = [one for one in child_index.of(self.lab.home, self.name) if os.path.isdir(self.lab.run(one))]
        return [] if told == there else [f"children {there}, and the index says {told}"]


def strike(lab: Lab, count: int | None) -> None:
    bench = Family(lab)
    found = points.points(bench.argv, env=lab.env(), cwd=lab.top)
    chosen = found if count is None else points.spread(found, count)
    landed, wrong = 0, []
    for point in chosen:
        got, faults = bench.strike(point)
        landed += got
        wrong += [f"{point}: {words}" for words in faults]
    name = figures.sample("spawn", len(chosen), len(found))
    words = figures.record(name, calls=len(chosen), killed=landed, wrong=len(wrong))
    assert not wrong, "\n".join([words, *wrong])
    assert landed >= len(chosen) * 0.7, words


def test_killed_at_some_calls(lab):
    strike(lab, 3)


@pytest.mark.heavy
def test_killed_at_a_sample_of_calls(lab):
    strike(lab, 12)


@pytest.mark.sweep
@pytest.mark.timeout(3600)
def test_killed_at_every_call(lab):
    strike(lab, None)
