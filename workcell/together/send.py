"""send: a message for the agent, typed by its runner when it fits, or put into the next attempt's brief."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Literal

from workcell.agents.events import short
from workcell.base import ids
from workcell.base.errors import NotFound, Refused, TryAgain, Usage, WorkcellError
from workcell.finish import settle
from workcell.launch import resume_unbegun
from workcell.rundir import (
    attending,
    child_index,
    deferred,
    find,
    inbox,
    inbox_edits,
    look,
    phase,
    selection,
    spool,
    standby,
)
from workcell.rundir.cell import Cell
from workcell.system import control
from workcell.together import suggest, turn_request, wake
from workcell.trust import access

if TYPE_CHECKING:
    from typing import Required, TypedDict

    from workcell.rundir import schema

    class Outgoing(TypedDict, total=False):
        """A message for the agent: the keys of `schema.Message` that its sender knows."""

        kind: Required[schema.MessageKind]
        by: str
        attempt: int
        mode: schema.MessageMode
        text: str
        choice: str
        dialog_id: str
        decision: schema.Decision


PATIENCE = 15.0
"""Seconds to wait for a word on what became of the message."""

MOST = 16 << 20


MOST_TO_ONE = 30
"""Maximum of texts that one run sends to another within an hour: two agents that answer each other come to an end."""

HOUR = 3600.0

CALLERS = 60.0
"""Seconds to wait for another process of the caller's run that sends something."""


@dataclass(frozen=True)
class Request:
    """A text for one run, or for the live runs of a group, or for the live children of the run around the caller."""

    run: str | None
    """An id, a name, a unique prefix, a path, or `-` for the newest run; null with `group` or `children`."""
    text: str
    mode: Literal["sequential", "important", "urgent"] = "sequential"
    """When: once the agent is idle, after the turn that runs, or at once, interrupting it."""
    group: str | None = None
    """To every live run of this group, but the one around the caller."""
    children: bool = False
    """To every live child of the run around the caller."""
    suggest: bool = False
    """It waits until a person releases it."""
    verify: bool = False
    """The check of the run is run once the turn has ended that the text begins, and the sender is told; the run goes
    on."""

    @property
    def urgent(self) -> bool:
        return self.mode == "urgent"


@dataclass(frozen=True)
class Result:
    id: str
    message: str
    """Its file name in the inbox; of a yes or no to a deferred call, the id of that decision."""
    state: str
    """queued, typed, accepted, refused or suggested; removed where it was taken out meanwhile."""
    why: str | None
    """The evidence of an accepted message, or the reason of one that waits or was refused."""
    check: str | None = None
    """The id of the check that was asked for, and of the message to come to a run that asked; null without one."""


@dataclass(frozen=True)
class Results:
    """What became of the text at each run."""

    runs: list[Result]
    failed: list[dict[str, str | int | None]]
    """Runs to which it could not be sent: `run`, `error`, `code`, `exit`, `hint`."""


def perform(cell: Cell, request: Request) -> Result | Results:
    """The operation `send`. Raises what `find.run` and `send` raise, and Refused when the message was refused.

    To several runs, the text is put into every inbox before it is waited for word of any.
    """
    if request.group is None and not request.children:
        if request.run is None:
            raise Usage("no run was named", "workcell send RUN TEXT, or --group GROUP, or --children")
        _check_request(request)
        sent = _post(cell, find.run_to_change(cell.home, request.run), request)
        return raise_if_refused(_deliver_and_wait(sent, time.monotonic() + PATIENCE))
    if request.run is not None or (request.group is not None and request.children):
        raise Usage("several addressees are named in two ways", "one of RUN, --group GROUP and --children")
    _check_request(request)
    posted, failed = [], []
    for run in _addressees(cell, request):
        try:
            # the registry has asked for no run: an urgent text reaches descendants only, whatever their group
            access.check(cell.caller, "send", {"urgent": request.urgent}, run)
            posted.append(_post(cell, run, request))
        except WorkcellError as error:
            failed.append(selection.failed(os.path.basename(run), error))
    until = time.monotonic() + PATIENCE
    return Results([_deliver_and_wait(sent, until) for sent in posted], failed)


def _addressees(cell: Cell, request: Request) -> list[str]:
    """Directories of the live runs that are meant. NotFound where there is none, Refused for children outside a run."""
    own = os.path.realpath(cell.caller.runs[0]) if cell.caller.inside else None
    if request.children:
        if own is None:
            raise Refused(
                "--children means those of the run around the caller, and this was not called from inside one",
                "workcell send --group GROUP TEXT",
            )
        children = child_index.of(cell.home, os.path.basename(own))
        found = [find.path_of(cell.home, child) for child in children if find.is_live(cell.home, child)]
    else:
        chosen = selection.choose(cell.home, (), request.group, (), live=True)
        found = [find.path_of(cell.home, run) for run in chosen]
    found = [run for run in found if os.path.realpath(run) != own]
    if not found:
        raise NotFound("no live run is meant", "workcell children, or workcell ls --group GROUP")
    return found


