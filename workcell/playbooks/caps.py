"""How often the watchdog may act: counted from the record of its acts, so that nothing else is stored.

Invariants:
- Only acts count: starts, and steps that touch a run or a program. Telling, waiting and holding are free.
- An intent without a result counts, too: it may have been done.
- Limits of a run are counted from the attempt that a person last asked for; those of an hour on the monotonic clock.
- Cool-down and back-off lie between incidents: steps of one and the same follow one another.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from workcell.judgement import waits
from workcell.playbooks.steps import STEPS

if TYPE_CHECKING:
    from workcell.judgement.next import Caps
    from workcell.rundir import schema

START: Final = "start"
"""The act of starting what was launched and never begun. No playbook has it as a step."""

ACTS = (START, *(word for word, step in STEPS.items() if step.acts))
"""Words of the record that count."""

HOME_PER_HOUR = 120
"""Maximum of acts in one home in an hour, whatever the playbooks allow: more is a loop, not a recovery."""

HOUR = 3600.0

INTENT: Final = "intent"
RESULT: Final = "result"
"""`is` of the lines of the record: an act that is about to be done, and how it went."""


class Record(Protocol):
    """The acts on record, oldest first."""

    @property
    def lines(self) -> Sequence[schema.Action]: ...

    def ago(self, line: schema.Action) -> float:
        """Seconds since that line was written."""


@dataclass(frozen=True)
class Actor:
    """The run and the playbook of the next act."""

    run: str
    playbook: str
    account: str | None
    since: int = 0
    """The attempt that a person last asked for."""
    edge: str | None = None
    """The incident; None where each act is an incident of its own."""


@dataclass(frozen=True)
class CapCheck:
    """Whether one more act is allowed: it is where `why` is None. `final`: no waiting helps, a person is needed."""

    why: str | None = None
    wait: float = 0.0
    """Seconds until it may be allowed."""
    final: bool = False

    @property
    def allowed(self) -> bool:
        return self.why is None


def check(record: Record, limits: Caps, actor: Actor) -> CapCheck:
    """Whether the actor may act now. `limits` are those of its playbook."""
    acts = [one for one in record.lines if one.get("is") == INTENT and one.get("step") in ACTS]
    return _within_an_hour(record, limits, actor, acts) or _on_the_run(record, limits, actor, acts) or CapCheck()


def _within_an_hour(record: Record, limits: Caps, actor: Actor, acts: list[schema.Action]) -> CapCheck | None:
    """The cap of the home, of the playbook or of the account that is met; None when there is room."""
    hour = [one for one in acts if record.ago(one) < HOUR]
    if len(hour) >= HOME_PER_HOUR:
        return _later(record, hour, f"{len(hour)} acts in this home within an hour")
    booked = [one for one in hour if one.get("playbook") == actor.playbook]
    if len(booked) >= limits["per_hour"]:
        return _later(record, booked, f"{actor.playbook} acted {len(booked)} times within an hour")
    spent = [one for one in booked if actor.account is not None and one.get("account") == actor.account]
    if len(spent) >= limits["per_account"]:
        return _later(record, spent, f"{actor.playbook} acted {len(spent)} times on this account within an hour")
    return None


def _on_the_run(record: Record, limits: Caps, actor: Actor, acts: list[schema.Action]) -> CapCheck | None:
    """The limit of the run, or the pause since the last incident, that is met; None when there is room."""
    mine = [
        one
        for one in acts
        if one.get("run") == actor.run
        and one.get("playbook") == actor.playbook
        and int(one.get("attempt") or 0) >= actor.since
    ]
    if len(mine) >= limits["per_run"]:
        return CapCheck(f"{actor.playbook} acted {len(mine)} times on this run, and that is its limit", final=True)
    others = [one for one in mine if actor.edge is None or one.get("edge") != actor.edge]
    if not others:
        return None
    pause = waits.backoff(limits.get("backoff"), len(others), waits.share(f"{actor.run}/{len(others)}"))
    ago = record.ago(others[-1])
    rest = max(float(limits["cooldown"]), pause) - ago
    return CapCheck(f"{actor.playbook} acted on this run {ago:.0f} s ago", wait=rest) if rest > 0 else None


def _later(record: Record, counted: list[schema.Action], why: str) -> CapCheck:
    oldest = max(record.ago(one) for one in counted)
    return CapCheck(why, wait=max(1.0, HOUR - oldest))
