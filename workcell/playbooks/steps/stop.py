"""stop: ends the agent."""

from dataclasses import dataclass

from workcell.playbooks.step import Done, Running, Step
from workcell.texts import fields
from workcell.texts.fields import Field


@dataclass(frozen=True)
class Stop(Step):
    word = "stop"
    does = "ends the agent"
    options = (Field("grace", fields.duration, "between asking and killing", default=30.0),)
    live = "asks the runner, which asks the agent first. The check then runs, and a playbook is chosen for that end"
    acts = True

    grace: float

    def describe(self) -> str:
        return f"asks the agent to end, and kills it after {fields.duration_text(self.grace)}"

    def while_running(self, run: Running) -> Done:
        return run.send({"kind": "stop", "grace_seconds": self.grace})
