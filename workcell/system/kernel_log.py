"""The kernel's own word on which process it killed at a memory limit, where its log can be read."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workcell.rundir import schema

_GROUP = re.compile(rb"oom-kill:.*?oom_memcg=([^,\s]+)")
_KILLED = re.compile(
    rb"Killed process (\d+) \((.*?)\) total-vm:\d+kB, anon-rss:(\d+)kB, file-rss:(\d+)kB, shmem-rss:(\d+)kB"
)
MOST = 1 << 22
"""Bytes that are read; a kernel keeps less than this."""


def killed(group: str) -> schema.Process | None:
    """{pid, command, rss_bytes} of the largest process killed at the limit of the group with this name, or None."""
    found = parse(_read(), os.fsencode(group))
    return max(found, key=lambda one: int(one["rss_bytes"]), default=None)


def parse(lines: list[bytes], group: bytes) -> list[schema.Process]:
    """Every process that the lines say was killed in the group: its line follows the one that names the group."""
    out: list[schema.Process] = []
    ours = False
    for line in lines:
        named = _GROUP.search(line)
        if named:
            ours = group in named[1].split(b"/")
        ended = _KILLED.search(line)
        if ended and ours:
            rss = sum(int(ended[number]) for number in (3, 4, 5)) << 10
            out.append({"pid": int(ended[1]), "command": ended[2].decode("utf-8", "replace"), "rss_bytes": rss})
            ours = False
    return out


def _read() -> list[bytes]:
    """All records of the log; none where the system lets only administrators read it."""
    try:
        fd = os.open("/dev/kmsg", os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return []
    lines: list[bytes] = []
    size = 0
    try:
        while size < MOST:
            try:
                line = os.read(fd, 1 << 14)
            except BrokenPipeError:
                continue  # the record was overwritten while we read: the next one is given
            except OSError:
                break
            if not line:
                break
            lines.append(line)
            size += len(line)
    finally:
        os.close(fd)
    return lines
