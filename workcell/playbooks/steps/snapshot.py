"""snapshot: keeps the state as it is."""

from dataclasses import dataclass

from workcell.judgement.ending import Ending
from workcell.playbooks.step import Done, Running, Step
from workcell.texts import fields
from workcell.texts.fields import Field

TREE, RUN = "tree", "run"


@dataclass(frozen=True)
class Snapshot(Step):
    word = "snapshot"
    does = "keeps the state as it is"
    options = (
        Field(
            "what",
            fields.one_of(TREE, RUN),
            "`tree`: the work tree, as `workcell salvage` does; `run`: what the agent recorded, copied into the run",
            default=TREE,
        ),
    )
    ended = "`tree` is kept; `run` has been kept already, by what ends every attempt"
    live = "keeps either at once, beside everything that is yours"

    what: str

    def describe(self) -> str:
        return "keeps the tree as it is" if self.what == TREE else "copies what the agent recorded into the run"

    def at_end(self, ending: Ending) -> None:
        if self.what == TREE:
            ending.snapshot = True

    def while_running(self, run: Running) -> Done:
        return run.keep_tree() if self.what == TREE else run.keep_records()
