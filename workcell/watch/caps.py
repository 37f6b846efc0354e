"""How often the watchdog may act: counted from the record of its actions, so that nothing else is stored."""

from typing import Any

from workcell.judgement import next as nexts
from workcell.watch.actions import INTENT, Actions

ACTS = ("start", "resume", "nudge", "answer", "interrupt", "stop", "repair_socket")
"""Steps that touch a run or a program; telling, waiting and holding are free."""

HOME_PER_HOUR = 120
"""Acts in one home in an hour, whatever the playbooks allow: more than this is a loop, not a recovery."""

HOUR = 3600.0


class Verdict:
    """Whether one more act is allowed. `wait` is in seconds; `final`: no waiting helps, a person is needed."""

    def __init__(self, why: str | None = None, wait: float = 0.0, final: bool = False) -> None:
        self.allowed = why is None
        self.why, self.wait, self.final = why, wait, final


def check(
    actions: Actions,
    limits: dict[str, Any],
    *,
    run: str,
    playbook: str,
    account: str | None,
    since: int,
    edge: str | None = None,
) -> Verdict:
    """Whether the playbook may act on the run now; `since` is the attempt that a person last asked for.

    Cool-down and back-off lie between incidents: steps of one and the same (`edge`) follow one another.
    """
    acts = [one for one in actions.lines if one.get("is") == INTENT and one.get("step") in ACTS]
    hour = [one for one in acts if actions.ago(one) < HOUR]
    if len(hour) >= HOME_PER_HOUR:
        return _later(actions, hour, f"{len(hour)} acts in this home within an hour")
    booked = [one for one in hour if one.get("playbook") == playbook]
    if len(booked) >= limits["per_hour"]:
        return _later(actions, booked, f"{playbook} acted {len(booked)} times within an hour")
    spent = [one for one in booked if account is not None and one.get("account") == account]
    if len(spent) >= limits["per_account"]:
        return _later(actions, spent, f"{playbook} acted {len(spent)} times on this account within an hour")
    mine = [
        one
        for one in acts
        if one.get("run") == run and one.get("playbook") == playbook and int(one.get("attempt") or 0) >= since
    ]
    if len(mine) >= limits["per_run"]:
        return Verdict(f"{playbook} acted {len(mine)} times on this run, and that is its limit", final=True)
    others = [one for one in mine if edge is None or one.get("edge") != edge]
    if others:
        rest = float(limits["cooldown"]) - actions.ago(others[-1])
        pause = nexts.backoff(limits, len(others), nexts.share(f"{run}/{len(others)}"))
        rest = max(rest, pause - actions.ago(others[-1]))
        if rest > 0:
            return Verdict(f"{playbook} acted on this run {actions.ago(others[-1]):.0f} s ago", wait=rest)
    return Verdict()


def _later(actions: Actions, counted: list[dict[str, Any]], why: str) -> Verdict:
    oldest = max(actions.ago(one) for one in counted)
    return Verdict(why, wait=max(1.0, HOUR - oldest))
