"""What others ask of a live attempt: messages in the run's inbox, taken one by one by the runner."""

import os

from workcell.rundir import layout, maildir, vocabulary

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from workcell.base.json_codec import Json

_LARGE = 1 << 14
"""Bytes above which a message can only be a text. It may have megabytes, and none of them get into the runner."""


def take(there: "list[str]", letters: "set[str]") -> "Iterator[Json]":
    """Messages for the runner, oldest first; each is in cur/ before it is told of.

    `there` are the names in new/. A message for the agent stays where it is, and its file name is put into `letters`.
    The working directory is the run.
    """
    letters.intersection_update(there)
    for name in there:
        if name in letters:
            continue
        try:
            message = None if _size(name) > _LARGE else maildir.read(layout.INBOX, name)
        except OSError:
            continue  # it could not be asked for: the next look asks again
        if (message is None and _size(name) > _LARGE) or (
            message is not None and message.get("kind") in vocabulary.AGENT_MESSAGES
        ):
            letters.add(name)
            continue
        if _taken(name, message is not None) and message is not None:
            yield message


def _taken(name: str, read: bool) -> bool:
    """Move a message on; where the disk has no room for its name in cur/, one that was read is removed instead."""
    try:
        maildir.move(layout.INBOX, name)
        return True
    except OSError:
        pass
    try:
        if read:
            maildir.drop(layout.INBOX, name)
        return read
    except OSError:
        return False  # it stays, and holds no other message up


def answering() -> "Json | None":
    """The answer to a dialog that is being typed at this moment; None without one."""
    for name in maildir.waiting(layout.INBOX, layout.TYPED):
        try:
            message = None if _size(name, layout.TYPED) > _LARGE else maildir.read(layout.INBOX, name, layout.TYPED)
        except OSError:
            continue
        if message is not None and message.get("kind") == "answer":
            return message
    return None


def _size(name: str, part: str = maildir.NEW) -> int:
    try:
        return os.stat(os.path.join(layout.INBOX, part, name)).st_size
    except OSError:
        return 0
