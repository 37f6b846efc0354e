"""Messages to an agent in a run's inbox: which wait, which were typed, and what is said of each.

A message is one file, and the directory that it is in is its state: new (queued), typed (it is being typed), cur
(accepted), refused, suggested (a person has to release it), edited (taken out before it was typed). `said/` holds a
record of the same name with the reason or the evidence. A message whose record says `typed` is never typed again.
"""

import errno
import os

from workcell.base import clock, ids, json_codec
from workcell.rundir import layout, maildir, orders, safe_open, spool, vocabulary

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, Final

    from workcell.rundir import schema
    from workcell.rundir.schema import Message
    from workcell.rundir.schema.inbox import TakenOut

QUEUED, TYPED, ACCEPTED, REFUSED = "queued", "typed", "accepted", "refused"
SUGGESTED, REMOVED = "suggested", "removed"
_STATES = {
    layout.SUGGESTED: SUGGESTED,
    maildir.NEW: QUEUED,
    layout.TYPED: TYPED,
    maildir.CUR: ACCEPTED,
    layout.REFUSED: REFUSED,
    layout.EDITED: REMOVED,
}
"""What the directory of a message says of it, in the order in which messages are moved."""

SCHEMA = "workcell.message/1"
CLEAR: "Final" = "clear"
COMPACT: "Final" = "compact"
"""Kinds of messages by which a program begins a new conversation, or compacts the one that it has."""

ENTERED = "entered"
"""The stage of a text that stood whole in the composer when Enter was pressed."""

BY_RUN = "run:"
"""How `by` of a message begins that was sent from inside of a run."""

BY_WATCH, BY_CHECK = "watch:", "check:"
"""How it begins where a watch of the run fired, and where it tells of a check that the run asked another one for."""


class Taken(Exception):
    """The message was taken out of `new/` by another process just before it was to be typed."""


LAST = "Enter was pressed, and then the agent ended"
"""The evidence of a text that the agent took as its last, `/exit` for example."""


def post(run: str, message: "Mapping[str, object]", name: "str | None" = None, to: str = maildir.NEW) -> str:
    """Put a message into the inbox; its file name. Raises OSError when the disk refuses.

    `message` has keys of `schema.Message`; schema and time are added here. One that needs an order has it sealed
    first: the caller has the right to give it. `name` is a new id that the caller has on record already, and `to` the
    directory that the message waits in.
    """
    kind = str(message.get("kind"))
    name = name or (orders.name(run) if kind in vocabulary.ORDER_KINDS else ids.unique())
    data = json_codec.encode_line({"schema": SCHEMA, "at": clock.stamp(), **message, "id": message.get("id") or name})
    if kind in vocabulary.ORDER_KINDS and orders.needed(run):
        more = {key: message[key] for key in ("grace_seconds", "dialog_id") if key in message}
        orders.place(run, name, kind, data, attempt=message.get("attempt"), by=message.get("by"), **more)
    return maildir.deliver_bytes(os.path.join(run, layout.INBOX), name + ".json", data, to=to)


def ordered(run: str, name: str) -> bool:
    """Whether the waiting message of that file name is what was ordered."""
    if not orders.needed(run):
        return True
    data = safe_open.read(os.path.join(run, layout.INBOX, maildir.NEW, name), maildir.LARGEST)
    return data is not None and orders.allows(run, name, data)


def state(run: str, name: str) -> "tuple[str | None, schema.Said | None]":
    """(one of `vocabulary.MESSAGE_STATES`, or None when there is no such message; what is said of it)."""
    box = os.path.join(run, layout.INBOX)
    for _ in range(2):  # it may be moved on between two looks
        for part, word in _STATES.items():
            if os.path.exists(os.path.join(box, part, name)):
                return word, said(run, name)
    return None, said(run, name)


