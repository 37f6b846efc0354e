"""Messages as files, after maildir(5): written in tmp/, renamed to new/, moved on only by the consumer.

Anything may write into a box of a run, the agent too. The box and its parts are opened without following symbolic
links, and files are named relative to what was opened: a link that was laid in the place of a part leads nowhere.
"""

import errno
import os
import stat
import time

from workcell.base import ids, json_codec
from workcell.rundir import safe_open, seal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from workcell.base.json_codec import Json

TMP, NEW, CUR = "tmp", "new", "cur"
LARGEST = 1 << 26
"""Bytes of a message that are read: what is longer is none."""

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_NONE = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.EACCES)
"""What opening a part says when there is none: a link or a file has its name, or it may not be read."""


def _opened(box: str, part: str, *, make: bool = False) -> int:
    """A descriptor of one part of the box; with `make`, box and part are made if they are missing.

    Raises OSError when box or part is no directory of its own.
    """
    if make:
        try:
            os.mkdir(box, 0o700)
        except FileExistsError:
            pass
    top = os.open(box, _FOLDER)
    try:
        if make:
            try:
                os.mkdir(part, 0o700, dir_fd=top)
            except FileExistsError:
                pass
        return os.open(part, _FOLDER, dir_fd=top)
    finally:
        os.close(top)


def deliver(box: str, message: "Mapping[str, object]", name: "str | None" = None) -> str:
    """Put `message` into the box; its file name, which sorts by time and never repeats.

    The message's `id` is the file name without `.json`, unless it carries one. Directories that are missing
    are made. Raises OSError when the disk refuses; nothing is left behind in new/ then.
    """
    name = name or ids.unique()
    message = {**message, "id": message.get("id") or name}
    return deliver_bytes(box, name + ".json", json_codec.encode_line(message))


def deliver_bytes(box: str, name: str, data: bytes, durable: bool = True, to: str = NEW) -> str:
    """Put `data` into a part of the box under `name`. What need not outlive a power cut may come sooner: not `durable`.

    The same name may be delivered again: what a killed process left in tmp/ is in no way.
    """
    tmp = _opened(box, TMP, make=True)
    try:
        new = _opened(box, to, make=True)
        try:
            _put(tmp, new, name, data, durable)
        finally:
            os.close(new)
    finally:
        os.close(tmp)
    return name


def _put(tmp: int, new: int, name: str, data: bytes, durable: bool) -> None:
    temporary = f"{name}.{os.getpid()}.{time.monotonic_ns()}"
    fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600, dir_fd=tmp)
    try:
        try:
            seal.write_all(fd, data)
            if durable:
                os.fsync(fd)
        finally:
            os.close(fd)
        os.rename(temporary, name, src_dir_fd=tmp, dst_dir_fd=new)
    except BaseException:
        try:
            os.unlink(temporary, dir_fd=tmp)
        except FileNotFoundError:
            pass
        raise
    if durable:
        os.fsync(new)


def waiting(box: str, part: str = NEW) -> "list[str]":
    """Names in the box, oldest first; none when the box was never made, or something else has its name."""
    try:
        folder = _opened(box, part)
    except OSError as error:
        if error.errno in _NONE:
            return []
        raise
    try:
        return sorted(name for name in os.listdir(folder) if not name.startswith("."))
    finally:
        os.close(folder)


def read(box: str, name: str, part: str = NEW) -> "Json | None":
    """The message of that name; None when it is gone or is no message, whatever else it may be.

    Raises OSError when the system could not be asked.
    """
    try:
        folder = _opened(box, part)
    except OSError as error:
        if error.errno in _NONE:
            return None
        raise
    try:
        data = safe_open.read(name, LARGEST, folder=folder)
    finally:
        os.close(folder)
    try:
        return json_codec.decode(data) if data is not None else None
    except ValueError:
        return None


def exists(box: str, name: str, part: str) -> bool:
    """Whether the box has a message of that name in that part; a link there is none. Raises OSError as `read`."""
    try:
        folder = _opened(box, part)
    except OSError as error:
        if error.errno in _NONE:
            return False
        raise
    try:
        return stat.S_ISREG(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode)
    except FileNotFoundError:
        return False
    finally:
        os.close(folder)


def replace(box: str, name: str, data: bytes, part: str) -> None:
    """Put `data` in the place of the message of that name. Raises OSError where the part is no directory of the box."""
    folder = _opened(box, part)
    try:
        seal.replace_in(folder, name, data)
    finally:
        os.close(folder)


def move(box: str, name: str, to: str = CUR, part: str = NEW, *, durable: bool = False) -> None:
    """Move a message on to another part of the box; with `durable` it stays moved after a power cut.

    Raises FileNotFoundError where the message is not there.
    """
    source = _opened(box, part)
    try:
        target = _opened(box, to, make=True)
        try:
            os.rename(name, name, src_dir_fd=source, dst_dir_fd=target)
            if durable:
                os.fsync(target)
                os.fsync(source)
        finally:
            os.close(target)
    finally:
        os.close(source)


def set_aside(box: str, part: str) -> None:
    """Rename what has the name of a part and is no directory of the box: nothing is lost, and the name is free."""
    top = os.open(box, _FOLDER)
    try:
        os.rename(part, f"{part}.was.{time.monotonic_ns()}", src_dir_fd=top, dst_dir_fd=top)
    finally:
        os.close(top)


def drop(box: str, name: str, part: str = NEW) -> None:
    """Remove a message whose content stands elsewhere now."""
    try:
        folder = _opened(box, part)
    except FileNotFoundError:
        return
    try:
        os.unlink(name, dir_fd=folder)
    except FileNotFoundError:
        pass
    finally:
        os.close(folder)
