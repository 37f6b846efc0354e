"""SIGKILL at the state-changing calls of a plan's verbs: no run is started twice, none is forgotten, no race has two winners."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.faults import figures, points
from tests.support import launched_plans
from tests.support.lab import Lab, eventually
from workcell.rundir import find, look, phase, plans
from workcell.views import plan_state

pytestmark = pytest.mark.skipif(points.STRACE is None, reason="strace is not installed")


class Bench:
    """A plan of two runs, and a verb that is killed; each trial is in a home of its own."""

    def __init__(self, lab: Lab, verb: str) -> None:
        self.lab, self.verb = lab, verb
        lab.brief("exit 0", name="first", verify="true")
        lab.brief("exit 0", name="second", verify="true")
        tree = ", worktree: true"
        self.path = launched_plans.written(lab, f"brief: first.md{tree}", f"brief: second.md, needs: first{tree}")
        self.words = {
            "launch": ["launch", self.path, "--no-window"],
            "advance": ["_plan", lab.home, "PLAN"],
            "stop": ["plan", "stop", "night", "--grace", "0s"],
            "retry": ["plan", "retry", "night"],
        }[verb]

    def prepare(self) -> list[str]:
        """A fresh home in which the verb has something to do; its words."""
        self.settle()
        shutil.rmtree(self.lab.home, ignore_errors=True)
        subprocess.run(["git", "worktree", "prune"], cwd=self.lab.repo, check=True, env=self.lab.env())
        words = self.words
        if self.verb != "launch":
            self.lab.brief("exit 0" if self.verb == "advance" else "sleep 600", name="first", verify="true")
            plan = self.lab.workcell("launch", self.path, "--no-window").stdout.split()[0]
            words = [plan if word == "PLAN" else word for word in words]
        if self.verb == "advance":
            self.still(plan)
            record = Path(plans.directory(self.lab.home, plan), "actions.jsonl")
            # as if only the first run had ended, and nothing had been brought on since
            record.write_text("".join(record.read_text().splitlines(keepends=True)[:2]))
            plans.mark(self.lab.home, plan, over=False)
            self.forget("second")
        if self.verb == "retry":
            self.lab.workcell("stop", "first", "--grace", "0s")
            self.still(plan)
        return self.lab.words(*words)

    def forget(self, name: str) -> None:
        for run in self.runs(name):
            self.lab.workcell("rm", os.path.basename(run), "--force")

    def still(self, plan: str) -> None:
        """Wait until nothing of the plan lives and no process brings it on."""
        eventually(lambda: plan not in plans.open_ids(self.lab.home), 60.0, "the plan is over")
        eventually(lambda: not plans.held(self.lab.home, plan))

    def settle(self) -> None:
        """End what the trial before left."""
        for run in self.lab.runs():
            if look.at(run).phase in (phase.RUNNING, phase.STARTING):
                self.lab.workcell("stop", os.path.basename(run), "--grace", "0s", code=None)
        eventually(lambda: all(look.at(run).phase in (phase.DONE, phase.CREATED) for run in self.lab.runs()), 60.0)
        for plan in plans.ids_of(self.lab.home):
            eventually(lambda plan=plan: not plans.held(self.lab.home, plan))

    def runs(self, name: str) -> list[str]:
        return [run for run in self.lab.runs() if (look.at(run).launch or {}).get("name") == name]

    def strike(self, point: points.Point) -> tuple[bool, list[str]]:
        """(whether the verb got there, what was wrong once others had gone on)."""
        landed = points.struck(self.prepare(), point, "signal=KILL", env=self.lab.env(), cwd=self.lab.top)
        known = plans.ids_of(self.lab.home)
        if not known:
            return landed, []
        if self.verb == "retry":
            self.lab.workcell("plan", "retry", "night", code=None)
            self.lab.workcell("plan", "stop", "night", "--grace", "0s")
        (plan,) = known

        def done() -> bool:
            self.lab.workcell("watchdog", "tick")
            return plan not in plans.open_ids(self.lab.home)

        if self.verb == "stop":
            self.lab.workcell("plan", "stop", "night", "--grace", "0s")
        eventually(done, 60.0, f"the plan comes to its end: {self.verb}")
        return landed, self.wrong(plan)

    def wrong(self, plan: str) -> list[str]:
        state = plan_state.read(self.lab.home, plan)
        states, found = state.verdict().states, []
        expected = {"launch": "passed", "advance": "passed", "stop": "stopped", "retry": "stopped"}[self.verb]
        found += [f"{name} is {word}" for name, word in states.items() if word != expected]
        known = {run for runs in state.runs.values() for run in runs}
        found += [f"{run} is of no entry" for run in map(os.path.basename, self.lab.runs()) if run not in known]
        most = {"first": 2 if self.verb == "retry" else 1, "second": 1 if expected == "passed" else 0}
        for name, number in most.items():
            here = [run for run in self.runs(name) if os.path.isdir(find.path_of(self.lab.home, os.path.basename(run)))]
            found += [f"{len(here)} runs of {name}"] if len(here) > number else []
        return found


def strike(lab: Lab, verb: str, count: int | None) -> None:
    bench = Bench(lab, verb)
    found = points.points(bench.prepare(), env=lab.env(), cwd=lab.top)
    chosen = found if count is None else points.spread(found, count)
    landed, wrong = 0, []
    for point in chosen:
        got, faults = bench.strike(point)
        landed += got
        wrong += [f"{point}: {words}" for words in faults]
    name = figures.sample(f"plan: {verb}", len(chosen), len(found))
    words = figures.record(name, calls=len(chosen), killed=landed, wrong=len(wrong))
    assert not wrong, "\n".join([words, *wrong])
    assert landed >= len(chosen) * 0.5, words


VERBS = ("launch", "advance", "stop", "retry")


@pytest.mark.parametrize("verb", ["advance"])
def test_killed_at_some_calls(lab, verb):
    strike(lab, verb, 2)


@pytest.mark.heavy
@pytest.mark.parametrize("verb", VERBS)
def test_killed_at_a_sample_of_calls(lab, verb):
    strike(lab, verb, 4)


@pytest.mark.sweep
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("verb", VERBS)
def test_killed_at_every_call(lab, verb):
    strike(lab, verb, None)
