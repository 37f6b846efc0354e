"""nudge: puts a message before an idle agent."""

from dataclasses import dataclass

from workcell.playbooks.step import Done, Running, Step
from workcell.texts import fields
from workcell.texts.fields import Field


@dataclass(frozen=True)
class Nudge(Step):
    word = "nudge"
    does = "puts a message before an idle agent"
    options = (Field("text", fields.text, "what the agent is told", required=True),)
    live = "sends the text; it is typed when the agent is idle"
    acts = True

    text: str

    def describe(self) -> str:
        return f"sends the agent a message, once it is idle: {self.text}"

    def while_running(self, run: Running) -> Done:
        return run.send({"kind": "text", "mode": "sequential", "text": self.text})
