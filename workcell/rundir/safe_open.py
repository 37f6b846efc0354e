"""Opening files where others write, too: no pipe that blocks, no link that leads away, no more than was asked for."""

import errno
import os
import stat
import time

_NOT_PLAIN = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENXIO, errno.EISDIR, errno.EACCES, errno.EPERM)
_TRIES = 20
"""Times that a name is freed for a file; something may take it again each time."""

_FLAGS = os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK


def read(path: str, limit: int, start: int = 0, *, folder: "int | None" = None) -> "bytes | None":
    """`limit` bytes of a regular file from `start` on; None when there is none, or none that may be read.

    With `folder`, a descriptor of a directory, `path` is relative to it. Raises OSError when the system could not be
    asked: no descriptor, no memory, a failing disk.
    """
    return _read(path, limit, start, folder)


def tail(path: str, limit: int) -> "bytes | None":
    """The last `limit` bytes of a regular file, else as `read`."""
    return _read(path, limit, None)


def reader(path: str, folder: "int | None" = None) -> "int | None":
    """A descriptor that reads the regular file `path`, for who reads on as it grows; None and raises as `read`."""
    try:
        fd = os.open(path, os.O_RDONLY | _FLAGS, dir_fd=folder)
    except OSError as error:
        if error.errno in _NOT_PLAIN:
            return None
        raise
    if stat.S_ISREG(os.fstat(fd).st_mode):
        return fd
    os.close(fd)
    return None


def _read(path: str, limit: int, start: "int | None", folder: "int | None" = None) -> "bytes | None":
    fd = reader(path, folder)
    if fd is None:
        return None
    try:
        about = os.fstat(fd)
        os.lseek(fd, max(0, about.st_size - limit) if start is None else start, os.SEEK_SET)
        pieces: list[bytes] = []
        while limit > 0 and (piece := os.read(fd, min(limit, 1 << 16))):
            pieces.append(piece)
            limit -= len(piece)
        return b"".join(pieces)
    finally:
        os.close(fd)


def append(path: str, access: int = os.O_RDWR) -> int:
    """A descriptor that appends to the regular file `path`; made where there is none.

    What else has that name is taken out of the way: it was put there by something that is not its one writer. So is a
    file that has a second name, which may be one of a person.
    """
    flags = access | os.O_CREAT | os.O_APPEND | _FLAGS
    for left in reversed(range(_TRIES)):
        try:
            fd = os.open(path, flags, 0o600)
        except OSError as error:
            if error.errno not in _NOT_PLAIN or not os.path.lexists(path) or not left:
                raise
            clear(path)
            continue
        about = os.fstat(fd)
        if stat.S_ISREG(about.st_mode) and about.st_nlink <= 1:
            os.set_blocking(fd, True)
            return fd
        os.close(fd)
        if stat.S_ISREG(about.st_mode):
            set_aside(path)
        else:
            clear(path)
    raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), path)


def fresh(path: str) -> int:
    """A descriptor that writes an empty file `path`, a new one: whatever had the name is not written to."""
    if os.path.lexists(path):
        clear(path)
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)


def clear(path: str) -> None:
    """Take the name `path` away: a file is unlinked, a directory is set aside."""
    try:
        os.unlink(path)
    except FileNotFoundError:
        pass
    except OSError:
        set_aside(path)


def set_aside(path: str) -> None:
    """Rename whatever stands at `path` to `path`.was.N: nothing is lost, and the name is free."""
    os.rename(path, f"{path}.was.{time.monotonic_ns()}")
