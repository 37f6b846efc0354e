"""Changes of messages that wait: taken out, given other words, put first, released.

A change is written down as `inbox/edits/<name>`. Then the message is renamed out of the directory that it waits in, and
then what takes its place is delivered under the name that was written down.

Invariants:
- It is done under `attend/<run>.editing`. What a killed process left is brought to its end by the next holder: the
  typist, a resume, `send`, every verb of the inbox, the tick.
- The rename decides between a change and the typist: what is taken out is never typed, and what is being typed is not
  taken out.
- A message that was taken out stays in `inbox/edited/`, with what was done with it.
"""

import errno
import os
from contextlib import contextmanager

from workcell.base import clock, ids, json_codec
from workcell.rundir import attending, inbox, layout, maildir, spool, suggestions, vocabulary

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Final

    from workcell.base.json_codec import Json
    from workcell.rundir.schema.inbox import InboxEdit, Message

SCHEMA = "workcell.file.inbox-edit/1"
RM: "Final" = "rm"
EDIT: "Final" = "edit"
FIRST: "Final" = "first"
RELEASE: "Final" = "release"

EVENTS = {RM: "message.removed", EDIT: "message.edited", FIRST: "message.moved", RELEASE: "message.released"}
"""The event that tells of a change, by its verb."""

PATIENCE = 5.0
"""Seconds for which a resume waits for a change that is under way."""


def lock(run: str, patience: float) -> "int | None":
    """A descriptor of the lock of changes, or None where another process kept it for so many seconds.

    What earlier holders left is settled. Raises OSError when the disk refuses.
    """
    held = attending.take(run, attending.EDITS, patience)
    if held is not None:
        try:
            settle(run)
        except BaseException:
            os.close(held)
            raise
    return held


@contextmanager
def paused(run: str) -> "Iterator[None]":
    """Keep changes away while the body reads what waits and opens an attempt whose brief holds it.

    A lock that another process keeps does not hold an attempt up.
    """
    held = lock(run, PATIENCE)
    try:
        yield
    finally:
        if held is not None:
            os.close(held)


def settle_left(run: str) -> bool:
    """Bring to an end what killed processes began; whether there was something. Nothing is done beside a live change.

    Where nothing was begun it costs one failing open(2). What the disk, or what the agent put there, refuses is left
    to the next one.
    """
    try:
        if not maildir.waiting(os.path.join(run, layout.INBOX), layout.EDITS):
            return False
        held = lock(run, 0.0)
    except OSError:
        return False
    if held is None:
        return False
    os.close(held)
    return True


def change(run: str, name: str, made: "InboxEdit") -> bool:
    """Do one change of the message of that file name, for the holder of the lock.

    False where the message does not wait there any more: then nothing was changed. Raises OSError when the disk
    refuses; what was begun by then is settled later.
    """
    box = os.path.join(run, layout.INBOX)
    maildir.deliver_bytes(box, name, json_codec.encode_line({**made}), to=layout.EDITS)
    to = maildir.NEW if made["verb"] == RELEASE else layout.EDITED
    try:
        maildir.move(box, name, to, made["part"], durable=True)
    except FileNotFoundError:
        maildir.drop(box, name, layout.EDITS)
        return False
    _complete(run, name, made)
    return True


def settle(run: str) -> None:
    """Bring to an end what earlier holders of the lock began, for its holder; what they had not begun is forgotten."""
    box = os.path.join(run, layout.INBOX)
    for name in maildir.waiting(box, layout.EDITS):
        made = _sound(maildir.read(box, name, layout.EDITS))
        try:
            if made is not None and _begun(run, name, made):
                _complete(run, name, made)
                continue
        except ValueError:
            pass  # numbers that are no JSON, for example: the agent wrote it, and it is no change of ours
        except OSError as error:
            if error.errno != errno.ENAMETOOLONG:
                raise
        _forget(box, name)


def under_way(run: str) -> "list[tuple[str, str, Message]]":
    """(part, file name, message) of what will take the place of a message that was taken out, and does not stand yet.

    A live change is a moment before that; of a killed one the next holder of the lock brings it. Looks only.
    """
    found: list[tuple[str, str, Message]] = []
    for name in maildir.waiting(os.path.join(run, layout.INBOX), layout.EDITS):
        made = _sound(maildir.read(os.path.join(run, layout.INBOX), name, layout.EDITS))
        if made is None or made["into"] is None or made["message"] is None or not _begun(run, name, made):
            continue
        if inbox.state(run, made["into"])[0] is None:
            found.append((made["part"], made["into"], made["message"]))
    return found


