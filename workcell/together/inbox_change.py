"""inbox rm, edit, first and release: changes of a message that waits, until its typing begins.

Invariants:
- What is taken out is written down first and stays on record (`rundir.inbox_edits`): killed at any call, no message is
  lost, and none is typed twice.
- What stands in the brief of the current attempt has reached the agent, wherever its file is.
"""

import os
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workcell.base import ids
from workcell.base.errors import InputOutput, NotFound, Refused, TryAgain, Usage
from workcell.rundir import find, inbox, inbox_edits, layout, look, maildir, phase, standby
from workcell.rundir.cell import Cell
from workcell.system import control
from workcell.terminal.printable import printable
from workcell.together import send, wake

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from workcell.rundir import schema
    from workcell.rundir.schema.literals import InboxVerb

PATIENCE = 5.0
"""Seconds to wait for another process that changes the inbox of the run."""


@dataclass(frozen=True)
class RmRequest:
    run: str
    """An id, a name, a unique prefix, a path, or `-` for the newest run."""
    message: str
    """The id of the message, or its begin or end."""


@dataclass(frozen=True)
class EditRequest:
    run: str
    """An id, a name, a unique prefix, a path, or `-` for the newest run."""
    message: str
    """The id of the message, or its begin or end."""
    text: str | None = None
    """Its new text. Without one the text as it stands is returned, and nothing is changed."""


@dataclass(frozen=True)
class FirstRequest:
    run: str
    """An id, a name, a unique prefix, a path, or `-` for the newest run."""
    message: str
    """The id of the message, or its begin or end."""


@dataclass(frozen=True)
class ReleaseRequest:
    run: str
    """An id, a name, a unique prefix, a path, or `-` for the newest run."""
    message: str
    """The id of the message, or its begin or end."""


@dataclass(frozen=True)
class Changed:
    """A message that was changed."""

    id: str
    message: str
    """The id of the message that was changed."""
    into: str | None
    """The id of the message in its place; null where none is, and where it kept its id."""
    ahead: int
    """How many messages still go before it."""
    why: str | None = None
    """Of a message that was released: why it cannot reach the agent now, and when it will; null where it can."""
    named: str | None = None
    """The id that was given, where it is an older one of that message."""


@dataclass(frozen=True)
class Text:
    """A message as it stands."""

    id: str
    message: str
    text: str
    """Byte for byte, secrets too: an editor writes it back."""


@dataclass(frozen=True)
class _Waiting:
    """A message that waits, under the lock of the changes of its run."""

    run: str
    by: str
    name: str
    state: str
    message: "schema.Message"
    named: str | None = None
    """The id that was named, where this one has taken the place of that message."""

    @property
    def key(self) -> str:
        return self.name.removesuffix(".json")


def rm(cell: Cell, request: RmRequest) -> Changed:
    """The operation `inbox rm`: take a message out before it is typed; it stays in `inbox/edited/`.

    Raises what `find.run` raises, NotFound where no such message waits, Refused once it is being typed, TryAgain while
    another process changes the inbox, InputOutput where the disk refuses.
    """
    with _message(cell, request.run, request.message) as known:
        _change(known, inbox_edits.RM, None)
        return Changed(os.path.basename(known.run), known.key, None, 0, named=known.named)


def edit(cell: Cell, request: EditRequest) -> Changed | Text:
    """The operation `inbox edit`: another text in the same place of the queue. Raises as `rm`; Usage for an empty text,
    and for a message that is no text."""
    if request.text is not None:
        send.check(request.text)
    with _message(cell, request.run, request.message) as known:
        _need_text(known)
        if request.text is None:
            return Text(os.path.basename(known.run), known.key, str(known.message.get("text") or ""))
        moment = known.key[:_STAMP] if _has_stamp(known.key) else None
        made = {**known.message, "text": request.text, "by": known.by}
        return _put_in_place(known, inbox_edits.EDIT, made, ids.unique_at(moment))