@dataclass(frozen=True)
class _Sent:
    """A text that stands in an inbox."""

    run: str
    seen: look.Look
    name: str
    queued: str | None
    """Why it stays there; None where it is typed."""
    state: str = inbox.QUEUED
    """Where it stays."""
    wakes: bool = False
    """Whether it wakes the run, which is on standby."""
    check: str | None = None
    """The id of the check that was asked for with it."""


def _post(cell: Cell, run: str, request: Request) -> _Sent:
    """Put the text into the inbox of the run; from inside another run, under its cap and with an event in both."""
    who = cell.caller
    message: Outgoing = {"kind": "text", "mode": request.mode, "text": request.text, "by": who.word()}
    put = partial(_with_check, who) if request.verify else _suggest if request.suggest else _put
    if not who.inside:
        return put(run, message)
    lock = attending.take(who.runs[0], attending.MAILS, CALLERS)
    if lock is None:
        raise TryAgain(f"another process of {who.id} sends something", "try again in a few seconds")
    try:
        sent = inbox.sent_between(run, who.id, cell.clock() - HOUR)
        if sent >= MOST_TO_ONE:
            raise Refused(
                f"{who.id} has sent {sent} messages to {os.path.basename(run)} within an hour, and that is the most",
                "put it into the handoff, or send several things as one later",
            )
        done = put(run, message)
    finally:
        os.close(lock)
    _note(who, run, done.name, request)
    return done


def _with_check(who: access.Caller, run: str, message: Outgoing) -> _Sent:
    """Put a text into the inbox of a run whose check is to be run after that turn."""
    name = ids.unique()
    with turn_request.made(run, who, name) as made:
        sent = _put(run, message, name)
    return replace(sent, check=made["id"])


def raise_if_refused(done: Result) -> Result:
    """The same result; raises Refused when the message was refused."""
    if done.state == inbox.REFUSED:
        raise Refused(f"the message to {done.id} was refused: {done.why}", f"workcell what {done.id}")
    return done


def _note(who: access.Caller, run: str, name: str, request: Request) -> None:
    """Tell of the text in the events of both runs."""
    told: dict[str, object] = {
        "source": "message",
        "message": os.path.splitext(name)[0],
        "mode": request.mode,
        "text": short(request.text),
        **({"suggested": True} if request.suggest else {}),
        **({"verify": True} if request.verify else {}),
    }
    to = os.path.basename(run)
    spool.note(who.runs[0], "message.sent", **{**told, "id": f"message.sent:{name}", "attempt": who.attempt, "to": to})
    spool.note(run, "message.received", **{**told, "id": f"message.received:{name}", "from": who.id})


def _check_request(request: Request) -> None:
    check(request.text)
    if request.verify and request.suggest:
        raise Usage("--verify and --suggest exclude each other", "suggest it without --verify")


def check(text: str) -> None:
    """Raise Usage for a text that is empty or too long."""
    if not text.strip():
        raise Usage("the message is empty", "workcell send RUN TEXT, or - to read it from standard input")
    if len(text.encode("utf-8", "surrogateescape")) > MOST:
        raise Usage(f"the message has more than {MOST >> 20} MiB", "put it into a file, and send the file's path")


def send(
    run: str, text: str, mode: schema.MessageMode = "sequential", by: str = "person", patience: float = PATIENCE
) -> Result:
    """Bring a text to the agent: `sequential` when it is idle, `important` after this turn, `urgent` at once.

    Usage for an empty text, Refused for a run that nothing can be sent to. Returns as soon as something is known
    of the message, at the latest after `patience` seconds; it stays in the inbox whatever is known.
    """
    check(text)
    return deliver(run, {"kind": "text", "mode": mode, "text": text, "by": by}, patience)


def deliver(run: str, message: Outgoing, patience: float, name: str | None = None) -> Result:
    """Put a message into the inbox of a run, and wait for word of it. `name`: an id that the caller has on record."""
    return _deliver_and_wait(_put(run, message, name), time.monotonic() + patience)


def _suggest(run: str, message: Outgoing) -> _Sent:
    """Put a message where it waits for a person."""
    seen = settle.settle(run)
    if seen.phase == phase.CORRUPT:
        raise Refused(f"{seen.id} cannot be read: {seen.why}", f"workcell fsck {seen.id}")
    name = suggest.put(seen, {**message})
    why = f"a person releases it: workcell inbox release {seen.id} {os.path.splitext(name)[0]}"
    return _Sent(run, seen, name, why, inbox.SUGGESTED)