def _forget(box: str, name: str) -> None:
    try:
        maildir.drop(box, name, layout.EDITS)
    except OSError:
        pass  # it is no file, and no change of ours


def _begun(run: str, name: str, made: "InboxEdit") -> bool:
    """Whether the message was moved."""
    if made["verb"] != RELEASE:
        return maildir.exists(os.path.join(run, layout.INBOX), name, layout.EDITED)
    return inbox.state(run, name)[0] not in (None, inbox.SUGGESTED)


def _sound(found: "Json | None") -> "InboxEdit | None":
    """What was read, where it is a change; any process may have written it."""
    if found is None or found.get("schema") != SCHEMA:
        return None
    into, message = found.get("into"), found.get("message")
    named = into is None or (isinstance(into, str) and into.endswith(".json") and ids.plain(into[: -len(".json")]))
    sound = (
        found.get("verb") in vocabulary.INBOX_VERBS
        and found.get("part") in vocabulary.MESSAGE_PARTS
        and all(isinstance(found.get(key), str) for key in ("at", "by"))
        and named
        and (message is None if into is None else isinstance(message, dict) and inbox.sound(message) is not None)
    )
    made: InboxEdit = found  # type: ignore[assignment]
    return made if sound else None


def _complete(run: str, name: str, made: "InboxEdit") -> None:
    """What follows the move. Each step is done once, however often this is called."""
    box, into, message = os.path.join(run, layout.INBOX), made["into"], made["message"]
    if into is not None and message is not None and inbox.state(run, into)[0] is None:
        if made["part"] == layout.SUGGESTED:
            _enter(run, into)
        maildir.deliver_bytes(box, into, json_codec.encode_line({**message}), to=made["part"])
    before = _kept(run, name, made)
    _tell(run, name, made, before)
    if made["part"] == layout.SUGGESTED:
        suggestions.drop(layout.home_of(run), os.path.basename(run), name.removesuffix(".json"))
    maildir.drop(box, name, layout.EDITS)


def _enter(run: str, name: str) -> None:
    """Enter a suggestion that takes the place of another; who changed it needs no word of it."""
    entry = (layout.home_of(run), os.path.basename(run), name.removesuffix(".json"))
    suggestions.add(*entry)
    suggestions.mark_told(*entry)


def _kept(run: str, name: str, made: "InboxEdit") -> "Message | None":
    """The message, which has in `edited/` what was done with it; None where it cannot be read."""
    box = os.path.join(run, layout.INBOX)
    if made["verb"] == RELEASE:
        parts = (maildir.NEW, layout.TYPED, maildir.CUR, layout.REFUSED)
        return next((one for part in parts if (one := _message(box, name, part)) is not None), None)
    before = _message(box, name, layout.EDITED)
    if before is not None and "taken" not in before:
        into = made["into"]
        before["taken"] = {
            "verb": made["verb"],
            "at": made["at"],
            "by": made["by"],
            "into": None if into is None else into.removesuffix(".json"),
        }
        maildir.replace(box, name, json_codec.encode_line({**before}), layout.EDITED)
    return before


def _message(box: str, name: str, part: str) -> "Message | None":
    found = maildir.read(box, name, part)
    return inbox.sound(found) if found is not None else None


def _tell(run: str, name: str, made: "InboxEdit", before: "Message | None") -> None:
    """Tell of it in the events of the run, of the run that sent the message, and of the one that changed it."""
    event, into = EVENTS[made["verb"]], made["into"]
    told: dict[str, object] = {
        "id": f"{event}:{name}",
        "source": "message",
        "message": name.removesuffix(".json"),
        "by": made["by"],
        "time": made["at"],
    }
    if into is not None:
        told["into"] = into.removesuffix(".json")
    spool.note(run, event, **told)
    concerned = {inbox.run_of(made["by"]), inbox.sender(before) if before is not None else None}
    for other in concerned - {None, os.path.basename(run)}:
        directory = os.path.join(layout.home_of(run), layout.RUNS, str(other))
        if os.path.isdir(directory):
            spool.note(directory, event, **told, to=os.path.basename(run))


def record(**keys: object) -> "Json":
    """A change with its schema and time; `keys` are those of `schema.InboxEdit`."""
    return {"schema": SCHEMA, "at": clock.stamp(), **keys}
