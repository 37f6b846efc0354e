"""Doing what was decided about an attempt that has ended: keep its tree, put and end holds, post notices.

Invariants:
- What was done already is not doubled: finish may be killed anywhere in here and call it again.
- Of many runs that meet one limit the first puts the hold and tells of it; the others wait in silence.
- Nothing here keeps a run from its end: a snapshot that cannot be made and a full outbox are said, and passed over.
  A full disk that takes no proposal does: the end waits until there is room.
"""

from __future__ import annotations

import errno
import time
from typing import TYPE_CHECKING, Any

from workcell.base import clock
from workcell.base.errors import WorkcellError
from workcell.channels import post
from workcell.cleaning.clean import Cleaner
from workcell.finish import of_plan, playbook_holds, propose
from workcell.judgement import next as nexts
from workcell.judgement.ending import Hold
from workcell.playbooks import notices
from workcell.rundir import cures, layout, look, no_tree, operations, turn_checks, watches
from workcell.views.needs import Surroundings

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
    made = _proposed(seen, decision, cleaner)
    told = _facts(seen, decision, facts)
    if "approval" in decision:
        post.about_call(seen, decision["approval"], told, decision["approval"]["id"], cleaner=cleaner)
        return
    if decision.get("standby"):
        return  # that a run waits for messages is no news to a person
    needed = _needed(seen, decision, made)
    for event, why in notices_of(decision):
        if news or event not in _OF_VERDICTS:
            command = needed["command"] if needed is not None else told.get("command", "")
            post.about_run(seen, event, {**told, "why": why, "command": command}, cleaner=cleaner)
    if made is not None:
        post.about_run(seen, "proposal", {**told, **propose.facts(made)}, made["id"], cleaner=cleaner)


def _proposed(seen: look.Look, decision: nexts.Decision, cleaner: Cleaner) -> schema.Proposal | None:
    """What a person is asked for, sealed; `proposal` of the decision names it then. None where nothing is asked for.

    OSError where the disk is full; where it refuses otherwise, a person is told that automation stops.
    """
    if "asks" not in decision:
        return None
    try:
        made = propose.propose(seen, decision, cleaner)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EIO):
            raise
        words = f"{decision['asks']['text']} (the proposal could not be written: {error.strerror})"
        decision["notices"].append({"needs": True, "escalates": True, "text": words})
        return None
    decision["proposal"] = made["id"]
    return made


def tell_of_end(seen: look.Look) -> None:
    """Tell the runs that watch this one and who asked for its check, and bring its plan on.

    Called once what was decided is sealed: of this and a new watch, the later one meets the other.
    """
    if watches.on(layout.home_of(seen.run), seen.id):
        from workcell.finish import watchers  # few runs are watched

        watchers.tell(seen)
    if turn_checks.on(layout.home_of(seen.run), seen.id):
        from workcell.finish import turn_answers  # few messages ask for a check

        turn_answers.tell(seen)
    of_plan.after_end(seen)


def keep_tree(seen: look.Look, why: str) -> str | None:
    """Take a snapshot of the run's tree beside everything that is the person's; its ref, or None without a repository.

    A snapshot that holds the tree as it is now is not taken again.
    """
    from workcell.git import repository, snapshot

    tree = None if no_tree.of(seen.launch) else repository.find(seen.cwd)
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


def _needed(seen: look.Look, decision: nexts.Decision, made: schema.Proposal | None) -> schema.Needs | None:
    """What `status` will say that the run needs, once what was decided is sealed."""
    outcome = decision["outcome"] if decision["goes"] == "over" else None
    judged = decision.get("verdict")
    cause = cures.cause_of(judged["verdict"] if judged else None, decision["findings"])
    around = Surroundings(layout.home_of(seen.run))
    return around.after(seen, outcome, decision["reason"], cause, [made] if made is not None else [])


def _facts(seen: look.Look, decision: nexts.Decision, facts: schema.Facts) -> schema.NoticeFacts:
    """What every notice about this end shows; facts that are not known are left out."""
    git = facts.get("git")
    told: Json = {
        "objective": seen.objective,
        "commits": git.get("commits") if git else None,
        "files": git.get("files") if git else None,
        "added": git.get("insertions") if git else None,
        "removed": git.get("deletions") if git else None,
        "untracked": (git.get("untracked_count") or None) if git else None,
        "branch": git.get("branch") if git else None,
        "seconds": seen.exit.get("seconds") if seen.exit else None,
        "cost_usd": decision.get("cost_usd"),
        "attempts": seen.n,
        "due_at": _due(decision),
    }
    if _can_merge(seen, decision, git):
        told["command"] = f"workcell merge {seen.id}"
    known: Any = {key: value for key, value in told.items() if value is not None}
    shown: schema.NoticeFacts = known
    return shown


def _can_merge(seen: look.Look, decision: nexts.Decision, git: schema.GitFacts | None) -> bool:
    """Whether the next thing to do is to take over what a passed run committed in a worktree of its own."""
    apart = seen.launch is not None and bool(seen.launch.get("worktree"))
    passed = decision["goes"] == "over" and decision["outcome"] == "passed"
    return apart and passed and bool(git and git.get("commits")) and "merge" in operations.OPERATIONS


def _due(decision: nexts.Decision) -> str | None:
    """When the run goes on, or its hold ends; None where no time says."""
    if decision["goes"] == "on" and decision["not_before"]:
        return clock.stamp(decision["not_before"])
    hold = decision["hold"]
    until_at = hold["until_at"] if hold else None
    return clock.stamp(until_at) if until_at is not None else None
