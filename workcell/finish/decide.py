"""What follows an attempt that finish has judged: its decision, the hold that it needs, and who is told."""

import hashlib
import os
import time
from typing import Any

from workcell.accounts import holds
from workcell.base import clock
from workcell.base.errors import WorkcellError
from workcell.channels import outbox
from workcell.cleaning import run_cleaner
from workcell.cleaning.clean import Cleaner
from workcell.evidence import verdict
from workcell.git import repository as git
from workcell.git import snapshot
from workcell.judgement import next as nexts
from workcell.judgement import outcome
from workcell.rundir import heartbeat, layout, look, maildir, notice, orders
from workcell.texts import playbooks
from workcell.trust import policy

_EVENTS = {
    **{"usage_limit": "limited", "rate_limit": "limited", "auth": "auth", "billing": "billing"},
    **{"prompt": "prompt", "stuck": "stuck"},
}
"""Which notice a verdict makes when its playbook says to tell somebody; else `escalated`, if a person is needed."""


def home_of(run: str) -> str:
    """The home that the run lies in."""
    return os.path.dirname(os.path.dirname(os.path.abspath(run)))


def decide(
    run: str, seen: look.Look, facts: dict[str, Any], verify: dict[str, Any] | None, ended: tuple[str, str]
) -> nexts.Step:
    """What follows this attempt. Without a watchdog that would go on, every end is the end of the run.

    That is asked of its last tick (`watchdog.there`): whoever waits in a shell must not wait for a tick that
    never comes. `verdict` and `cost_usd` of the answer are what was judged, or absent where nothing had to be.
    """
    assert seen.attempt is not None and seen.exit is not None
    home = home_of(run)
    exit = as_ended(run, seen)
    history = history_of(run, seen, facts, verify)
    case: dict[str, Any] = {
        **{"run": seen.id, "outcome": ended, "exit": exit, "facts": facts, "verify": verify, "history": history},
        **{"limits": seen.attempt.get("limits") or {}, "verdict": None, "books": (), "now": time.time()},
    }
    if ended[0] in (outcome.PASSED, outcome.STOPPED) or exit.get("how") in ("stopped", "not-started"):
        return nexts.decide(case)
    if not heartbeat.there(home):
        return nexts.decide(case)  # without playbooks nothing follows
    pinned = policy.read(seen)
    if pinned.trouble is not None:
        # what would follow is decided by playbooks, and which those were is not known any more
        step = nexts.decide(case)
        notice = {"text": pinned.trouble, "needs": True, "escalates": True}
        reason = f"{step['reason']}; nothing follows: {pinned.trouble}"
        return {**step, "reason": reason, "notices": [*step["notices"], notice], "faults": [pinned.trouble]}
    books, faults = policy.books(home, seen)
    if ended[0] == outcome.TAMPERED:
        return nexts.decide({**case, "books": books})
    judged = verdict.judge(seen, playbooks.signals(books))
    spent = verdict.cost(seen)
    history[-1]["cost_usd"] = spent
    history[-1]["verdict"] = judged["verdict"]
    step = nexts.decide({**case, "verdict": judged, "books": books})
    step["verdict"] = summary(judged)
    step["cost_usd"] = spent
    if faults:
        step["faults"] = [str(fault) for fault in faults[:5]]
    return step


def cleaned(step: nexts.Step, cleaner: Cleaner) -> nexts.Step:
    """The step as it goes on record: its reason and texts on one line each, without secrets or controls."""
    made: nexts.Step = cleaner.record(step)
    made["reason"] = cleaner.line(made["reason"])
    return made


def summary(judged: dict[str, Any]) -> dict[str, Any]:
    """What is kept of a verdict beside the decision that it led to."""
    kept = ("verdict", "confidence", "signals", "resets_at", "resets_zone", "waits_itself", "retrying")
    words = [str(one.get("words")) for one in judged["evidence"][:3]]
    return {**{key: judged[key] for key in kept if key in judged}, "words": words}


def as_ended(run: str, seen: look.Look) -> dict[str, Any]:
    """The exit record, in which a stop that a playbook asked for counts as an end like any other: it is verified."""
    assert seen.exit is not None
    return seen.exit if stopped_by(run, seen) is None else {**seen.exit, "how": "reaped"}