def stands(run: str, name: str) -> bool:
    """Whether a message of that file name was put into the inbox, whatever has become of it since."""
    box = os.path.join(run, layout.INBOX)
    # in the order in which messages are moved on: one that is moved meanwhile is met further on
    return any(os.path.lexists(os.path.join(box, part, name)) for part in _STATES)


def said(run: str, name: str) -> "schema.Said | None":
    """The record of what became of a message; None when there is none yet."""
    found: Any = maildir.read(os.path.join(run, layout.INBOX), name, layout.SAID)
    record: schema.Said | None = found if found is not None and _are_texts(found, _TOLD) else None
    return record


def say(run: str, name: str, **words: "Any") -> None:
    """Replace what is said of a message, unless it is the same again."""
    before = said(run, name)
    if before is not None and {key: before.get(key) for key in before if key not in ("at", "schema")} == words:
        return
    box = os.path.join(run, layout.INBOX)
    data = json_codec.encode_line({"schema": "workcell.file.said/1", "at": clock.stamp(), **words})
    try:
        maildir.deliver_bytes(box, name, data, to=layout.SAID)
    except OSError as error:
        if error.errno not in (errno.ELOOP, errno.ENOTDIR):
            raise
        maildir.set_aside(box, layout.SAID)  # the agent can put a link, or a file, in the place of the directory
        maildir.deliver_bytes(box, name, data, to=layout.SAID)


_TEXTS = ("id", "at", "by", "mode", "text", "choice", "dialog_id", "decision", "replaces")
_TOLD = ("at", "state", "stage", "why", "evidence", "entered_at")


def sound(found: "Any") -> "Message | None":
    """The message for the agent in a record of an inbox; None where it is none: any process may have written it."""
    if found.get("kind") not in vocabulary.AGENT_MESSAGES or not _are_texts(found, _TEXTS):
        return None
    if not isinstance(found.get("attempt"), int | None):
        return None
    if any(isinstance(value, dict | list) for value in found.values()):
        try:
            json_codec.encode_line(found)  # what is nested too deep can be read, and not be written again
        except ValueError:
            return None
    message: Message = found
    return message


def _are_texts(found: "Any", keys: "tuple[str, ...]") -> bool:
    """Whether each of these keys that is there is null, or a text that can be written to a file."""
    for value in (found.get(key) for key in keys):
        if value is not None and not isinstance(value, str):
            return False
        try:
            os.fsencode(value or "")
        except ValueError:
            return False
    return True


def taken(message: "Message") -> "TakenOut | None":
    """What was done with a message that was taken out; None of any other, and where that cannot be read."""
    found = message.get("taken")
    read: Any = found
    if not isinstance(read, dict) or read.get("verb") not in vocabulary.INBOX_VERBS:
        return None
    sound = all(isinstance(read.get(key), str) for key in ("at", "by")) and isinstance(read.get("into"), str | None)
    return found if sound else None


def sender(message: "Message") -> "str | None":
    """The id of the run that sent the message; None for one of a person or a playbook."""
    return run_of(str(message.get("by") or ""))


def run_of(by: str) -> "str | None":
    """The id of the run that `by` of a message names; None for a person or a playbook."""
    run = by.removeprefix(BY_RUN).partition("/")[0]
    return run if by.startswith(BY_RUN) and ids.plain(run) else None


def of_watch(message: "Message") -> bool:
    """Whether a watch of the run sent the message."""
    return str(message.get("by") or "").startswith(BY_WATCH)


def checked_run(message: "Message") -> "str | None":
    """The id of the run of whose check the message tells; None for any other message."""
    by = str(message.get("by") or "")
    run = by.removeprefix(BY_CHECK).partition("/")[0]
    return run if by.startswith(BY_CHECK) and ids.plain(run) else None


def words(message: "Message") -> str:
    """What the agent gets: a text of another run begins with a line that says of which, and how to answer."""
    text, run = str(message.get("text") or ""), sender(message)
    if run is None or message["kind"] != "text":
        return text
    return f"Message from the run {run}. To answer it: workcell send {run} 'TEXT'\n\n{text}"


