"""wait_until: goes on with the next step later."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from workcell.judgement import waits
from workcell.judgement.ending import Ending
from workcell.playbooks.step import DONE, Done, Misfit, Place, Running, Step
from workcell.texts import fields
from workcell.texts.document import Document
from workcell.texts.fields import Field, Path

RESETS = ("resets", "due")
LIVE_ONLY = ("idle", "answered", "ready_end")

_UNTIL = {
    "due": "the limit resets",
    "resets": "the limit resets",
    "idle": "the agent is idle",
    "answered": "a person has answered",
    "reachable": "the account is not held",
    "ready_end": "the agent has been at the end of its turn for as long as ready_end_after says",
}
"""What can be waited for, in words for a person."""

LONGEST = 3600.0
"""Seconds that a wait on a live run takes where the playbook says no time."""

JITTER = 0.2
"""Share of a plain wait by which runs that ended together are spread."""


@dataclass(frozen=True)
class WaitUntil(Step):
    word = "wait_until"
    does = "goes on later"
    options = (
        Field(
            "until",
            fields.one_of(*_UNTIL),
            "`resets`, `due`: a limit ends; `reachable`: the account is not held; `idle`, `answered`: a live agent is; "
            "`ready_end`: `ready_end_after` of its recipe, else of config.yaml, and no message waits for it",
        ),
        Field("for", fields.duration, "at most, or exactly when `until` is absent", default=None),
    )
    ended = (
        "opens the next attempt not before that. A limit without a known time is taken to end after `for`, else "
        "30 minutes. A held account is waited for however long it is held"
    )
    live = "carries out the next step then; without `for` after an hour at the latest"

    until: str | None
    for_: float | None

    @classmethod
    def parse(cls, options: dict[str, Any], path: Path, document: Document) -> Step:
        found = super().parse(options, path, document)
        assert isinstance(found, WaitUntil)
        if found.until is None and found.for_ is None:
            document.fault(path, "'wait_until' needs 'until' or 'for'")
        return found

    def describe(self) -> str:
        most = None if self.for_ is None else fields.duration_text(self.for_)
        if self.until is None:
            return f"waits {most}"
        return f"waits until {_UNTIL[self.until]}" + (f", at most {most}" if most else "")

    def misfits(self, places: frozenset[Place]) -> Iterator[Misfit]:
        yield from super().misfits(places)
        if self.until in LIVE_ONLY and Place.LIVE not in places:
            found = "at the end of its turn" if self.until == "ready_end" else self.until
            yield Misfit("until", f"no agent is {found} {Place.END.value}", "write 'for' and a time")

    def at_end(self, ending: Ending) -> None:
        if self.until in RESETS:
            ending.wait(self._after_reset(ending))
        elif self.until is None:
            ending.wait(ending.now + (self.for_ or 0.0) * (1.0 + JITTER * ending.spread))

    def _after_reset(self, ending: Ending) -> float:
        at = waits.resets_at(ending.verdict.get("resets_at"), ending.now)
        if at is None:
            return ending.now + (self.for_ or waits.UNKNOWN_RESET)
        at = max(at, ending.now) + waits.MARGIN + waits.SPREAD * ending.spread
        return at if self.for_ is None else min(at, ending.now + self.for_)

    def rest(self, run: Running, passed: float) -> float:
        if self.until in RESETS:
            return max(0.0, self._to_reset(run, passed))
        if self.until == "idle" and run.verdict.get("activity") == "idle":
            return 0.0
        if self.until == "reachable" and run.account is not None and not run.account_held():
            return 0.0
        if self.until == "ready_end":
            return run.ready_end_after(passed)
        # an agent that was answered is not in this state any more, and its playbook is then not followed
        return max(0.0, (LONGEST if self.for_ is None else self.for_) - passed)

    def _to_reset(self, run: Running, passed: float) -> float:
        at = waits.resets_at(run.verdict.get("resets_at"), run.now)
        if at is None:
            return (self.for_ or waits.UNKNOWN_RESET) - passed
        spread = waits.SPREAD * waits.share(f"{run.id}/{run.attempt}")
        left = at + waits.MARGIN + spread - run.now
        return left if self.for_ is None else min(left, self.for_ - passed)

    def while_running(self, run: Running) -> Done:
        return Done(DONE, "the wait is over")
