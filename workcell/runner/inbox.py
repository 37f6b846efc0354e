"""What others ask of a live attempt: messages in the run's inbox, taken one by one by the runner."""

import os

from workcell.rundir import layout, maildir

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

LETTERS = ("text", "answer", "interrupt")
"""Kinds of messages for the agent itself: the runner does not open them, a courier types them."""

_LARGE = 1 << 14
"""Bytes above which a message can only be a text. It may have megabytes, and none of them get into the runner."""


def take(attempt: int, letters: "set[str]") -> "Iterator[dict[str, Any]]":
    """Messages for this attempt, oldest first; each is in cur/ before it is acted on.

    A message that names another attempt is stale: it is moved on and not acted on. What is for the agent stays
    where it is, and its file name is put into `letters`. The working directory is the run.
    """
    there = maildir.waiting(layout.INBOX)
    letters.intersection_update(there)
    for name in there:
        if name in letters:
            continue
        try:
            message = None if _size(name) > _LARGE else maildir.read(layout.INBOX, name)
        except OSError:
            continue  # it could not be asked for: the next look asks again
        if (message is None and _size(name) > _LARGE) or (message is not None and message.get("kind") in LETTERS):
            letters.add(name)
            continue
        if not _taken(name, message is not None):
            continue
        if message is not None and message.get("attempt") in (None, attempt):
            yield message


def stop_waits(attempt: int) -> bool:
    """Whether a stop of this attempt is there. It is left where it is: finish asks for it, too."""
    for name in maildir.waiting(layout.INBOX):
        try:
            message = None if _size(name) > _LARGE else maildir.read(layout.INBOX, name)
        except OSError:
            continue
        if message is not None and message.get("kind") == "stop" and message.get("attempt") in (None, attempt):
            return True
    return False


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
        return False  # it stays, and holds nobody up


def _size(name: str) -> int:
    try:
        return os.stat(os.path.join(layout.INBOX, maildir.NEW, name)).st_size
    except OSError:
        return 0