def first(cell: Cell, request: FirstRequest) -> Changed:
    """The operation `inbox first`: before all that waits in the same mode. Raises as `rm`, and Usage for keys."""
    with _message(cell, request.run, request.message) as known:
        _need_text(known)
        names = [name for name, _ in inbox.in_state(known.run, known.state) if _has_stamp(name)]
        if not names or min(names) == known.name:
            return Changed(
                os.path.basename(known.run), known.key, None, _ahead(known.run, known.name), named=known.named
            )
        moment = f"{max(0, int(min(names)[:_STAMP]) - 1):0{_STAMP}d}"
        return _put_in_place(known, inbox_edits.FIRST, {**known.message}, ids.unique_at(moment))


def release(cell: Cell, request: ReleaseRequest) -> Changed:
    """The operation `inbox release`: let a message that was suggested reach the agent. Raises as `rm`, and Refused for
    one that was not suggested."""
    with _message(cell, request.run, request.message) as known:
        if known.state != inbox.SUGGESTED:
            raise Refused(f"{known.key} was not suggested: it is {known.state}", _list(known.run))
        _change(known, inbox_edits.RELEASE, None)
        why = send.why_kept(look.at(known.run))
        return Changed(os.path.basename(known.run), known.key, None, _ahead(known.run, known.name), why, known.named)


_STAMP = 19
"""Digits of the nanoseconds with which the name of a message begins."""


def _has_stamp(name: str) -> bool:
    return name[:_STAMP].isascii() and name[:_STAMP].isdigit() and len(name) > _STAMP


@contextmanager
def holding(run: str) -> "Iterator[None]":
    """No other process changes the inbox of the run, or opens an attempt of it, during the body.

    Raises TryAgain where one does for too long, and InputOutput for what the disk refuses, in the body, too.
    """
    held = None
    try:
        held = inbox_edits.lock(run, PATIENCE)
        if held is None:
            name = os.path.basename(run)
            raise TryAgain(f"another process changes the inbox of {name}", "try again in a few seconds")
        yield
    except OSError as error:
        raise _unwritten(run, error) from error
    finally:
        if held is not None:
            os.close(held)


@contextmanager
def _message(cell: Cell, word: str, message: str) -> "Iterator[_Waiting]":
    """The message that is meant, while no other process changes the inbox. At the end the runner is
    told, or a run on standby is woken where a message waits for it."""
    run = find.run_to_change(cell.home, word)
    with holding(run):
        yield _find(cell, run, message)
    seen = look.at(run)
    if seen.phase in (phase.RUNNING, phase.STARTING):
        control.notify_runner(run)
    elif standby.due(seen):
        wake.wake(run)


def _find(cell: Cell, run: str, word: str) -> _Waiting:
    """The message that waits under that id, or whose id begins or ends so; of one that was edited or put first, the one
    in its place. NotFound, Usage, Refused as `rm`."""
    name = word.removesuffix(".json")
    known = {
        key.removesuffix(".json"): (state, key, message)
        for state in (inbox.QUEUED, inbox.SUGGESTED)
        for key, message in inbox.in_state(run, state)
    }
    near = _fitting(name, known)
    named = None
    if not near:
        named, current = _in_its_place(run, name)
        if current is None or current not in known:
            raise _not_waiting(run, current or name)
        near = [current]
    if len(near) > 1:
        raise Usage(f"{printable(word)!r} fits {len(near)} messages", "use more of the id", details=near)
    state, file, message = known[near[0]]
    n = layout.current(run) or 0
    if message.get("id") in inbox.in_brief(run, n):
        raise Refused(f"{near[0]} stands in the brief of attempt {n}", f"workcell send {os.path.basename(run)} TEXT")
    return _Waiting(run, cell.caller.word(), file, state, message, named)


def _fitting(word: str, known: "Iterable[str]") -> list[str]:
    """The id `word`, else those that it fits."""
    keys = list(known)
    return [word] if word in keys else [key for key in keys if _fits(word, key)]


