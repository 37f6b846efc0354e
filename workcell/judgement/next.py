"""Decides what follows an attempt that has ended: the run is over, or it goes on, how, and not before when.

Invariants:
- Pure: the same case gives the same decision, so a finish that was killed and is repeated decides the same again.
- Nothing follows an attempt that passed, was stopped by a person, was tampered with, never started or touched what is
  forbidden.
- A run goes on only where a playbook says so, and only within the limits of the run and of that playbook. `limits` says
  since when those of the run count; those of the playbook, and what several attempts add up to, count since a person
  last started the run or a message last woke it.
- Steps are read in their order and do nothing here: `Ending` holds what they ask for.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, NotRequired, Protocol, TypedDict

from workcell.judgement import bounds, choice, outcome, waits
from workcell.judgement import limits as used
from workcell.judgement.ending import Ending

if TYPE_CHECKING:
    from workcell.judgement.ending import HoldWanted, NoticeWanted, ProposalWanted
    from workcell.judgement.verdict import Verdict
    from workcell.rundir import schema

CRASHES = 3
"""Number of attempts in a row that died young and so make a crash loop."""

YOUNG = 120.0
"""Seconds below which an attempt that vanished died young; one of unknown length counts as such."""

_FINAL = (outcome.PASSED, outcome.STOPPED)
_WORKED = ("ok", "partial", "unknown", "stuck")
"""Verdicts of an agent that did its work: the failure lies in the work, not in the service or the machine."""

_GIVEN_UP = ("crash-loop", "over-cost")
"""Findings that end a run as abandoned where their playbook does not go on."""


class Step(Protocol):
    """The part of a step of a playbook that the decision needs."""

    def at_end(self, ending: Ending) -> None: ...


class Caps(TypedDict):
    """How often a playbook may act."""

    per_run: int
    """On one run."""
    per_account: int
    """On all runs of one account in an hour."""
    per_hour: int
    """In an hour."""
    cooldown: float
    """Seconds between two acts on one run."""
    backoff: waits.Backoff


class Book(choice.Book, Protocol):
    """The part of a playbook that the decision needs."""

    @property
    def steps(self) -> Sequence[Step]: ...
    @property
    def limits(self) -> Caps: ...


class Case(TypedDict):
    """The facts that the decision is made from, as plain data."""

    run: str
    """Its id."""
    outcome: tuple[schema.Outcome, str]
    """(outcome, reason) of `outcome.decide`, which is sealed if nothing follows."""
    exit: schema.Exit
    facts: schema.Facts
    verify: schema.Verify | None
    limits: NotRequired[schema.Limits | None]
    """Of attempt.json."""
    history: Sequence[used.Past]
    """Oldest first, this attempt last."""
    verdict: NotRequired[Verdict | None]
    """None where nothing was judged."""
    books: Sequence[Book]
    now: float
    """In epoch seconds."""


class Decision(TypedDict):
    """What follows, as plain data."""

    goes: Literal["over", "on"]
    outcome: schema.Outcome | None
    """The outcome that is sealed where the run is over."""
    reason: str
    playbook: str | None
    fit: list[str]
    """Why that playbook was chosen."""
    how: schema.Continuation | None
    """How the next attempt begins: native or artifacts."""
    not_before: float | None
    """The epoch time before which it does not begin."""
    hold: HoldWanted | None
    """The last one of `holds`, which goes on record."""
    holds: list[HoldWanted]
    releases: list[str]
    """Scopes of the holds that are let go."""
    notices: list[NoticeWanted]
    findings: list[str]
    snapshot: bool
    """Whether the tree is kept."""
    verdict: NotRequired[schema.VerdictSummary]
    """The verdict in short; absent where none was needed."""
    cost_usd: NotRequired[float | None]
    kept: NotRequired[str | None]
    """The ref of the snapshot, or why there is none; None without a repository."""
    asks: NotRequired[ProposalWanted]
    proposal: NotRequired[str]
    """The id of what `asks` says, once it is sealed."""
    approval: NotRequired[schema.DeferredCall]
    """The call about which a person is to decide before the run goes on."""
    standby: NotRequired[bool]
    """Whether the run waits for a message."""


def decide(case: Case) -> Decision:
    """What follows. Only a failing or unchecked attempt goes on, within the run's limits and its playbook's."""
    word, reason = case["outcome"]
    over = _over(word, reason)
    if word == outcome.TAMPERED:
        return _after_tampering(case, over)
    if word in _FINAL or case["exit"].get("how") in ("stopped", "not-started"):
        return over
    unknown: Verdict = {"verdict": "unknown", "confidence": 0.0, "signals": []}
    verdict = case.get("verdict") or unknown
    found = findings(case)
    over["findings"] = found
    if word == outcome.UNVERIFIED and verdict["verdict"] in _WORKED:
        return over  # without a verify script only the end itself is known
    if "forbidden-touched" in found:
        return over
    finding: choice.Finding = {
        "verdict": verdict["verdict"],
        "phase": "interrupted",
        "activity": None,
        "evidence": [*found, *verdict["signals"]],
        "confidence": max(verdict["confidence"], 1.0 if found else 0.0),
    }
    book, fit = choice.choose(case["books"], finding)
    over["fit"] = fit
    if book is None:
        return over
    return _follow(case, over, book, verdict)


def wait_for_approval(call: schema.DeferredCall, asked: str) -> Decision:
    """The run waits, without a process, for a person's yes or no to the call; `asked` says which, in words."""
    return {
        **_over("unverified", f"it waits for a yes or no: {asked}"),
        "goes": "on",
        "outcome": None,
        "how": "native",
        "approval": call,
    }


