"""SIGKILL at the state-changing calls of a plan's verbs: no run is started twice, none is forgotten, no race has two winners."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.faults import figures, points
from tests.support import launched_plans
from tests.support.lab import Lab, eventually, naming
from workcell.rundir import find, look, phase, plans
from workcell.views import plan_state

pytestmark = pytest.mark.skipif(points.STRACE is None, reason="strace is not installed")


RECIPES = {"quick": "[sh, -c, 'until test -e $MARKS/go; do sleep 0.05; done']", "slow": "[sleep, '600']"}
"""The recipes of a race: the first one passes, the other one has to be stopped."""

EXPECTED = {"launch": "passed", "advance": "passed", "race": "passed", "stop": "stopped", "retry": "stopped"}
"""How each entry stands in the end, by what was killed."""


class Bench:
    """A plan of two runs, or of a race, and a verb that is killed; each trial is in a home of its own."""

    def __init__(self, lab: Lab, verb: str) -> None:
        self.lab, self.verb = lab, verb
        lab.brief("exit 0", name="first", verify="true")
        lab.brief("exit 0", name="second", verify="true")
        tree = ", worktree: true"
        entries = [f"brief: first.md{tree}", f"brief: second.md, needs: first{tree}"]
        race = [f"brief: first.md, race: [{', '.join(RECIPES)}]"]
        self.path = launched_plans.written(lab, *(race if verb == "race" else entries))
        self.words = {
            "launch": ["launch", self.path, "--no-window"],
            "advance": ["_plan", lab.home, "PLAN"],
            "race": ["_plan", lab.home, "PLAN"],
            "stop": ["plan", "stop", "night", "--grace", "0s"],
            "retry": ["plan", "retry", "night"],
        }[verb]

    def prepare(self) -> list[str]:
        """A fresh home in which the verb has something to do; its words."""
        self.settle()
        if os.path.isdir(self.lab.home):
            shutil.rmtree(self.lab.home)
        for name, command in RECIPES.items():
            recipe = Path(self.lab.home, "recipes", f"{name}.yaml")
            recipe.parent.mkdir(parents=True, exist_ok=True)
            recipe.write_text(f"extends: shell\ncommand: {command}\n")
        subprocess.run(["git", "worktree", "prune"], cwd=self.lab.repo, check=True, env=self.lab.env())
        words = self.words
        if self.verb == "race":
            return self.lab.words(*(self.undecided() if word == "PLAN" else word for word in words))
        if self.verb != "launch":
            self.lab.brief("exit 0" if self.verb == "advance" else "sleep 600", name="first", verify="true")
            plan = self.lab.workcell("launch", self.path, "--no-window").stdout.split()[0]
            words = [plan if word == "PLAN" else word for word in words]
        if self.verb == "advance":
            self.still(plan)
            self.forget("second")
            record = Path(plans.directory(self.lab.home, plan), "actions.jsonl")
            # as if only the first run had ended, and nothing had been brought on since
            record.write_text("".join(record.read_text().splitlines(keepends=True)[:2]))
            plans.mark(self.lab.home, plan, over=False)
        if self.verb == "retry":
            self.lab.workcell("stop", "first", "--grace", "0s")
            self.still(plan)
        return self.lab.words(*words)

    def undecided(self) -> str:
        """A race of which one run has passed and the other one lives, and of which nothing has taken note; the plan."""
        go = Path(self.lab.marks, "go")
        go.unlink(missing_ok=True)
        plan = self.lab.workcell("launch", self.path, "--no-window").stdout.split()[0]
        env = Path(plans.directory(self.lab.home, plan), plans.ENV)
        env.rename(env.with_suffix(".away"))  # no process can be started for the plan
        go.touch()
        (quick,) = self.runs("first-quick")
        eventually(lambda: look.at(quick).phase == phase.DONE and not naming(os.path.basename(quick)), 60.0)
        env.with_suffix(".away").rename(env)
        return plan

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
        for name in (*plans.ids_of(self.lab.home), *map(os.path.basename, self.lab.runs())):
            eventually(lambda name=name: not naming(name), 60.0, "the last process of the trial")

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
        states, expected = state.verdict().states, EXPECTED[self.verb]
        found = [f"{name} is {word}" for name, word in states.items() if word != expected]
        if self.verb == "race":
            return found + self.wrong_race(plan)
        known = {run for runs in state.runs.values() for run in runs}
        found += [f"{run} is of no entry" for run in map(os.path.basename, self.lab.runs()) if run not in known]
        most = {"first": 2 if self.verb == "retry" else 1, "second": 1 if expected == "passed" else 0}
        for name, number in most.items():
            here = [run for run in self.runs(name) if os.path.isdir(find.path_of(self.lab.home, os.path.basename(run)))]
            found += [f"{len(here)} runs of {name}"] if len(here) > number else []
        return found

    def wrong_race(self, plan: str) -> list[str]:
        """One run of each recipe, the one that passed has won, and the other one was stopped."""
        won = plans.winner(self.lab.home, plan, "first") or {}
        ends = sorted((str((look.at(run).launch or {}).get("name")), look.at(run).outcome) for run in self.lab.runs())
        found = [] if ends == [("first-quick", "passed"), ("first-slow", "stopped")] else [f"ends {ends}"]
        quick = [os.path.basename(run) for run in self.runs("first-quick")]
        return found + ([] if [won.get("run")] == quick else [f"{won.get('run')} won, and not {quick}"])


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


VERBS = ("launch", "advance", "race", "stop", "retry")


@pytest.mark.parametrize("verb", ["advance"])
def test_killed_at_some_calls(lab, verb):
    strike(lab, verb, 2)


@pytest.mark.heavy
@pytest.mark.parametrize("verb", VERBS)
def test_killed_at_a_sample_of_calls(lab, verb):
    strike(lab, verb, 3)


@pytest.mark.sweep
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("verb", VERBS)
def test_killed_at_every_call(lab, verb):
    strike(lab, verb, None)
