"""What follows an attempt that has ended: the run is over, or it goes on, how, and not before when."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from workcell.base import clock
from workcell.judgement import bounds, choice, outcome

CRASHES = 3
"""So many attempts in a row that died young are a crash loop."""

YOUNG = 120.0
"""Seconds below which an attempt that vanished died young; one of unknown length counts as such."""

FARTHEST = 8 * 86400.0
"""A week is the longest allowance of any plan seen; a reset beyond that was misread."""

SPREAD = 120.0
"""Seconds over which the runs of one account wake after a reset, each at its own moment."""

_FINAL = (outcome.PASSED, outcome.STOPPED)
_WORKED = ("ok", "partial", "unknown", "stuck")
"""Verdicts of an agent that had its say: what failed lies in the work, not in the service or the machine."""

_GIVEN_UP = ("crash-loop", "over-cost")
"""Findings that end a run as abandoned where their playbook does not go on."""

Case = Mapping[str, Any]
"""All that is decided from, as plain data:

run         its id
outcome     (word, reason) of `outcome.decide`: what is sealed if nothing follows
exit, facts, verify   the records of this attempt; verify may be None
limits      of attempt.json
history     [{n, by_person, how, signal, code, seconds, verify: (how, code, signal), tree, verdict, playbook,
            cost_usd}], oldest first, this attempt last
verdict     of `verdict.judge`, or None where nothing was judged
books       the playbooks
now         epoch seconds
"""

Step = dict[str, Any]
"""{goes: over | on, outcome, reason, playbook, how, not_before (epoch), hold, notices, findings, fit, snapshot}"""


def decide(case: Case) -> Step:
    """What follows. Only a failing or unchecked attempt goes on, within the run's limits and its playbook's."""
    word, reason = case["outcome"]
    over: Step = {
        **{"goes": "over", "outcome": word, "reason": reason, "playbook": None, "how": None, "not_before": None},
        **{"hold": None, "notices": [], "findings": [], "fit": [], "snapshot": False},
    }
    if word == outcome.TAMPERED:
        book, over["fit"] = choice.choose(case["books"], {"verdict": "tampered", "confidence": 1.0})
        if book is None:
            return over
        step = _follow(case, over, book, {}, [])
        # what an agent tampered with says nothing of the account
        return step if (step["hold"] or {}).get("scope") == "run" else {**step, "hold": None}
    if word in _FINAL or case["exit"].get("how") in ("stopped", "not-started"):
        return over
    verdict = case.get("verdict") or {"verdict": "unknown", "confidence": 0.0, "signals": []}
    found = findings(case, verdict)
    over["findings"] = found
    if word == outcome.UNVERIFIED and verdict["verdict"] in _WORKED:
        return over  # nobody said what done means: that it ended is all that can be known
    if "forbidden-touched" in found:
        return over
    finding = {
        "verdict": verdict["verdict"],
        "phase": "interrupted",
        "activity": None,
        "evidence": [*found, *verdict["signals"]],
        "confidence": max(float(verdict["confidence"]), 1.0 if found else 0.0),
    }
    book, fit = choice.choose(case["books"], finding)
    over["fit"] = fit
    if book is None:
        return over
    return _follow(case, over, book, verdict, found)


def findings(case: Case, verdict: Mapping[str, Any]) -> list[str]:
    """Words for what the records add up to, which playbooks can name in `when: evidence:`."""
    history, limits = case["history"], case["limits"]
    found = []
    if _crash_loop(history):
        found.append("crash-loop")
    found += bounds.hit(case["facts"].get("cgroup"))
    if _same_failure(history):
        found.append("same-failure")
    if limits.get("cost_usd") and _spent(history) >= limits["cost_usd"]:
        found.append("over-cost")
    git = case["facts"].get("git") or {}
    if git.get("under_way"):
        found.append("tree-under-way")
    if case["facts"].get("forbidden"):
        found.append("forbidden-touched")
    verify = case.get("verify")
    if verify is not None and verify.get("code") == 0 and git and not git.get("clean"):
        found.append("tree-dirty")
    return found


def _follow(case: Case, over: Step, book: Any, verdict: Mapping[str, Any], found: list[str]) -> Step:
    """What the playbook's steps make of the end: they are read here, and the waiting ones are carried out later."""
    history, limits = case["history"], case["limits"]
    steps: Sequence[Mapping[str, Any]] = book.steps
    step: Step = {**over, "playbook": book.name, "notices": [], "how": None}
    not_before = float(case["now"])
    # the same number for the same attempt, so that a finish that is repeated decides the same
    spread = share(f"{case['run']}/{history[-1]['n']}")
    for one in steps:
        word = one["step"]
        if word == "wait_until":
            not_before = max(not_before, _wait(one, verdict, case["now"], spread))
        elif word == "hold":
            step["hold"] = _hold(one, verdict, case["now"])
        elif word in ("notify", "escalate"):
            needs = word == "escalate" or one.get("level") == "needs"
            step["notices"].append({"needs": needs, "escalates": word == "escalate", "text": one.get("text")})
        elif word == "snapshot":
            step["snapshot"] = True
        elif word == "resume":
            step["how"] = one["how"]
            not_before = max(not_before, case["now"] + float(one.get("after") or 0.0))
    if over["outcome"] == outcome.TAMPERED:
        step["how"] = None  # whatever the playbook says: what judges the run is not to be trusted any more
    if step["how"] is None:
        given_up = [name for name in found if name in _GIVEN_UP]
        word = outcome.ABANDONED if given_up else over["outcome"]
        return {**step, "outcome": word, "reason": f"{over['reason']}; {book.name}: a person is needed"}
    cap = past_cap(history, limits, book)
    if cap is not None:
        notices = [{"needs": True, "escalates": True, "text": cap}]
        return {
            **{**step, "goes": "over", "outcome": outcome.ABANDONED, "reason": f"{cap}; {over['reason']}"},
            **{"how": None, "notices": notices, "hold": None},
        }
    not_before = max(not_before, case["now"] + backoff(book.limits, _in_a_row(history, book.name), spread))
    why = f"{book.name}: {over['reason']}"
    return {**step, "goes": "on", "outcome": None, "reason": why, "not_before": not_before}