def wait_for_message(reason: str) -> Decision:
    """The run is on standby: it waits, without a process, for a message."""
    return {**_over("unverified", reason), "goes": "on", "outcome": None, "how": "native", "standby": True}


def _over(word: schema.Outcome, reason: str) -> Decision:
    """The run ends with that outcome, and nothing else is done."""
    return {
        "goes": "over",
        "outcome": word,
        "reason": reason,
        "playbook": None,
        "fit": [],
        "how": None,
        "not_before": None,
        "hold": None,
        "holds": [],
        "releases": [],
        "notices": [],
        "findings": [],
        "snapshot": False,
    }


def _after_tampering(case: Case, over: Decision) -> Decision:
    """The end of a run whose verify script was changed: no attempt follows, and only the run itself may be held."""
    book, over["fit"] = choice.choose(case["books"], {"verdict": "tampered", "confidence": 1.0})
    if book is None:
        return over
    decision = _follow(case, over, book, {"verdict": "tampered", "confidence": 1.0, "signals": []})
    # tampering says nothing of the account
    mine = [hold for hold in decision["holds"] if hold["scope"] == "run"]
    return {**decision, "holds": mine, "hold": mine[-1] if mine else None, "releases": []}


def findings(case: Case) -> list[str]:
    """Words for what the records add up to, which playbooks can name in `when: evidence:`."""
    history, limits = case["history"], case.get("limits")
    most = limits.get("cost_usd") if limits else None
    found = []
    if _crash_loop(history):
        found.append("crash-loop")
    found += bounds.hit(case["facts"].get("cgroup"))
    if _same_failure(history):
        found.append("same-failure")
    if most and used.spent(history) >= most:
        found.append("over-cost")
    git = case["facts"].get("git")
    if git and git.get("under_way"):
        found.append("tree-under-way")
    if case["facts"].get("forbidden"):
        found.append("forbidden-touched")
    verify = case["verify"]
    if verify is not None and verify.get("code") == 0 and git and not git.get("clean"):
        found.append("tree-dirty")
    return found


def _follow(case: Case, over: Decision, book: Book, verdict: Verdict) -> Decision:
    """What the playbook's steps make of the end: they are read here, and carried out by `finish`."""
    history = case["history"]
    # the same number for the same attempt, so that a finish that is repeated decides the same
    spread = waits.share(f"{case['run']}/{history[-1]['n']}")
    ending = Ending(verdict, case["now"], spread)
    for step in book.steps:
        step.at_end(ending)
    holds: list[HoldWanted] = [
        {"scope": hold.scope, "until": hold.until, "until_at": hold.until_at} for hold in ending.holds
    ]
    decision: Decision = {
        **over,
        "playbook": book.name,
        "how": ending.how if ending.proposal is None else None,
        "hold": holds[-1] if holds else None,
        "holds": holds,
        "releases": ending.releases,
        "notices": [{"needs": one.needs, "escalates": one.escalates, "text": one.text} for one in ending.notices],
        "snapshot": ending.snapshot,
    }
    if over["outcome"] == outcome.TAMPERED:
        decision["how"] = None  # whatever the playbook says: the checks of the run cannot be trusted any more
    if decision["how"] is None:
        given_up = [name for name in over["findings"] if name in _GIVEN_UP]
        word = outcome.ABANDONED if given_up else over["outcome"]
        rest = f"asked you: {ending.proposal['text']}" if ending.proposal else "leaves it to you"
        if ending.proposal:
            decision["asks"] = {**ending.proposal, "cause": over["reason"]}
        return {**decision, "outcome": word, "reason": f"{over['reason']}; the playbook {book.name} {rest}"}
    cap = past_cap(history, case.get("limits"), book)
    if cap is not None:
        return _past(decision, cap)
    pause = waits.backoff(book.limits.get("backoff"), _in_a_row(history, book.name), spread)
    return {
        **decision,
        "goes": "on",
        "outcome": None,
        "reason": f"{over['reason']}; it goes on by the playbook {book.name}",
        "not_before": max(ending.not_before, case["now"] + pause),
    }


def _past(decision: Decision, cap: str) -> Decision:
    """The run is given up: it would go on, and a limit forbids that."""
    return {
        **decision,
        "outcome": outcome.ABANDONED,
        "reason": f"{cap}; {decision['reason']}",
        "how": None,
        "notices": [{"needs": True, "escalates": True, "text": cap}],
        "hold": None,
        "holds": [],
        "releases": [],
    }


def past_cap(history: Sequence[used.Past], limits: schema.Limits | None, book: Book) -> str | None:
    """The limit of the run, or of the playbook within it, that forbids another attempt; None when there is room.

    Those of the run count as `judgement.limits` says. That of the playbook counts since a person last started the run
    or a message woke it.
    """
    spent = used.past_limit(history, limits)
    if spent is not None:
        return spent
    times = sum(1 for one in used.since_start(history) if one.get("playbook") == book.name)
    if times >= book.limits["per_run"]:
        return f"the playbook {book.name} was followed {times} times in this run, and that is its limit"
    return None


def _in_a_row(history: Sequence[used.Past], book: str) -> int:
    """How many attempts directly before this one ended in the same playbook."""
    count = 0
    for one in reversed(used.since_start(history)[:-1]):
        if one.get("playbook") != book:
            break
        count += 1
    return count


def _crash_loop(history: Sequence[used.Past]) -> bool:
    last = used.since_start(history)[-CRASHES:]
    return len(last) == CRASHES and all(
        (one.get("how") == "vanished" or one.get("signal") is not None)
        and ((seconds := one.get("seconds")) is None or seconds < YOUNG)
        for one in last
    )


def _same_failure(history: Sequence[used.Past]) -> bool:
    """The same tree, and verify ended in the same way, in this attempt and the one before it."""
    mine = used.since_start(history)
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
