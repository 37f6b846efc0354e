"""answer: answers the dialog that is up, after looking again."""

from dataclasses import dataclass

from workcell.playbooks.step import REFUSED, Done, Running, Step
from workcell.texts import fields
from workcell.texts.fields import Field

SAFE = "safe"


@dataclass(frozen=True)
class Answer(Step):
    word = "answer"
    does = "answers the dialog that is up, after looking again"
    options = (Field("choice", fields.line, "`safe`, a number, or the words of the option", default=SAFE),)
    live = "chooses that option; `safe` is the one that the signal of the dialog names, and without one it is refused"
    acts = True
    for_person = True

    choice: str

    def describe(self) -> str:
        what = "the option that is safe" if self.choice == SAFE else f"the option {self.choice!r}"
        return f"answers the dialog: {what}"

    def while_running(self, run: Running) -> Done:
        if self.choice != SAFE:
            return run.answer(self.choice)
        prompt = run.verdict.get("prompt")
        safe = prompt["safe"] if prompt else None
        if not safe:
            return Done(REFUSED, "no option of this dialog is known to be safe")
        return run.answer(str(safe))
