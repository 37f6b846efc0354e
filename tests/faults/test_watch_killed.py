"""SIGKILL at the state-changing system calls of what makes and fires watches: none is lost, and none is told twice."""

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults import figures, points, truth
from tests.faults.test_spawn_killed import INSIDE
from tests.support.lab import Lab, eventually
from workcell.finish import watchers
from workcell.rundir import child_index, inbox, layout, look, phase, watches

pytestmark = pytest.mark.skipif(points.STRACE is None, reason="strace is not installed")

GOES_ON = '  resume: ["true"]'
FIRE = """
import sys
from workcell.finish import watchers
from workcell.rundir import look
watchers.tell(look.at(sys.argv[1]))
"""


class Bench:
    """Two runs that watch, which are prepared, and one that is over."""

    def __init__(self, lab: Lab, trial: str) -> None:
        self.lab, self.trial = lab, trial
        self.over = lab.launch(lab.brief("true", name="over"), "--wait", repo=lab.new_repo())
        briefs = [lab.brief("true", name=name, recipe=GOES_ON) for name in ("one", "two")]
        self.watchers = [lab.launch(brief, "--prepare", repo=lab.new_repo()) for brief in briefs]
        self.lock = os.path.join(self.watchers[0], layout.AGENT_LOCK)
        Path(self.lock).touch()
        self.kept = set(lab.runs())

    def inside(self, *words: str) -> list[str]:
        """A verb as the agent of the first run would ask for it."""
        return [sys.executable, "-I", "-S", "-c", INSIDE, self.lock, *self.lab.words(*words)]

    def clear(self) -> None:
        """As if nothing had ever been watched or launched."""
        shutil.rmtree(watches.directory(self.lab.home), ignore_errors=True)
        for run in self.watchers:
            shutil.rmtree(os.path.join(run, layout.INBOX), ignore_errors=True)
        for run in set(self.lab.runs()) - self.kept:
            eventually(lambda run=run: look.at(run).phase in (phase.DONE, phase.CREATED), 30.0)
            child_index.remove(run)
            truth.clear_run(self.lab, run)
            os.unlink(truth.hidden(self.lab, run))

    def watched_by(self, run: str) -> list[str]:
        """Ids of the watches of a run that were ever made, open and over."""
        known = os.path.basename(run)
        found = [one["id"] for one in watches.by(self.lab.home, known)]
        folder = watches.directory(self.lab.home, watches.FIRED)
        for name in os.listdir(folder) if os.path.isdir(folder) else ():
            text = Path(folder, name).read_text()
            found += [watches.parse(name).id] if f'"{known}"' in text else []
        return sorted(found)

    def letters(self, run: str) -> list[str]:
        return sorted(str(message["id"]) for _, message in inbox.waiting(run))

    def settle(self) -> None:
        """What the next tick does."""
        for run in watches.watched(self.lab.home):
            if run == os.path.basename(self.over) or watches.is_gone(self.lab.home, run):
                watchers.tell(look.at(self.lab.run(run)))


def strike(
    bench: Bench,
    argv: list[str],
    count: int | None,
    wrong: Callable[[], list[str]],
    before: Callable[[], object] = lambda: None,
) -> None:
    """Kill the program at so many of its calls, or at all, and ask what is wrong afterwards."""

    def begin() -> None:
        bench.clear()
        before()

    begin()
    more = {"env": bench.lab.env(), "cwd": bench.lab.top}
    found = points.points(argv, **more)
    chosen = found if count is None else points.spread(found, count)
    landed, faults = 0, []
    for point in chosen:
        begin()
        landed += points.struck(argv, point, "signal=KILL", **more)
        faults += [f"{point}: {words}" for words in wrong()]
    name = figures.sample(f"watches: {bench.trial}", len(chosen), len(found))
    words = figures.record(name, calls=len(chosen), killed=landed, wrong=len(faults))
    assert not faults, "\n".join([words, *faults])
    assert landed >= len(chosen) * 0.7, words


def watch(lab: Lab, count: int | None) -> None:
    """A watch that stands is told once, however far its maker came; one that does not stand was never promised."""
    bench = Bench(lab, "watch")
    run = bench.watchers[0]

    def wrong() -> list[str]:
        bench.settle()
        made, told = bench.watched_by(run), bench.letters(run)
        return [] if made == told and not watches.every(lab.home) else [f"watches {made}, messages {told}"]

    strike(bench, bench.inside("watch", os.path.basename(bench.over)), count, wrong)


def fire(lab: Lab, count: int | None) -> None:
    """Each watcher is told once of a run that is over, though one of them watches it twice."""
    bench = Bench(lab, "fire")
    over = os.path.basename(bench.over)

    def before() -> None:
        for run, wanted in zip([*bench.watchers, bench.watchers[0]], ("done", "done", "attention"), strict=True):
            watches.place(lab.home, over, {"run": os.path.basename(run), "attempt": 1}, wanted)

    def wrong() -> list[str]:
        bench.settle()
        told = [len(bench.letters(run)) for run in bench.watchers]
        return [] if told == [1, 1] and not watches.every(lab.home) else [f"messages {told}"]

    strike(bench, [sys.executable, "-c", FIRE, bench.over], count, wrong, before)


def spawn(lab: Lab, count: int | None) -> None:
    """A child is watched from before it is there; of one that never came its parent is told that it is gone."""
    bench = Bench(lab, "spawn")
    run = bench.watchers[0]
    # it is over by a stop alone, so that what is told is told by who finds it gone
    words = ("spawn", lab.brief("true", name="child"), "--watch", "--prepare", "--repo", lab.repo, "--no-window")

    def wrong() -> list[str]:
        bench.settle()
        children = {os.path.basename(one) for one in set(lab.runs()) - bench.kept}
        open_ = {one["run"] for one in watches.by(lab.home, os.path.basename(run))}
        gone = [one["text"] for _, one in inbox.waiting(run) if "is gone" in str(one["text"])]
        made = len(bench.watched_by(run))
        fine = open_ == children and made == len(open_) + len(gone) and len(children) + len(gone) <= 1
        return [] if fine else [f"children {children}, watched {open_}, told {gone}, made {made}"]

    strike(bench, bench.inside(*words), count, wrong)


TRIALS = {"watch": watch, "fire": fire, "spawn": spawn}


@pytest.mark.parametrize("trial", TRIALS)
def test_killed_at_some_calls(lab, trial):
    TRIALS[trial](lab, 3)


@pytest.mark.heavy
@pytest.mark.parametrize("trial", TRIALS)
def test_killed_at_a_sample_of_calls(lab, trial):
    TRIALS[trial](lab, 10)


@pytest.mark.sweep
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("trial", TRIALS)
def test_killed_at_every_call(lab, trial):
    TRIALS[trial](lab, None)
