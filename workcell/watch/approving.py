"""approve and deny: yes or no, once, to what an agent asks permission for, or to what a playbook proposes.

Invariants:
- The decision is sealed before anything is done, and the first one counts.
- What was approved is carried out here where the lock of the watchdog is free, else by the next tick. Either does it
  at most once.
- For a minute after a decision the name of the run means nothing that came up after it: that needs its id.
- A run of which both an agent and a playbook ask something is not guessed about.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from workcell.base.errors import InputOutput, Refused, TryAgain, Usage
from workcell.finish import settle
from workcell.judgement import permission
from workcell.rundir import deferred, find, heartbeat, home_creation, locks, look, proposals
from workcell.rundir.cell import Cell
from workcell.together import answer, approval, just_decided, send
from workcell.together import dialog as dialogs
from workcell.watch import observe, proposal_acts, proposal_events

if TYPE_CHECKING:
    from workcell.rundir import schema

PATIENCE = 5.0
"""Seconds to wait for a tick that is at work; after that, the next one carries out what was approved."""

MOST_WHY = 1000
"""Maximum characters of a reason."""

APPROVED = "approved"


@dataclass(frozen=True)
class Request:
    run: str
    """An id, a name, a unique prefix, a path, or `-` for the newest run; or the id of a proposal, or of what an agent
    asks, as a refusal names it."""


@dataclass(frozen=True)
class DenyRequest:
    run: str
    """An id, a name, a unique prefix, a path, or `-` for the newest run; or the id of a proposal, or of what an agent
    asks, as a refusal names it."""
    why: str | None = None
    """The reason, which is recorded and, of what an agent asked, told to it."""


@dataclass(frozen=True)
class Act:
    """One act of a proposal, and what became of it."""

    words: str
    """What it does."""
    state: str
    """done, taken, delivered, failed, refused, unknown, not done."""
    said: str


@dataclass(frozen=True)
class Decided:
    """What became of a proposal."""

    id: str
    """Of the run."""
    proposal: str
    state: str
    """done, failed, denied; approved where a tick is yet to carry it out."""
    why: str | None
    """Why not all of it was done."""
    acts: list[Act]
    at: str
    """When that was written down."""
    new: bool
    """Whether it was done just now, and not by an earlier call or by a tick."""


def perform_approve(cell: Cell, request: Request) -> send.Result | Decided:
    """The operation `approve`. `cell.progress` is told `asked` before anything is done: what is approved.

    Raises what `find.run` raises. Refused where nothing asks for a yes, several things do, or the proposal was denied
    or counts no more; InputOutput where the disk refuses.
    """
    return _decide(cell, request.run, allow=True)


def perform_deny(cell: Cell, request: DenyRequest) -> send.Result | Decided:
    """The operation `deny`; as `approve`. Usage for a reason that is empty or longer than MOST_WHY."""
    why = None if request.why is None else " ".join(request.why.split())
    if why is not None and not 0 < len(why) <= MOST_WHY:
        raise Usage(f"a reason has 1 to {MOST_WHY} characters", "workcell deny RUN --why 'not on a Friday'")
    return _decide(cell, request.run, allow=False, why=why)


def _decide(cell: Cell, word: str, *, allow: bool, why: str | None = None) -> send.Result | Decided:
    home_creation.check(cell.home)
    made = proposals.read(cell.home, word) if "/" not in word else None
    if made is None:
        asker = just_decided.run_of(cell.home, word)
        run = find.run_to_change(cell.home, word if asker is None else asker)
        made = _meant(cell, run, allow=allow) if asker is None else None
        if made is None:
            ask = None if asker is None else word
            return approval.decide(cell, run, approval.Word(allow=allow, why=why, ask=ask))
    try:
        return _on_proposal(cell, made, allow=allow, why=why)
    except OSError as error:
        raise InputOutput(
            f"what became of proposal {made['id']} cannot be written: {error.strerror}", "free some disk space"
        ) from error


def _meant(cell: Cell, run: str, *, allow: bool) -> schema.Proposal | None:
    """The proposal that a decision about the run means; None where it means the dialog of its agent."""
    known = os.path.basename(run)
    ids = [one for one in proposals.open_ids(cell.home) if proposals.run_of(one) == known]
    waiting = [made for one in ids if (made := proposals.read(cell.home, one)) is not None]
    seen, dialog = answer.up(run)
    asks = dialog is not None and permission.option_for(dialog, allow=allow) is not None
    counts = [made for made in waiting if proposals.outdated(made, seen, cell.clock()) is None]
    waiting = counts if counts or deferred.undecided(seen) is not None else waiting[:1]
    if not waiting:
        return None if dialog is not None or deferred.call_of(seen) is not None else _last(cell.home, seen)
    verb = "approve" if allow else "deny"
    if len(waiting) == 1 and not asks:
        words = f"{proposal_acts.acts_in_words(waiting[0])}: {waiting[0]['text']}"
        just_decided.check(seen, just_decided.of_proposal(waiting[0], words), verb, cell.clock())
        return waiting[0]
    lines = [f"workcell {verb} {made['id']}: {proposal_acts.acts_in_words(made)}" for made in waiting]
    if asks and dialog is not None:
        lines.append(f"workcell answer {seen.id}: {dialogs.title(dialog)}")
    raise Refused(
        f"{len(lines)} things about {seen.id} wait for a yes or no",
        f"workcell {verb} {waiting[0]['id']}",
        details=lines,
    )


def _last(home: str, seen: look.Look) -> schema.Proposal | None:
    """The proposal about the attempt of now that was decided last, so that a second decision hears of the first."""
    mine = proposals.of_attempt(home, seen.id, seen.n)
    ended = [(found["at"], one) for one in mine if (found := proposals.done(home, one)) is not None]
    return proposals.read(home, max(ended)[1]) if ended else None


def _on_proposal(cell: Cell, made: schema.Proposal, *, allow: bool, why: str | None) -> Decided:
    home, identity = cell.home, made["id"]
    ended = proposals.done(home, identity)
    if ended is not None:
        return _told(made, ended, allow=allow)
    standing = proposals.decided(home, identity)
    if standing is None:
        if proposals.of_end(made) and os.path.isdir(proposal_acts.run_path(home, made)):
            settle.settle(proposal_acts.run_path(home, made))  # what finishes the attempt may have been killed
        _check(home, made, cell.clock())
        cell.progress("asked", f"{made['text']}\n{proposal_acts.acts_in_words(made)}")
        standing = proposals.decide(home, identity, "approved" if allow else "denied", why)
        proposal_events.decided(home, made, standing)
    if standing["decision"] == "approved" and not allow:
        raise Refused(f"proposal {identity} was approved at {standing['at']}", f"workcell approve {identity}")
    if standing["decision"] != "approved":
        ended = proposal_events.end(home, made, standing["decision"], standing["why"])
        return _told(made, ended, allow=allow, new=True)
    ended = _carried_out(cell, made)
    if ended is None:
        why = "a tick of the watchdog is at work, or the run cannot be asked about: the next tick carries it out"
        acts = [Act(one["words"], proposal_acts.NOT_DONE, "") for one in made["acts"]]
        return Decided(made["run"], identity, APPROVED, why, acts, standing["at"], new=True)
    return _told(made, ended, allow=allow, new=True)


def _check(home: str, made: schema.Proposal, now: float) -> None:
    """Raise Refused for a proposal that is void, which is written down; TryAgain where that cannot be told now."""
    why = proposal_acts.why_void(home, made, now)
    if why is None:
        why = proposal_acts.merged(made, proposal_acts.run_path(home, made))
    if why is not None:
        proposals.decide(home, made["id"], "void", why)
        proposal_events.end(home, made, "void", why)
        _void(made, why)
    if not proposals.answers(made, look.at(proposal_acts.run_path(home, made))):
        raise TryAgain(f"it cannot be told how {made['run']} stands", f"workcell why {made['run']}")


def _void(made: schema.Proposal, why: str | None) -> NoReturn:
    raise Refused(f"proposal {made['id']} is void, and nothing is done: {why}", f"workcell status {made['run']}")


def _carried_out(cell: Cell, made: schema.Proposal) -> schema.ProposalDone | None:
    """Carry out what was approved; None where that is left to the next tick."""
    os.makedirs(heartbeat.directory(cell.home), 0o700, exist_ok=True)
    lock = locks.take(os.path.join(heartbeat.directory(cell.home), heartbeat.LOCK), PATIENCE)
    if lock is None:
        return None
    try:
        memory = observe.Memory(cell.home, observe.Now(wall=cell.clock()))
        return proposal_acts.finish(proposal_acts.begin(cell.home, memory), made)
    finally:
        os.close(lock)


def _told(made: schema.Proposal, ended: schema.ProposalDone, *, allow: bool, new: bool = False) -> Decided:
    """The end of a proposal, where it is what was asked for; Refused where it is another one."""
    if ended["state"] == "void":
        _void(made, ended["why"])
    if allow == (ended["state"] == "denied"):
        was = "denied" if allow else f"approved, and what came of it is: {ended['state']}"
        raise Refused(f"proposal {made['id']} was {was} ({ended['at']})", f"workcell status {made['run']}")
    acts = [
        Act(one["words"], went["state"], went["words"]) for one, went in zip(made["acts"], ended["acts"], strict=False)
    ]
    return Decided(made["run"], made["id"], ended["state"], ended["why"], acts, ended["at"], new)