def _put(run: str, message: Outgoing, name: str | None = None) -> _Sent:
    """Put a message into the inbox of a run, and tell its runner."""
    seen = settle.settle(run)
    if seen.phase == phase.CORRUPT:
        raise Refused(f"{seen.id} cannot be read: {seen.why}", f"workcell fsck {seen.id}")
    types = _types(seen)
    if message["kind"] != "text" and not types:
        raise Refused(f"{seen.id} has no terminal to press keys in: it is {seen.phase}", f"workcell status {seen.id}")
    if message["kind"] != "text":
        message = {**message, "attempt": seen.n}
    elif not types and seen.phase != phase.DONE and standby.is_to_finish(seen):
        raise Refused(
            f"{seen.id} is to finish with its check, and its agent is told nothing more",
            f"workcell wait {seen.id}; then give it more to do: workcell resume {seen.id} --brief NEW.md",
        )
    inbox_edits.settle_left(run)
    file = inbox.post(run, {**message}, name)
    if standby.waits(again := look.at(run)):  # its agent may have ended its turn since
        return _Sent(run, again, file, None, wakes=True)
    if types:
        control.notify_runner(run)
        return _Sent(run, seen, file, None)
    return _Sent(run, seen, file, _why_queued(seen))


def _lives(seen: look.Look) -> bool:
    return seen.phase in (phase.RUNNING, phase.STARTING)


def _types(seen: look.Look) -> bool:
    """Whether texts are typed for the agent."""
    return _lives(seen) and seen.screen != "none" and seen.io == "terminal"


def why_kept(seen: look.Look) -> str | None:
    """Why a text that waits stays where it is, and until when; None where it is typed, or wakes the run."""
    return None if _types(seen) or standby.waits(seen) else _why_queued(seen)


def _why_queued(seen: look.Look) -> str:
    """Why a message cannot be given to the agent now, and when it will be."""
    if seen.phase == phase.DONE:
        go_on = f"workcell resume {seen.id}" + (" --brief NEW.md" if seen.outcome == "passed" else "")
        return f"the run is over ({seen.outcome}): its agent reads this once you go on with it: {go_on}"
    if deferred.call_of(seen) is not None:
        return "the run waits for a yes or no: the turn that follows carries that out, and the turn after it gets this"
    live = _lives(seen)
    if live and deferred.answers(seen.attempt):
        return "its agent carries out a yes or no in this turn: the next turn gets this, before the run is checked"
    if not live:
        holds = "brief that it begins with" if resume_unbegun.letters(seen) else _BRIEF
        return f"the run is {seen.phase}: the {holds} will hold it"
    why = f"recipe {seen.recipe_name!r} takes no messages while it runs"
    if standby.is_to_finish(seen):
        if standby.reads_first(seen):
            return f"{why}: one more turn begins with it before the run finishes with its check"
        last = "the run finishes with its check after this turn: its agent reads this once you go on with it"
        return f"{last}: workcell resume {seen.id} --brief NEW.md"
    if standby.keeps(seen.attempt) or look.asker(seen.attempt) == standby.MESSAGE:
        return f"{why}: its next turn begins with it"
    return f"{why}: the {_BRIEF} will hold it; where it passes before: workcell resume {seen.id} --brief NEW.md"


_BRIEF = "next attempt's brief"


def _deliver_and_wait(sent: _Sent, until: float) -> Result:
    """What is known of the message, at the latest at the monotonic time `until`; it wakes a run on standby first."""
    if sent.wakes:
        why = wake.wake(sent.run)
        if why is not None:
            return Result(sent.seen.id, sent.name, inbox.QUEUED, why, sent.check)
    if sent.queued is not None:
        return Result(sent.seen.id, sent.name, sent.state, sent.queued, sent.check)
    return replace(word_of(sent.seen, sent.name, until), check=sent.check)


def word_of(seen: look.Look, name: str, until: float) -> Result:
    """What becomes known, until that monotonic time, of a message that is to be typed into the terminal of the run."""
    pause = 0.01
    while True:
        state, said = inbox.state(seen.run, name)
        why = said and (said.get("evidence") if state == inbox.ACCEPTED else said.get("why"))
        # words on an end stand before the file is moved: until then they are no answer
        waits = said is not None and said.get("why") and said.get("state") not in (inbox.ACCEPTED, inbox.REFUSED)
        known = state in (inbox.ACCEPTED, inbox.REFUSED, inbox.REMOVED, None) or waits
        if known or time.monotonic() > until:
            return Result(seen.id, name, state or inbox.QUEUED, why or "nothing is known of it yet")
        time.sleep(pause)
        pause = min(pause * 1.5, 0.1)


def read(path: str) -> str:
    """A text from a descriptor or file, as it is."""
    with open(path if path != "-" else 0, "rb", closefd=path != "-") as file:
        return os.fsdecode(file.read(MOST + 1))