def sent_between(run: str, by: str, since: float) -> int:
    """How many messages the run `by` has put into the inbox of `run` since the epoch time `since`."""
    box, first = os.path.join(run, layout.INBOX), f"{max(0, int(since * 1e9)):019d}"
    found = set()
    for part in _STATES:
        for name in maildir.waiting(box, part):
            if name >= first and name not in found:
                message: Any = maildir.read(box, name, part)
                if message is not None and sender(message) == by:
                    found.add(name)
    return len(found)


def waiting(run: str) -> "list[tuple[str, Message]]":
    """Queued messages for the agent, oldest first."""
    return _letters(run, maildir.NEW)


def in_order(letters: "list[tuple[str, Message]]") -> "list[tuple[str, Message]]":
    """The messages in the order in which they are typed: as `haste` says, and by name where that is the same."""
    return sorted(letters, key=lambda one: (haste(one[1]), one[0]))


def haste(message: "Message") -> int:
    """The place of a message among those that wait: keys first, then texts in the order of the modes.

    What clears the conversation goes before all texts: they are for the new one.
    """
    if message["kind"] in ("answer", "interrupt"):
        return 0
    if message["kind"] == CLEAR:
        return 1
    mode, modes = message.get("mode"), vocabulary.MESSAGE_MODES
    return 2 + (modes.index(mode) if mode in modes else len(modes))


def typed(run: str) -> "list[tuple[str, Message]]":
    """Messages whose typing has begun, and has not been seen to end."""
    return _letters(run, layout.TYPED)


def in_state(run: str, word: str) -> "list[tuple[str, Message]]":
    """The messages for the agent in one of the states of `vocabulary.MESSAGE_STATES`, oldest first."""
    return _letters(run, next(part for part, state in _STATES.items() if state == word))


def _letters(run: str, part: str) -> "list[tuple[str, Message]]":
    box = os.path.join(run, layout.INBOX)
    letters: list[tuple[str, Message]] = []
    for name in maildir.waiting(box, part):
        found = maildir.read(box, name, part)
        message = sound(found) if found is not None else None
        if message is not None:
            letters.append((name, message))
    return letters


def begin(run: str, name: str, attempt: int, stage: str) -> None:
    """Take a message for typing, and say so before the first key: from here on it is never typed again.

    The move decides between this and a process that takes the message out. Killed before it is said, nothing was
    typed: `put_back`. Raises Taken where the message is not there any more.
    """
    try:
        _move(run, name, maildir.NEW, layout.TYPED)
    except FileNotFoundError:
        raise Taken(name) from None
    say(run, name, state=TYPED, attempt=attempt, stage=stage)


def put_back(run: str, name: str) -> bool:
    """Put a message back that was taken for typing and of which nothing was typed; whether it was such a one."""
    told = said(run, name)
    if told is not None and told.get("state") in (TYPED, ACCEPTED, REFUSED):
        return False
    _move(run, name, layout.TYPED, maildir.NEW)
    return True


def accept(run: str, name: str, message: "Message", evidence: str, attempt: int) -> None:
    """The message reached the agent."""
    say(run, name, state=ACCEPTED, attempt=attempt, evidence=evidence, **_entered(run, name))
    _note(run, "message.accepted", message, evidence=evidence, attempt=attempt)
    _move(run, name, _part(run, name), maildir.CUR)


def _entered(run: str, name: str) -> "dict[str, str]":
    """When Enter was about to be pressed for it, as its record has it: a turn that ended before was another one."""
    before = said(run, name)
    if before is None or before.get("state") == ACCEPTED:
        at = before.get("entered_at") if before is not None else None
    else:
        at = before.get("at") if before.get("stage") == ENTERED else None
    return {"entered_at": at} if isinstance(at, str) else {}


