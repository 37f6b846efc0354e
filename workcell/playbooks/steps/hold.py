"""hold: keeps automation away from a run, or from all runs of one account."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workcell.judgement import waits
from workcell.judgement.ending import Ending
from workcell.judgement.ending import Hold as Pause
from workcell.playbooks.step import Done, Misfit, Place, Running, Step
from workcell.rundir.vocabulary import HOLD_ENDS, HOLD_SCOPES
from workcell.texts import fields
from workcell.texts.fields import Field

if TYPE_CHECKING:
    from workcell.rundir import schema

RUN, ACCOUNT = HOLD_SCOPES


@dataclass(frozen=True)
class Hold(Step):
    word = "hold"
    does = "keeps automation away"
    options = (
        Field("scope", fields.one_of(*HOLD_SCOPES), "this run, or all that spend from its account", default=RUN),
        Field(
            "until",
            fields.one_of(*HOLD_ENDS),
            "what ends it: a limit ends, a person lets go, or the credential of the account is taken again",
            default="person",
        ),
        Field("for", fields.duration, "at most", default=None),
    )
    ended = "puts the hold; what a playbook holds, a person's `release` or `resume` lets go"
    live = "the same, at once"

    scope: schema.HoldScope
    until: schema.HoldEnd
    for_: float | None

    def describe(self) -> str:
        ends = {"resets": "its limit resets", "probe": "its credential is taken again", "person": "a person lets it go"}
        most = f", at most {fields.duration_text(self.for_)}" if self.for_ is not None else ""
        return f"holds the {self.scope} until {ends[self.until]}{most}"

    def misfits(self, places: frozenset[Place]) -> Iterator[Misfit]:
        yield from super().misfits(places)
        if self.scope == RUN and self.until == "probe":
            yield Misfit("until", "a run is not probed, an account is", "write 'scope: account', or 'until: person'")

    def at_end(self, ending: Ending) -> None:
        ending.holds.append(self._pause(waits.resets_at(ending.verdict.get("resets_at"), ending.now), ending.now))

    def while_running(self, run: Running) -> Done:
        return run.hold(self._pause(waits.resets_at(run.verdict.get("resets_at"), run.now), run.now))

    def _pause(self, reset: float | None, now: float) -> Pause:
        return Pause(self.scope, self.until, self._until_at(reset, now))

    def _until_at(self, reset: float | None, now: float) -> float | None:
        """When the hold ends, for a limit that ends at `reset`; None where no time ends it."""
        most = None if self.for_ is None else now + self.for_
        if self.until != "resets":
            return most
        if reset is None:
            return most if most is not None else now + waits.UNKNOWN_RESET
        at = max(reset, now) + waits.MARGIN
        return at if most is None else min(at, most)
