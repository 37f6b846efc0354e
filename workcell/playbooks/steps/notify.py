"""notify: tells a person."""

from dataclasses import dataclass

from workcell.judgement.ending import Ending, Notice
from workcell.playbooks.step import DONE, FAILED, Done, Running, Step
from workcell.texts import fields
from workcell.texts.fields import Field

NEEDS = "needs"


@dataclass(frozen=True)
class Notify(Step):
    word = "notify"
    does = "tells a person"
    options = (
        Field("level", fields.one_of("info", NEEDS), "needs: a person must do something", default="info"),
        Field("text", fields.text, "what is told; the reason where it is missing", default=None),
    )
    ended = "posts the notice of the verdict; with `level: needs` and a verdict that has none, `escalated`"
    live = "the same, at once; a dialog or question that is up is told as that"
    server = "posts `escalated`, once for each server"

    level: str
    text: str | None

    def describe(self) -> str:
        return f"{self.does}: {self.text}" if self.text else self.does

    def at_end(self, ending: Ending) -> None:
        ending.notices.append(Notice(self.level == NEEDS, False, self.text))

    def while_running(self, run: Running) -> Done:
        event = run.event(self.level == NEEDS)
        if event is None:
            return Done(DONE, "no one is told: no notice has that name")
        if not run.tell(event, run.why(self.text)):
            return Done(FAILED, "the outbox could not be written")
        return Done(DONE, f"told as {event}")
