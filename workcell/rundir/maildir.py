"""Messages as files, after maildir(5): written in tmp/, renamed to new/, moved on only by the consumer."""

import os

from workcell.base import ids, record
from workcell.rundir import plainfile, seal

TMP, NEW, CUR = "tmp", "new", "cur"
LARGEST = 1 << 26
"""Bytes of a message that are read: what is longer is none."""


def deliver(box: str, message: "dict[str, object]", name: "str | None" = None) -> str:
    """Put `message` into the box; its file name, which sorts by time and never repeats.

    The message's `id` is the file name without `.json`, unless it carries one. Directories that are missing
    are made. Raises OSError when the disk refuses; nothing is left behind in new/ then.
    """
    name = name or ids.unique()
    message = {**message, "id": message.get("id") or name}
    return deliver_bytes(box, name + ".json", record.encode_line(message))


def deliver_bytes(box: str, name: str, data: bytes, durable: bool = True) -> str:
    """Put `data` into the box under `name`. What need not outlive a power cut may come sooner: not `durable`."""
    for part in (box, os.path.join(box, TMP), os.path.join(box, NEW)):
        try:
            os.mkdir(part, 0o700)
        except FileExistsError:
            pass
    temporary = os.path.join(box, TMP, name)
    fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        try:
            seal.write_all(fd, data)
            if durable:
                os.fsync(fd)
        finally:
            os.close(fd)
        os.rename(temporary, os.path.join(box, NEW, name))
    except BaseException:
        try:
            os.unlink(temporary)
        except FileNotFoundError:
            pass
        raise
    if durable:
        seal.sync_directory(os.path.join(box, NEW))
    return name


def waiting(box: str, part: str = NEW) -> "list[str]":
    """Names in the box, oldest first; none when the box was never made, or something else has its name."""
    try:
        return sorted(name for name in os.listdir(os.path.join(box, part)) if not name.startswith("."))
    except (FileNotFoundError, NotADirectoryError):
        return []


def read(box: str, name: str, part: str = NEW) -> "dict[str, object] | None":
    """The message of that name; None when it is gone or is no message, whatever else it may be.

    Raises OSError when the system could not be asked.
    """
    data = plainfile.read(os.path.join(box, part, name), LARGEST)
    try:
        return record.decode(data) if data is not None else None
    except ValueError:
        return None


def move(box: str, name: str, to: str = CUR, part: str = NEW) -> None:
    """Move a message on to another part of the box."""
    try:
        os.mkdir(os.path.join(box, to), 0o700)
    except FileExistsError:
        pass
    os.rename(os.path.join(box, part, name), os.path.join(box, to, name))


def drop(box: str, name: str, part: str = NEW) -> None:
    """Remove a message whose content stands elsewhere now."""
    try:
        os.unlink(os.path.join(box, part, name))
    except FileNotFoundError:
        pass