def _fits(word: str, key: str) -> bool:
    """Whether the id begins or ends so, or its last part, which lists show, begins so."""
    return bool(word) and (key.startswith(word) or key.endswith(word) or key.rpartition("-")[2].startswith(word))


def _in_its_place(run: str, word: str) -> "tuple[str | None, str | None]":
    """(the id that `word` means of those that were taken out, the id of the message that has its place by now).

    None where there is no such message, and where nothing took its place. Raises Usage where it fits several.
    """
    into: dict[str, str | None] = {}
    for name, message in inbox.in_state(run, inbox.REMOVED):
        taken = inbox.taken(message)
        into[name.removesuffix(".json")] = taken["into"] if taken is not None else None
    near = [key for key in _fitting(word, into) if into[key] is not None]
    places = {key: _followed(into, key) for key in near}
    if len(set(places.values())) > 1:
        raise Usage(f"{printable(word)!r} fits {len(near)} messages", "use more of the id", details=near)
    return next(((key, place) for key, place in places.items()), (None, None))


def _followed(into: "Mapping[str, str | None]", key: str) -> str:
    """The last message in a row of which each took the place of the one before; the agent can write a ring of them."""
    met = {key}
    while (following := into.get(key)) is not None and following not in met:
        key = following
        met.add(key)
    return key


def _not_waiting(run: str, word: str) -> NotFound | Refused:
    """The error for a message that does not wait: it is being typed, or gone on, or there is none."""
    for state in (inbox.TYPED, inbox.ACCEPTED, inbox.REFUSED, inbox.REMOVED):
        for name, _ in inbox.in_state(run, state):
            key = name.removesuffix(".json")
            if _fits(word, key):
                return _late(run, key, state)
    return NotFound(f"no message {printable(word)!r} waits in {os.path.basename(run)}", _list(run))


def _late(run: str, key: str, state: "str | None") -> Refused:
    words = {
        inbox.TYPED: "is being typed at this moment",
        inbox.ACCEPTED: "has reached the agent",
        inbox.REFUSED: "was refused, and will not be typed",
        inbox.REMOVED: "was taken out before",
    }
    hint = f"workcell send {os.path.basename(run)} TEXT" if state == inbox.ACCEPTED else f"{_list(run)} --all"
    return Refused(f"{key} {words.get(state or '', 'is not there any more')}", hint)


def _list(run: str) -> str:
    return f"workcell inbox {os.path.basename(run)}"


def _need_text(known: _Waiting) -> None:
    if known.message["kind"] != "text":
        run, kind = os.path.basename(known.run), known.message["kind"]
        raise Usage(f"{known.key} is no text, but of kind {kind!r}", f"workcell inbox rm {run} {known.key}")


def _put_in_place(known: _Waiting, verb: "InboxVerb", made: "dict[str, Any]", new: str) -> Changed:
    """Put the message under the id `new` in the place of the one that is known."""
    _change(known, verb, {**made, "id": new, "replaces": known.key}, new + ".json")
    return Changed(os.path.basename(known.run), known.key, new, _ahead(known.run, new + ".json"), named=known.named)


def _change(known: _Waiting, verb: "InboxVerb", made: "dict[str, Any] | None", into: str | None = None) -> None:
    part = layout.SUGGESTED if known.state == inbox.SUGGESTED else maildir.NEW
    edits: Any = inbox_edits.record(verb=verb, by=known.by, part=part, into=into, message=made)
    try:
        done = inbox_edits.change(known.run, known.name, edits)
    except OSError as error:
        raise _unwritten(known.run, error) from error
    if not done:
        raise _late(known.run, known.key, inbox.state(known.run, known.name)[0])


def _unwritten(run: str, error: OSError) -> InputOutput:
    words = f"the inbox of {os.path.basename(run)} cannot be changed: {error.strerror}"
    return InputOutput(words, "free some disk space: workcell doctor")


def _ahead(run: str, name: str) -> int:
    """How many messages are typed before that one, where it waits to be typed."""
    order = [other for other, _ in inbox.in_order(inbox.waiting(run))]
    return order.index(name) if name in order else 0