def refuse(run: str, name: str, message: "Message", why: str, attempt: int) -> None:
    """The message did not reach the agent, or it cannot be told whether it did; it will not be tried again."""
    say(run, name, state=REFUSED, attempt=attempt, why=why)
    _note(run, "message.refused", message, why=why, attempt=attempt)
    _move(run, name, _part(run, name), layout.REFUSED)


def give_up(run: str, attempt: int) -> None:
    """Close what was being typed when the attempt ended; for the holder of the right to write, once no typist lives.

    What stood in the brief of the attempt, and was not moved on when that began, is moved on.
    """
    briefed(run, attempt)
    for name, message in typed(run):
        told = said(run, name)
        if told is not None and told.get("state") == ACCEPTED:
            accept(run, name, message, str(told.get("evidence")), attempt)
        elif message.get("attempt") is None and put_back(run, name):
            continue
        elif told is not None and told.get("stage") == ENTERED:
            accept(run, name, message, LAST, attempt)
        else:
            refuse(run, name, message, "the attempt ended while it was being typed", attempt)


def _note(run: str, event: str, message: "Message", **fields: object) -> None:
    key = f"{event}:{message.get('id')}"
    spool.note(
        run,
        event,
        id=key,
        source="message",
        message=message.get("id"),
        kind=message.get("kind"),
        by=message.get("by"),
        **({"decision": message["decision"]} if "decision" in message else {}),
        **fields,
    )


def _part(run: str, name: str) -> str:
    box = os.path.join(run, layout.INBOX)
    return layout.TYPED if os.path.exists(os.path.join(box, layout.TYPED, name)) else maildir.NEW


def _move(run: str, name: str, part: str, to: str) -> None:
    maildir.move(os.path.join(run, layout.INBOX), name, to, part, durable=True)


def for_brief(run: str, n: int) -> "list[tuple[str, Message]]":
    """Queued texts that no brief of attempts up to `n` holds, as the next attempt's brief must say them: in order."""
    return in_order([(name, one) for name, one in _for_next(run, n) if one["kind"] == "text"])


def own_commands(run: str, n: int) -> "list[Message]":
    """Queued messages to clear or to compact that no attempt up to `n` obeyed: for the next attempt."""
    return [one for _, one in _for_next(run, n) if one["kind"] in vocabulary.OWN_COMMANDS]


def cleared_at(run: str, n: int) -> "str | None":
    """When the words that clear the conversation were last typed in attempt `n`; None where they were not."""
    found, obeyed = None, None
    for name, message in _letters(run, maildir.CUR):
        told = said(run, name) if message["kind"] == CLEAR else None
        if told is None or told.get("attempt") != n:
            continue
        obeyed = in_brief(run, n) if obeyed is None else obeyed
        if message.get("id") not in obeyed:
            found = max(found or "", told["at"])
    return found


def _for_next(run: str, n: int) -> "list[tuple[str, Message]]":
    queued, given = waiting(run), set()
    for number in range(1, n + 1) if queued else ():
        given |= in_brief(run, number)
    return [(name, one) for name, one in queued if one.get("id") not in given]


def in_brief(run: str, n: int) -> set[str]:
    """Ids of the messages that stand in the brief of attempt `n`, or that it obeys."""
    try:
        data = safe_open.read(os.path.join(layout.attempt(run, n), layout.ATTEMPT), maildir.LARGEST)
        found = json_codec.decode(data or b"").get("messages")
    except (OSError, ValueError):
        return set()
    return {str(one) for one in found} if isinstance(found, list) else set()


def briefed(run: str, n: int) -> None:
    """Move on the messages in the brief of attempt `n`; for its maker, and for a process that finds it not done."""
    waits = waiting(run)
    given = in_brief(run, n) if waits else ()
    for name, message in waits:
        if message.get("id") in given:
            evidence = f"in the brief of attempt {n}" if message["kind"] == "text" else f"attempt {n} began with it"
            accept(run, name, message, evidence, n)
