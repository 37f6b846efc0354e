"""resume: opens the next attempt, or has a live agent go on."""

from __future__ import annotations

from dataclasses import dataclass

from workcell.judgement.ending import Ending
from workcell.playbooks.step import DONE, Done, Running, Step
from workcell.texts import fields
from workcell.texts.fields import Field

TYPE_CHECKING = False
if TYPE_CHECKING:
    from workcell.rundir import schema

GO_ON = "Please go on where you stopped."


@dataclass(frozen=True)
class Resume(Step):
    word = "resume"
    does = "opens the next attempt"
    options = (
        Field(
            "how",
            fields.one_of("native", "artifacts"),
            "its own conversation, or from the run's files",
            required=True,
        ),
        Field("after", fields.duration, "not before", default=None),
    )
    ended = "opens it, within the limits of the run and of the playbook"
    live = (
        f"tells the agent after that time: “{GO_ON}” No attempt is opened beside an agent that lives, so its own "
        "conversation goes on whatever `how` says"
    )
    acts = True

    how: schema.Continuation
    after: float | None

    def describe(self) -> str:
        way = "in the agent's own conversation" if self.how == "native" else "from the files of the run"
        after = f", not before {fields.duration_text(self.after)} are over" if self.after is not None else ""
        return f"opens the next attempt {way}{after}"

    def at_end(self, ending: Ending) -> None:
        ending.how = self.how
        ending.wait(ending.now + (self.after or 0.0))

    def rest(self, run: Running, passed: float) -> float:
        return max(0.0, (self.after or 0.0) - passed)

    def while_running(self, run: Running) -> Done:
        if run.verdict.get("waits_itself"):
            return Done(DONE, "the agent waits and goes on by itself")
        return run.go_on(self.how, {"kind": "text", "mode": "sequential", "text": GO_ON})
