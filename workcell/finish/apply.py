"""Doing what was decided about an attempt that has ended: keep its tree, put and end holds, post notices.

Invariants:
- What was done already is not doubled: finish may be killed anywhere in here and call it again.
- Of many runs that meet one limit the first puts the hold and tells of it; the others wait in silence.
- Nothing here keeps a run from its end: a snapshot that cannot be made and a full outbox are said, and passed over.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from workcell.base import clock
from workcell.base.errors import WorkcellError
from workcell.channels import post
from workcell.cleaning.clean import Cleaner
from workcell.finish import playbook_holds
from workcell.git import repository, snapshot
from workcell.judgement import next as nexts
from workcell.judgement.ending import Hold
from workcell.playbooks import notices
from workcell.rundir import look

if TYPE_CHECKING:
    from workcell.base.json_codec import Json
    from workcell.rundir import schema

_OF_VERDICTS = frozenset(notices.EVENTS.values())


def apply(seen: look.Look, decision: nexts.Decision, facts: schema.Facts, cleaner: Cleaner) -> None:
    """Do all that the decision asks for; `kept` of the decision then says what became of the snapshot."""
    book = str(decision["playbook"])
    if decision["snapshot"]:
        decision["kept"] = _keep(seen, book)
    for scope in decision["releases"]:
        if scope == "account":
            playbook_holds.release_account(seen, time.time())
        else:
            playbook_holds.release_run(seen, book)
    news = True
    for hold in decision["holds"]:
        news &= playbook_holds.put(seen, Hold(**hold), decision["reason"], book) is not playbook_holds.Put.STANDING
    told = _facts(seen, decision, facts)
    for event, why in notices_of(decision):
        if news or event not in _OF_VERDICTS:
            post.about_run(seen, event, {**told, "why": why}, cleaner=cleaner)


def keep_tree(seen: look.Look, why: str) -> str | None:
    """Take a snapshot of the run's tree beside everything that is the person's; its ref, or None without a repository.

    A snapshot that holds the tree as it is now is not taken again.
    """
    tree = repository.find(seen.cwd)
    if tree is None:
        return None
    kept = snapshot.current(tree, seen.id) or snapshot.take(tree, seen.id, why)
    return kept.ref


def _keep(seen: look.Look, playbook: str) -> str | None:
    try:
        return keep_tree(seen, f"{playbook}, after attempt {seen.n}")
    except WorkcellError as error:
        return f"no snapshot: {error.message}"


def notices_of(decision: nexts.Decision) -> list[tuple[str, str]]:
    """(event, why) of every notice: the end of the run, and what its playbook says to tell."""
    found: dict[str, str] = {}
    if decision["goes"] == "over":
        found[str(decision["outcome"])] = decision["reason"]
    verdict = str(decision["verdict"]["verdict"] if "verdict" in decision else "")
    for one in decision["notices"]:
        event = "escalated" if one["escalates"] else notices.event_of(verdict, one["needs"])
        if event is not None:
            found.setdefault(event, " ".join(str(one["text"] or decision["reason"]).split()))
    return list(found.items())


def _facts(seen: look.Look, decision: nexts.Decision, facts: schema.Facts) -> schema.NoticeFacts:
    """What every notice about this end shows; facts that are not known are left out."""
    git = facts.get("git")
    told: Json = {
        "objective": seen.objective,
        "files": git.get("files") if git else None,
        "added": git.get("insertions") if git else None,
        "removed": git.get("deletions") if git else None,
        "branch": git.get("branch") if git else None,
        "seconds": seen.exit.get("seconds") if seen.exit else None,
        "cost_usd": decision.get("cost_usd"),
        "attempts": seen.n,
        "due_at": _due(decision),
    }
    known: Any = {key: value for key, value in told.items() if value is not None}
    shown: schema.NoticeFacts = known
    return shown


def _due(decision: nexts.Decision) -> str | None:
    """When the run goes on, or its hold ends; None where no time says."""
    if decision["goes"] == "on" and decision["not_before"]:
        return clock.stamp(decision["not_before"])
    hold = decision["hold"]
    until_at = hold["until_at"] if hold else None
    return clock.stamp(until_at) if until_at is not None else None
