"""A terminal program whose turn is over is ended and checked after `ready_end_after`; a message cancels that."""

import json
import os
import sys

import pytest

from tests.e2e.test_attending import hook
from tests.support import watching
from tests.support.lab import eventually
from tests.support.stubs import STUB
from workcell.rundir import look, phase


class Ready:
    """A run of the stub with a check, whose turn is over by its hooks."""

    def __init__(self, lab, recipe):
        self.lab, self.watch = lab, watching.Watch(lab)
        self.directory = os.path.join(lab.marks, "stub")
        os.mkdir(self.directory)
        typing = "typing: {screen: claude, settle: 0.15s, patience: 3s}"
        brief = lab.brief(
            f"exec {sys.executable} {STUB} {self.directory}",
            "true",
            "terminal",
            "ready",
            recipe=f"  reader: claude\n  {typing}{recipe}",
        )
        self.run = lab.launch(brief, repo=lab.new_repo())
        lab.phase(self.run, phase.RUNNING)
        self.turn("1")

    def turn(self, number):
        hook(self.lab, self.run, "UserPromptSubmit", prompt=f"go {number}", prompt_id=number)
        hook(self.lab, self.run, "Stop", last_assistant_message="Done.")
        eventually(lambda: self.state() == "idle", 20.0)

    def state(self):
        return json.loads(self.lab.workcell("status", self.run, "--json").stdout)["state"]

    def ticks(self, *later):
        """Ticks, each so many seconds after the one before; whether the run goes on after each."""
        going = []
        for seconds in later:
            self.watch.tick(later=seconds)
            going.append(look.at(self.run).exit is None)
        return going

    def passed(self):
        return eventually(lambda: look.at(self.run).outcome, 30.0) == "passed"


def test_it_is_ended_and_checked_two_minutes_after_its_turn(lab):
    ready = Ready(lab, "")
    assert ready.ticks(61.0, 61.0) == [True, True]
    ready.ticks(61.0, 61.0)
    assert ready.passed()
    assert [one["playbook"] for one in ready.watch.acts("stop")] == ["turn-ready"]


@pytest.mark.parametrize("where", ["recipe", "config"])
def test_a_recipe_and_config_say_another_time(lab, where):
    if where == "config":
        os.makedirs(lab.home, mode=0o700, exist_ok=True)
        with open(os.path.join(lab.home, "config.yaml"), "w") as file:
            file.write("ready_end_after: 10m\n")
    ready = Ready(lab, "\n  ready_end_after: 10m" if where == "recipe" else "")
    assert ready.ticks(61.0, 200.0, 300.0) == [True, True, True]
    ready.ticks(200.0, 61.0)
    assert ready.passed()


def test_a_new_turn_begins_the_time_anew(lab):
    ready = Ready(lab, "")
    assert ready.ticks(61.0, 100.0) == [True, True]
    ready.turn("2")
    assert ready.ticks(61.0, 61.0) == [True, True]
    ready.ticks(100.0, 61.0)
    assert ready.passed()
