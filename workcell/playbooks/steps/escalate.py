"""escalate: tells a person that automation stops here."""

from dataclasses import dataclass

from workcell.judgement.ending import Ending, Notice
from workcell.playbooks.step import DONE, FAILED, Done, Running, Step
from workcell.texts import fields
from workcell.texts.fields import Field


@dataclass(frozen=True)
class Escalate(Step):
    word = "escalate"
    does = "stops, and waits for a person"
    options = (Field("text", fields.text, "what is told", default=None),)
    ended = "posts `escalated`; without a `resume` before it the run is over"
    live = "posts `escalated`; nothing more is done about this incident"
    server = "posts `escalated`, once for each server"
    last = True

    text: str | None

    def describe(self) -> str:
        return f"{self.does}: {self.text}" if self.text else self.does

    def at_end(self, ending: Ending) -> None:
        ending.notices.append(Notice(True, True, self.text))

    def while_running(self, run: Running) -> Done:
        why = " ".join((self.text or "").split()) or f"{run.book}: nothing more is done by itself"
        if not run.tell("escalated", why):
            return Done(FAILED, "the outbox could not be written")
        return Done(DONE, "a person was told")
