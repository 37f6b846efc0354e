"""The parts into which the log of a terminal rolls: plain ones become compressed ones, and none is lost."""

import errno
import os
import stat
import zlib

from workcell.rundir import layout, safe_open, seal

_TEMPORARY = ".tmp"

_LEVEL = 3
"""Of zlib: it takes two fifths of the time of level 6, and a tenth more room. Agents work on the same processors."""

_SPARSE = 1 << 28
"""Bytes above which a part must stand on disk for the most part: no runner writes holes, and they have no end."""


def part(number: int) -> str:
    """agent.log.001, ..."""
    return f"{layout.AGENT_LOG}.{number:03d}"


def parts(directory: str) -> "list[str]":
    """The files of an attempt's log in the order in which they were written; compressed ones end in .gz.

    A part that stands both plain and compressed was being compressed when a process died: the plain one counts.
    """
    numbers: dict[int, str] = {}
    prefix = layout.AGENT_LOG + "."
    for name in os.listdir(directory):
        if name.startswith(prefix):
            number = name[len(prefix) :].removesuffix(".gz")
            if number.isdigit() and not (name.endswith(".gz") and int(number) in numbers) and _plain(directory, name):
                numbers[int(number)] = name
    found = [numbers[number] for number in sorted(numbers)]
    if _plain(directory, layout.AGENT_LOG):
        found.append(layout.AGENT_LOG)
    return found


def _plain(directory: str, name: str) -> bool:
    """Whether it is a regular file: an agent may leave a pipe there, and who reads that waits for ever."""
    try:
        return stat.S_ISREG(os.lstat(os.path.join(directory, name)).st_mode)
    except OSError:
        return False


def compress(directory: str, name: str) -> None:
    """Turn the plain part `name` into `name`.gz; killed at any point, the plain part is still there."""
    plain = os.path.join(directory, name)
    temporary = os.path.join(directory, f".{name}.gz{_TEMPORARY}")
    squeeze = zlib.compressobj(_LEVEL, zlib.DEFLATED, 31)
    reader = safe_open.reader(plain)
    if reader is None or _sparse(reader):
        if reader is not None:
            os.close(reader)
        raise OSError(errno.EINVAL, "it is no part of a log that we wrote", plain)
    with open(reader, "rb") as source:
        fd = safe_open.fresh(temporary)  # the agent may have laid a link there, which would be written through
        try:
            while chunk := source.read(1 << 16):
                seal.write_all(fd, squeeze.compress(chunk))
            seal.write_all(fd, squeeze.flush())
            os.fsync(fd)
        finally:
            os.close(fd)
    os.rename(temporary, plain + ".gz")
    seal.sync_directory(directory)
    os.unlink(plain)


def _sparse(fd: int) -> bool:
    about = os.fstat(fd)
    return about.st_size > _SPARSE and about.st_blocks * 512 < about.st_size // 2


def compress_rest(directory: str) -> None:
    """Compress every part that is still plain; a full disk leaves them as they are."""
    for name in parts(directory):
        if name != layout.AGENT_LOG and not name.endswith(".gz"):
            try:
                compress(directory, name)
            except OSError:
                continue


WORTH_PACKING = 1 << 16


def pack(directory: str) -> None:
    """Make agent.log itself a part and compress it: for a run that is over, by the lock holder."""
    last = [int(name.removesuffix(".gz").rpartition(".")[2]) for name in parts(directory) if name != layout.AGENT_LOG]
    name = part(max(last, default=0) + 1)
    os.rename(os.path.join(directory, layout.AGENT_LOG), os.path.join(directory, name))
    compress(directory, name)