def stopped_by(run: str, seen: look.Look) -> str | None:
    """The playbook that asked the runner to stop this attempt; None when a person did, or nobody."""
    if (seen.exit or {}).get("how") != "stopped":
        return None
    asked = _stoppers(run, seen.n)
    if asked and all(who.startswith("playbook:") for who in asked):
        return asked[0].removeprefix("playbook:")
    return None


def stopper(run: str, n: int) -> str:
    """Who asked for the stop of attempt `n`, as words: the run that did so, where no person did."""
    return said_by([who for who in _stoppers(run, n) if not who.startswith("playbook:")])


def said_by(asked: list[str]) -> str:
    """`a person`, or the run that asked, of the words `by` of requests."""
    if asked and all(who.startswith("run:") for who in asked):
        return f"run {asked[0].removeprefix('run:').rpartition('/')[0]}"
    return "a person"


def _stoppers(run: str, n: int) -> list[str]:
    """`by` of every order, or of a run without a ledger every message, to stop attempt `n`."""
    if orders.needed(run):
        return [str(one.get("by")) for one in orders.stops(run, n)]
    return _asked(run, n)


def _asked(run: str, n: int) -> list[str]:
    """The askers for a stop of attempt `n` of a run without a ledger."""
    box = os.path.join(run, layout.INBOX)
    found = []
    for part in (maildir.CUR, maildir.NEW):
        for name in maildir.waiting(box, part):
            message = maildir.read(box, name, part) or {}
            if message.get("kind") == "stop" and message.get("attempt") == n:
                found.append(str(message.get("by")))
    return found


def history_of(run: str, seen: look.Look, facts: dict[str, Any], verify: dict[str, Any] | None) -> list[dict[str, Any]]:
    """Every attempt of the run as `judgement.next` wants it, oldest first; this one has no next yet."""
    rows = []
    for n in range(1, seen.n + 1):
        attempt, start, exit, found, checked, after = (
            look.record_at(seen, n, name) or {}
            for name in (layout.ATTEMPT, layout.START, layout.EXIT, layout.FACTS, layout.VERIFY, layout.NEXT)
        )
        if n == seen.n:
            found, checked, after = facts, verify or {}, {}
        rows.append(
            {
                "n": n,
                "by_person": (attempt.get("asked_by") or {}).get("who") == "person",
                "how": exit.get("how"),
                "code": exit.get("code"),
                "signal": exit.get("signal"),
                "seconds": _seconds(start, exit),
                "verify": [checked.get(key) for key in ("how", "code", "signal")] if checked else None,
                "tree": (found.get("git") or {}).get("tree_hash"),
                "verdict": (after.get("verdict") or {}).get("verdict"),
                "playbook": after.get("playbook"),
                "cost_usd": after.get("cost_usd"),
            }
        )
    return rows


def _seconds(start: dict[str, Any], exit: dict[str, Any]) -> float | None:
    """How long the attempt took, at most: of one that vanished nobody knows when it ended."""
    if isinstance(exit.get("seconds"), int | float):
        return float(exit["seconds"])
    return None


def tell(run: str, seen: look.Look, step: nexts.Step, facts: dict[str, Any], cleaner: Cleaner) -> None:
    """Keep the tree, put the hold in place, post the notices; killed and done again, nothing is doubled.

    Of many runs that meet one limit the first puts the hold and tells of it; the others wait in silence.
    """
    if step["snapshot"]:
        _keep(seen, step)
    home = home_of(run)
    hold, news = step.get("hold"), True
    by = {"run": seen.id, "attempt": seen.n, "playbook": step["playbook"]}
    until_at = clock.stamp(hold["until_at"]) if hold and hold["until_at"] is not None else None
    if hold and hold["scope"] == "account":
        name = holds.account(run, seen.attempt or {})
        if name is not None:
            signed = holds.print_of(run, seen.attempt or {})
            what = {"until": hold["until"], "until_at": until_at, "why": step["reason"], "by": by, "login": signed}
            news = holds.put(home, name, what) or (holds.held(home, name) or {}).get("by") == by
    if hold and hold["scope"] == "run":
        holds.put_by_playbook(run, until_at, step["reason"], {"who": "playbook", **by})
    due = clock.stamp(step["not_before"]) if step["goes"] == "on" and step["not_before"] else until_at
    for event, why in _told(step):
        if event in _EVENTS.values() and not news:
            continue
        _post(home, seen, event, why, facts, due, step, cleaner)


