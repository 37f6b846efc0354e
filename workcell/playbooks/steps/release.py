"""release: ends a hold."""

from dataclasses import dataclass

from workcell.judgement.ending import Ending
from workcell.playbooks.step import Done, Running, Step
from workcell.playbooks.steps.hold import ACCOUNT, RUN
from workcell.rundir.vocabulary import HOLD_SCOPES
from workcell.texts import fields
from workcell.texts.fields import Field


@dataclass(frozen=True)
class Release(Step):
    word = "release"
    does = "ends a hold that a playbook put; of an account only one `until: resets`"
    options = (Field("scope", fields.one_of(*HOLD_SCOPES), "as for hold", default=RUN),)
    ended = (
        "a hold of the same playbook ends when the wait between the two is over; where it has none, the hold that "
        "stands ends at once"
    )
    live = "ends the hold that stands. A run that is held is left alone: instead of a wait, give its `hold` a `for`"
    for_person = True

    scope: str

    def describe(self) -> str:
        return f"lets the {self.scope} go"

    def at_end(self, ending: Ending) -> None:
        mine = [hold for hold in ending.holds if hold.scope == self.scope]
        if not mine:
            ending.releases.append(self.scope)
        for hold in mine:
            at = ending.holds.index(hold)
            if self.scope == ACCOUNT and hold.until != "resets":
                continue  # a refused credential, or a person: only that ends it
            if ending.not_before <= ending.now:
                del ending.holds[at]
            elif hold.until_at is None or ending.not_before < hold.until_at:
                ending.holds[at] = hold._replace(until_at=ending.not_before)

    def while_running(self, run: Running) -> Done:
        return run.release(self.scope)
