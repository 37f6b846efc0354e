"""What follows an attempt that has ended: gathers what `judgement.next` decides from, and makes the record of it.

Invariants:
- Nothing is changed here: `apply` does what was decided. Both may be repeated after a death.
- Without a watchdog every end is the end of the run. That is asked of its last tick: a person who waits in a shell must
  not wait for a tick that never comes. Why its agent failed is judged all the same.
- Where the verdict names a cause (a refused sign-in, a limit, a program that would not start), the reason begins with
  it: every face shows the reason, and the exit code of a check says nothing of it.
- Where the pinned policy of the run cannot be read, nothing follows: which playbooks hold is not known any more.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from workcell.base import clock
from workcell.cleaning.clean import Cleaner
from workcell.finish import stoppers
from workcell.judgement import limits, outcome
from workcell.judgement import next as nexts
from workcell.rundir import costs, deferred, heartbeat, layout, look, needs, standby, status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workcell.judgement import ending
    from workcell.judgement.verdict import Verdict
    from workcell.playbooks.playbook import Playbook
    from workcell.rundir import schema


def decide(
    run: str,
    seen: look.Look,
    facts: schema.Facts,
    verify: schema.Verify | None,
    ended: tuple[schema.Outcome, str],
    *,
    follows: bool = True,
) -> nexts.Decision:
    """What follows this attempt; `ended` is the outcome of `outcome.decide` and its reason.

    With `follows` false no playbook goes on with the run.

    Playbooks that cannot be used are left out; `playbook ls` and `doctor` name them.
    """
    assert seen.exit is not None
    home = layout.home_of(run)
    exit = stoppers.as_ended(run, seen)
    history = history_of(run, seen, facts, verify)
    case: nexts.Case = {
        "run": seen.id,
        "outcome": ended,
        "exit": exit,
        "facts": facts,
        "verify": verify,
        "history": history,
        "limits": seen.limits,
        "verdict": None,
        "books": (),
        "now": time.time(),
    }
    if ended[0] in (outcome.PASSED, outcome.STOPPED) or exit.get("how") in ("stopped", "not-started"):
        return nexts.decide(case)
    watched = follows and heartbeat.there(home)
    if not watched and (seen.reader == "none" or ended[0] == outcome.TAMPERED):
        return nexts.decide(case)  # without playbooks nothing follows, and there is no cause to name
    from workcell.trust import policy

    trouble = policy.read(seen).trouble
    if trouble is not None:
        return _without_policy(nexts.decide(case), trouble) if watched else nexts.decide(case)
    books, _ = policy.books(home, seen)
    followed = books if watched else []
    if ended[0] == outcome.TAMPERED:
        return _named(nexts.decide({**case, "books": followed}), followed)
    return _judged(seen, case, books, followed)


def _judged(seen: look.Look, case: nexts.Case, books: list[Playbook], followed: list[Playbook]) -> nexts.Decision:
    """The decision from why the attempt ended; `books` have the signals that tell, and one of `followed` may go on."""
    from workcell.evidence import verdict
    from workcell.playbooks import library

    judged = verdict.judge(seen, library.signals(books))
    spent = verdict.cost(seen)
    history = case["history"]
    history[-1]["cost_usd"] = spent
    history[-1]["verdict"] = judged["verdict"]
    case["outcome"] = _with_cause(seen, case, judged)
    decision = _named(nexts.decide({**case, "verdict": judged, "books": followed}), followed)
    decision["verdict"] = summary(judged)
    decision["cost_usd"] = spent
    return decision


def _named(decision: nexts.Decision, books: Sequence[Playbook]) -> nexts.Decision:
    """The decision; what it proposes to a person says which playbook asks."""
    if "asks" in decision:
        from workcell.playbooks import playbook

        book = next(one for one in books if one.name == decision["playbook"])
        decision["asks"]["playbook"] = playbook.identity(book)
    return decision


def wait_for_approval(seen: look.Look, call: schema.DeferredCall) -> nexts.Decision:
    """What follows an attempt that ended at a call for which a person is to be asked, with or without a watchdog."""
    from workcell.evidence import verdict

    decision = nexts.wait_for_approval(call, needs.asked(call))
    decision["verdict"] = summary(verdict.judge(seen, []))
    decision["cost_usd"] = verdict.cost(seen)
    return decision


def wait_for_message(seen: look.Look, reason: str = standby.REASON) -> nexts.Decision:
    """What follows a turn that ended well of a run on standby, with or without a watchdog."""
    from workcell.evidence import verdict

    decision = nexts.wait_for_message(reason)
    if seen.reader != "none":
        decision["verdict"] = summary(verdict.judge(seen, []))
        decision["cost_usd"] = verdict.cost(seen)
    return decision


def _with_cause(seen: look.Look, case: nexts.Case, judged: Verdict) -> tuple[schema.Outcome, str]:
    """Outcome and reason, the reason with what made the agent fail in front.

    Rules of the brief that are broken are the cause themselves.
    """
    word, reason = case["outcome"]
    if outcome.residuals(seen.attempt, case["facts"]):
        return word, reason
    from workcell.agents import registry
    from workcell.judgement import cause

    program = registry.find_or_generic(seen.reader, layout.home_of(seen.run)).title
    found = cause.sentence(judged, program)
    return (word, f"{found}; {reason}") if found else (word, reason)


def _without_policy(decision: nexts.Decision, trouble: str) -> nexts.Decision:
    """Nothing follows, and a person is told why."""
    notice: ending.NoticeWanted = {"needs": True, "escalates": True, "text": trouble}
    return {
        **decision,
        "reason": f"{decision['reason']}; nothing follows: {trouble}",
        "notices": [*decision["notices"], notice],
    }


def cleaned(decision: nexts.Decision, cleaner: Cleaner) -> nexts.Decision:
    """The decision as it goes on record: its reason and texts on one line each, without secrets or controls."""
    made: nexts.Decision = cleaner.record(decision)
    made["reason"] = cleaner.line(made["reason"])
    return made


def summary(judged: Verdict) -> schema.VerdictSummary:
    """What is kept of a verdict beside the decision that it led to."""
    made: schema.VerdictSummary = {
        "verdict": judged["verdict"],
        "confidence": judged["confidence"],
        "signals": judged["signals"],
        "words": [one["words"] for one in judged.get("evidence", ())[:3]],
    }
    if "resets_at" in judged:
        made["resets_at"] = judged["resets_at"]
    if "resets_zone" in judged:
        made["resets_zone"] = judged["resets_zone"]
    if "waits_itself" in judged:
        made["waits_itself"] = judged["waits_itself"]
    if "retrying" in judged:
        made["retrying"] = judged["retrying"]
    return made


def history_of(
    run: str, seen: look.Look, facts: schema.Facts | None, verify: schema.Verify | None
) -> list[limits.Past]:
    """Every attempt of the run as `judgement.next` wants it, oldest first; this one has no next yet."""
    rows: list[limits.Past] = []
    first = status.first_of_brief(seen)
    for n in range(1, seen.n + 1):
        sealed = look.Sealed(seen, n)
        exit, found, checked, after = sealed.exit, sealed.facts, sealed.verify, sealed.next
        if n == seen.n:
            found, checked, after = facts, verify, None
        git = found.get("git") if found else None
        judged = after.get("verdict") if after else None
        rows.append(
            {
                "n": n,
                "by_person": look.asker(sealed.attempt) == "person",
                "how": exit.get("how") if exit else None,
                "code": exit.get("code") if exit else None,
                "signal": exit.get("signal") if exit else None,
                "seconds": outcome.worked(exit),
                "verify": [checked.get("how"), checked.get("code"), checked.get("signal")] if checked else None,
                "tree": git.get("tree_hash") if git else None,
                "verdict": judged.get("verdict") if judged else None,
                "playbook": after.get("playbook") if after else None,
                "cost_usd": status.cost_of(seen, n) if n < seen.n else None,
                "deferred": deferred.ended(after),
                "woken": look.asker(sealed.attempt) == standby.MESSAGE,
                "native": costs.goes_on(sealed.attempt),
                "earlier_brief": n < first,
            }
        )
    return rows


def used_up(seen: look.Look, cost: float | None) -> str | None:
    """The limit that leaves no room for an attempt of a message; None where there is room.

    A message begins the count of attempts anew. `cost` is what the agent reported at the end of this attempt.
    """
    if seen.limits is None:
        return None
    history = history_of(seen.run, seen, None, None)
    history[-1]["cost_usd"] = cost
    return limits.past_limit(history, {**seen.limits, "attempts": None})


def next_record(seen: look.Look, decision: nexts.Decision) -> schema.Next:
    """next.json: how the run goes on, why, by which playbook, and not before when."""
    hold = decision["hold"]
    record: schema.Next = {
        "schema": "workcell.file.next/1",
        "attempt": seen.n,
        "decided_at": clock.stamp(),
        "how": decision["how"] or "artifacts",
        "reason": decision["reason"],
        "playbook": decision["playbook"],
        "fits": decision["fit"],
        "not_before": clock.stamp(decision["not_before"]),
        "hold": _stamped(hold) if hold else None,
        "verdict": decision.get("verdict"),
        "findings": decision["findings"],
        "kept": decision.get("kept"),
        "cost_usd": decision.get("cost_usd"),
    }
    if "approval" in decision:
        record["when"] = deferred.APPROVAL
        record["not_before"] = deferred.NEVER
        record["approval"] = decision["approval"]
    if decision.get("standby"):
        record["when"] = standby.MESSAGE
        record["not_before"] = deferred.NEVER
    return record


def _stamped(hold: ending.HoldWanted) -> schema.DecidedHold:
    until_at = clock.stamp(hold["until_at"]) if hold["until_at"] else None
    return {"scope": hold["scope"], "until": hold["until"], "until_at": until_at}