def _keep(seen: look.Look, step: nexts.Step) -> None:
    """A snapshot of the tree; one that cannot be made is said in the record of what follows, and stops nothing."""
    try:
        tree = git.find(str((seen.attempt or {}).get("cwd")))
        if tree is not None:
            before = snapshot.current(tree, seen.id)
            kept = before or snapshot.take(tree, seen.id, f"{step['playbook']}, after attempt {seen.n}")
            step["kept"] = kept.ref
    except WorkcellError as error:
        step["kept"] = f"no snapshot: {error.message}"


def _told(step: nexts.Step) -> list[tuple[str, str]]:
    """(event, why) of every notice: the end of the run, and what its playbook says to tell."""
    found: dict[str, str] = {}
    if step["goes"] == "over":
        found[str(step["outcome"])] = step["reason"]
    event = _EVENTS.get((step.get("verdict") or {}).get("verdict", ""))
    for one in step["notices"]:
        text = " ".join(str(one["text"] or step["reason"]).split())
        if one["escalates"]:
            found.setdefault("escalated", text)
        elif event is not None:
            found.setdefault(event, text)
        elif one["needs"]:
            found.setdefault("escalated", text)
    return list(found.items())


def _post(
    home: str,
    seen: look.Look,
    event: str,
    why: str,
    facts: dict[str, Any],
    due: str | None,
    step: nexts.Step,
    cleaner: Cleaner,
) -> None:
    git = facts.get("git") or {}
    told = {
        "why": why,
        "objective": (seen.attempt or {}).get("objective"),
        "files": git.get("files"),
        "added": git.get("insertions"),
        "removed": git.get("deletions"),
        "branch": git.get("branch"),
        "seconds": (seen.exit or {}).get("seconds"),
        "cost_usd": step.get("cost_usd"),
        "attempts": seen.n,
        "due_at": due,
    }
    post(home, seen, event, {key: value for key, value in told.items() if value is not None}, cleaner=cleaner)


def post(
    home: str,
    seen: look.Look,
    event: str,
    facts: dict[str, Any],
    edge: str = "",
    *,
    cleaner: Cleaner | None = None,
) -> bool:
    """Drop a notice about the run; False when the disk refuses: a notice is never a reason to stop.

    `cleaner` holds the secret values; without one they are read from env.json as it is now.
    """
    cleaner = cleaner or run_cleaner.of_run(seen.run)
    shown = {key: cleaner.line(value) if isinstance(value, str) else value for key, value in facts.items()}
    launched = seen.launch or {}
    if event not in notice.EVENTS:
        return False
    message = outbox.make(
        run=seen.id,
        name=str(launched.get("name") or seen.id),
        attempt=seen.n,
        event=event,
        edge=edge,
        labels=launched.get("labels") or (),
        notify=launched.get("notify"),
        facts=shown,
    )
    try:
        outbox.post(home, message)
    except OSError:
        return False
    return True


def post_home(home: str, name: str, event: str, why: str, edge: str) -> bool:
    """Drop a notice about the home itself rather than one of its runs."""
    key = hashlib.blake2b(edge.encode("utf-8", "replace"), digest_size=8).hexdigest()
    message = outbox.make(run="watchdog", name=name, attempt=1, event=event, edge=key, facts={"why": why})
    try:
        outbox.post(home, message)
    except OSError:
        return False
    return True


def next_record(seen: look.Look, step: nexts.Step) -> dict[str, Any]:
    """next.json: how the run goes on, why, by which playbook, and not before when."""
    hold = step["hold"]
    return {
        "schema": "workcell.file.next/1",
        "attempt": seen.n,
        "decided_at": clock.stamp(),
        "how": step["how"],
        "reason": step["reason"],
        "playbook": step["playbook"],
        "fits": step["fit"],
        "not_before": clock.stamp(step["not_before"]),
        "hold": hold and {**hold, "until_at": clock.stamp(hold["until_at"]) if hold["until_at"] else None},
        "verdict": step.get("verdict"),
        "findings": step["findings"],
        "kept": step.get("kept"),
        "cost_usd": step.get("cost_usd"),
    }