def past_cap(history: Sequence[Mapping[str, Any]], limits: Mapping[str, Any], book: Any) -> str | None:
    """The limit of the run, or of the playbook within it, that forbids another attempt; None when there is room.

    All are counted since a person last started the run: who starts it again gives it its limits anew.
    """
    mine = since_person(history)
    spent = past_limit(mine, limits)
    if spent is not None:
        return spent
    times = sum(1 for one in mine if one.get("playbook") == book.name)
    if times >= book.limits["per_run"]:
        return f"the playbook {book.name} was followed {times} times in this run, and that is its limit"
    return None


def past_limit(mine: Sequence[Mapping[str, Any]], limits: Mapping[str, Any]) -> str | None:
    """The limit of the run that these attempts have used up; None when there is room for another one."""
    if limits.get("attempts") and len(mine) >= limits["attempts"]:
        return f"{len(mine)} attempts, and {limits['attempts']} are allowed"
    wall = limits.get("wall_total_seconds") or limits.get("wall_seconds")
    used = sum(float(one.get("seconds") or 0.0) for one in mine)
    if wall and used >= wall:
        return f"the attempts took {clock.span(used)}, and {clock.span(wall)} are allowed"
    cost = _spent(mine)
    if limits.get("cost_usd") and cost >= limits["cost_usd"]:
        return f"the agent reported ${cost:.2f} spent, and ${limits['cost_usd']:.2f} are allowed"
    return None


def since_person(history: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The attempts from the last one that a person asked for."""
    starts = [index for index, one in enumerate(history) if one.get("by_person")]
    return list(history[starts[-1] :] if starts else history)


def backoff(limits: Mapping[str, Any], before: int, spread: float) -> float:
    """Seconds to wait before the try that follows `before` tries of the same kind in a row."""
    rule = limits.get("backoff")
    if not rule or before == 0:
        return 0.0
    pause = min(float(rule["max"]), float(rule["first"]) * float(rule["factor"]) ** min(before - 1, 30))
    return pause * (1.0 - float(rule["jitter"]) * spread)


def share(text: str) -> float:
    """A number from 0 to 1 that is always the same for `text`: jitter that a repetition does not change."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=4).digest(), "big") / 0xFFFFFFFF


def resets_at(verdict: Mapping[str, Any], now: float) -> float | None:
    """When the limit ends, within FARTHEST; None when nobody said."""
    said = verdict.get("resets_at")
    if not said:
        return None
    try:
        return min(clock.parse(str(said)), now + FARTHEST)
    except ValueError:
        return None


def _wait(step: Mapping[str, Any], verdict: Mapping[str, Any], now: float, spread: float) -> float:
    most = float(step.get("for") or 0.0)
    if step.get("until") in ("resets", "due"):
        at = resets_at(verdict, now)
        if at is not None:
            return max(at, now) + 5.0 + SPREAD * spread
        return now + (most or 1800.0)
    if step.get("until") is None:
        return now + most * (1.0 + 0.2 * spread)
    return now  # answered, idle, reachable: the hold or the next tick knows when


def _hold(step: Mapping[str, Any], verdict: Mapping[str, Any], now: float) -> dict[str, Any]:
    until = step.get("until") or "person"
    most = step.get("for")
    at = resets_at(verdict, now) if until == "resets" else None
    if until == "resets":
        at = max(at, now) + 5.0 if at is not None else now + float(most or 1800.0)
        if most:
            at = min(at, now + float(most))
    elif most:
        at = now + float(most)
    return {"scope": step.get("scope") or "run", "until": until, "until_at": at}


def _in_a_row(history: Sequence[Mapping[str, Any]], book: str) -> int:
    """How many attempts directly before this one ended in the same playbook."""
    count = 0
    for one in reversed(list(since_person(history))[:-1]):
        if one.get("playbook") != book:
            break
        count += 1
    return count


def _spent(history: Sequence[Mapping[str, Any]]) -> float:
    return sum(float(one.get("cost_usd") or 0.0) for one in since_person(history))


def _crash_loop(history: Sequence[Mapping[str, Any]]) -> bool:
    last = since_person(history)[-CRASHES:]
    return len(last) == CRASHES and all(
        (one.get("how") == "vanished" or one.get("signal") is not None)
        and (one.get("seconds") is None or float(one["seconds"]) < YOUNG)
        for one in last
    )


def _same_failure(history: Sequence[Mapping[str, Any]]) -> bool:
    """The same tree, and verify ended in the same way, in this attempt and the one before it."""
    mine = since_person(history)
    if len(mine) < 2:
        return False
    before, now = mine[-2], mine[-1]
    return bool(
        now.get("tree")
        and now["tree"] == before.get("tree")
        and now.get("verify")
        and now["verify"] == before.get("verify")
        and now.get("verdict") in _WORKED
        and before.get("verdict") in _WORKED
    )
