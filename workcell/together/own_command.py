"""clear and compact: the agent's conversation begins anew, or is compacted, and the run stays as it is.

Invariants:
- What is asked is a message in the inbox, and wakes no run. At a terminal the recipe's words for it are typed as any
  text is, once and only into an empty composer; without one the next attempt obeys it, and names it in its
  `attempt.json`.
- It is looked and posted under `attend/<run>.editing`, which a resume holds from its look at the inbox until its
  attempt is born: an attempt that is opened meanwhile obeys the message, or counts as an open turn. A resume waits for
  that lock for a few seconds only; then the message waits for the attempt after it.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workcell.base import ids
from workcell.base.errors import Refused
from workcell.finish import settle
from workcell.launch import resume_conversation
from workcell.rundir import deferred, find, inbox, inbox_edits, look, phase, spool, standby
from workcell.rundir.cell import Cell
from workcell.system import control
from workcell.together import inbox_change, send

if TYPE_CHECKING:
    from workcell.rundir import schema
    from workcell.rundir.schema.literals import OwnCommand
    from workcell.trust import access

_LIVE = (phase.STARTING, phase.RUNNING)
_IN_A_TURN = (*_LIVE, phase.ORPHANED, phase.UNKNOWN, phase.CREATED)


@dataclass(frozen=True)
class ClearRequest:
    run: str
    """An id, a name, a unique prefix, a path, or `-` for the newest run."""
    force: bool = False
    """Also in an open turn: at a terminal the turn is cut off, without one it goes on to its end."""


@dataclass(frozen=True)
class CompactRequest:
    run: str
    """An id, a name, a unique prefix, a path, or `-` for the newest run."""


@dataclass(frozen=True)
class Result:
    id: str
    message: str | None
    """The file name of the message in the inbox; null where nothing was to be done."""
    state: str | None
    """queued, typed or accepted; null where nothing was to be done."""
    why: str
    """By what it is known to be accepted, when it will be obeyed, or why nothing was to be done."""


def clear(cell: Cell, request: ClearRequest) -> Result:
    """The operation `clear`: the next turn begins in a new conversation; brief, handoff and artifacts stay.

    Raises what `find.run_to_change` raises; Refused in an open turn without `force`, and for a program with a terminal
    whose recipe has no words for it; TryAgain while another process changes the inbox; InputOutput where the disk
    refuses.
    """
    return _asked(cell, request.run, inbox.CLEAR, force=request.force)


def compact(cell: Cell, request: CompactRequest) -> Result:
    """The operation `compact`: the agent's program compacts its conversation, once it is idle or before its next turn.

    Raises as `clear`, and Refused for a program that cannot be told to.
    """
    return _asked(cell, request.run, inbox.COMPACT)


def _asked(cell: Cell, word: str, kind: OwnCommand, *, force: bool = False) -> Result:
    run = find.run_to_change(cell.home, word)
    settle.settle(run)
    with inbox_change.holding(run):
        seen = look.at(run)
        nothing = _nothing(seen, kind)
        if nothing is not None:
            return Result(seen.id, None, None, nothing)
        text, later = _plan(seen, kind, force=force)
        mode: schema.MessageMode = "urgent" if force else "sequential"
        name = _post(cell.caller, run, {"kind": kind, "mode": mode, "text": text, "by": cell.caller.word()})
    if later is not None:
        return Result(seen.id, name, inbox.QUEUED, later)
    control.notify_runner(run)
    done = send.word_of(seen, name, time.monotonic() + send.PATIENCE)
    if done.state == inbox.REFUSED:
        raise Refused(f"cannot {kind} {seen.id}: {done.why}", _cure(seen, kind))
    if done.state == inbox.ACCEPTED and inbox.said(run, name) is None:
        words = f"cannot {kind} {seen.id}: the workcell that runs it is older and does not know of this"
        raise Refused(words, f"workcell send {seen.id} {text}")
    return Result(done.id, done.message, done.state, str(done.why))


def _nothing(seen: look.Look, kind: OwnCommand) -> str | None:
    """Why nothing is to be done; None where something is. Refused for a run that cannot be read."""
    if seen.phase == phase.CORRUPT or seen.attempt is None:
        raise Refused(f"cannot {kind} {seen.id}: it cannot be read: {seen.why}", f"workcell fsck {seen.id}")
    if seen.phase == phase.CREATED and not seen.attempt["native"]:
        return f"attempt {seen.n} has not begun: its conversation is a new one"
    if kind == inbox.CLEAR and not seen.recipe.get("resume") and not _types(seen):
        return f"recipe {seen.recipe_name!r} has no 'resume': each attempt begins a conversation of its own"
    return None


def _plan(seen: look.Look, kind: OwnCommand, *, force: bool) -> tuple[str | None, str | None]:
    """(what is typed into the terminal, None), or (what would be, when it is obeyed without a terminal).

    Raises Refused where it cannot be done, and for an open turn.
    """
    own_commands = seen.recipe.get("own_commands") or {}
    words = own_commands.get("clear") if kind == inbox.CLEAR else own_commands.get("compact")
    if _types(seen):
        if not words:
            raise Refused(f"cannot {kind} {seen.id}: {_silent(seen, kind)}", f"workcell send {seen.id} /{kind}")
        return words, None
    if kind == inbox.COMPACT:
        if not resume_conversation.compacts(seen.recipe) and not (words and seen.io == "terminal"):
            cure = f"begin a new conversation from the files of the run: workcell clear {seen.id}"
            raise Refused(f"cannot compact {seen.id}: {_silent(seen, kind)}", cure)
        return words, _compacted_later(seen)
    turn = _open_turn(seen)
    if turn is not None and not force:
        raise Refused(f"cannot clear {seen.id}: {turn}", _cure(seen, kind))
    return words, f"{turn or _rests(seen)}; the attempt after this one begins a new conversation"


def _types(seen: look.Look) -> bool:
    """Whether messages are typed into the terminal of its agent now."""
    return seen.phase in _LIVE and seen.screen != "none" and seen.io == "terminal"


def _silent(seen: look.Look, kind: OwnCommand) -> str:
    return f"recipe {seen.recipe_name!r} does not say how its program is told to (own_commands: {kind})"


def _open_turn(seen: look.Look) -> str | None:
    """Why a turn of its agent counts as open; None where none is."""
    if deferred.call_of(seen) is not None:
        return "its agent waits for a yes or no in the middle of a turn"
    if seen.phase in _LIVE:
        return "its agent is in a turn"
    return f"it is {seen.phase}" if seen.phase in _IN_A_TURN else None


def _cure(seen: look.Look, kind: OwnCommand) -> str:
    """What to do about a turn that is open."""
    if kind == inbox.COMPACT:
        return f"workcell compact {seen.id}"
    if deferred.call_of(seen) is not None:
        return f"answer it first: workcell approve {seen.id}, or workcell deny {seen.id}"
    if seen.phase not in _LIVE:
        return f"workcell status {seen.id}"
    how = "cut the turn off" if _types(seen) else "clear it after the turn"
    return f"workcell wait {seen.id} --for idle; or {how}: workcell clear {seen.id} --force"


def _rests(seen: look.Look) -> str:
    if standby.waits(seen):
        return "it waits for a message, and this does not wake it"
    return f"the run is over ({seen.outcome})" if seen.phase == phase.DONE else f"it is {seen.phase}"


def _compacted_later(seen: look.Look) -> str:
    """When a program without a live terminal is told to compact."""
    if seen.phase == phase.DONE:
        go_on = f"workcell resume {seen.id} --native"
        return f"the run is over ({seen.outcome}): obeyed once its conversation goes on: {go_on}"
    if seen.io == "terminal":
        return "typed once its agent is idle after its next turn begins"
    return "the next attempt begins with it, if it goes on in this conversation"


def _post(who: access.Caller, run: str, message: dict[str, Any]) -> str:
    """Put the message into the inbox, or find one that waits; its file name. Both runs get an event of a new one.

    One that waits for idle gives way to one that does not.
    """
    for name, other in inbox.waiting(run):
        if other["kind"] != message["kind"] or other.get("attempt") is not None:
            continue
        if message["mode"] in ("sequential", other.get("mode")):
            return name
        new = ids.unique()
        made: Any = inbox_edits.record(
            verb=inbox_edits.EDIT,
            by=message["by"],
            part="new",
            into=f"{new}.json",
            message={**other, **message, "id": new, "replaces": name.removesuffix(".json")},
        )
        if inbox_edits.change(run, name, made):
            return f"{new}.json"
    name = inbox.post(run, message)
    if who.inside:
        told = {"source": "message", "message": os.path.splitext(name)[0], "kind": message["kind"]}
        to, sender = os.path.basename(run), who.id
        spool.note(who.runs[0], "message.sent", **told, id=f"message.sent:{name}", attempt=who.attempt, to=to)
        spool.note(run, "message.received", **told, id=f"message.received:{name}", **{"from": sender})
    return name
