"""State-changing system calls of one of our programs, taken from a trace, and a run of it that fails at one of them."""

import os
import re
import shutil
import signal
import subprocess
import tempfile
from dataclasses import dataclass

STRACE = shutil.which("strace")

CHANGING = [
    "write", "pwrite64", "writev", "rename", "renameat", "renameat2", "link", "linkat", "unlink", "unlinkat", "mkdir",
    "mkdirat", "rmdir", "symlink", "symlinkat", "fsync", "fdatasync", "ftruncate", "fallocate", "flock", "chmod",
    "fchmod", "kill", "sendto", "sendmsg", "bind", "clone", "clone3", "fork", "vfork", "execve",
]  # fmt: skip
CALLS = ["openat", *CHANGING]

FAILING = {
    "openat", "write", "pwrite64", "rename", "link", "linkat", "unlink", "unlinkat", "mkdir", "symlink", "fsync",
    "fdatasync", "ftruncate", "fallocate", "rmdir",
}  # fmt: skip
"""Calls that a full or failing disk makes fail."""

_LINE = re.compile(r"(\w+)\((.*)")
_OPENS = re.compile(r"O_CREAT|O_TRUNC|O_WRONLY|O_RDWR")
_ELSEWHERE = re.compile(r'"/dev/null"|__pycache__|/dev/ptmx|/dev/pts|/dev/tty')


@dataclass(frozen=True)
class Point:
    """The `nth` call of that name that the process makes; `words` is how the trace showed it."""

    call: str
    nth: int
    words: str

    def __str__(self) -> str:
        return f"{self.call}:{self.nth} {self.words[:100]}"


def points(argv: list[str], timeout: float = 60.0, **more: object) -> list[Point]:
    """Every state-changing call of a clean run of `argv`, in order; children are not followed, exec is."""
    with tempfile.NamedTemporaryFile("r", prefix="wc-trace-") as log:
        words = [str(STRACE), "-qq", "-y", "-s", "60", "-o", log.name, "-e", "trace=" + ",".join(CALLS), *argv]
        subprocess.run(words, timeout=timeout, stdin=subprocess.DEVNULL, capture_output=True, **more)
        return _parse(log.read())


def _parse(text: str) -> list[Point]:
    counts: dict[str, int] = {}
    found = []
    for line in text.splitlines():
        match = _LINE.match(line)
        if match is None:
            continue
        call, words = match[1], match[2]
        counts[call] = counts.get(call, 0) + 1
        if call == "openat" and (not _OPENS.search(words) or _ELSEWHERE.search(words)):
            continue
        # the first execve is strace's own, before the program is there: it is traced, but not counted when injecting
        nth = counts[call] - (call == "execve")
        if nth:
            found.append(Point(call, nth, words))
    return found


def struck(argv: list[str], point: Point, how: str, timeout: float = 60.0, **more: object) -> bool:
    """Run `argv` with `how` (signal=KILL, error=ENOSPC ...) injected at `point`; whether it got there."""
    with tempfile.NamedTemporaryFile("r", prefix="wc-trace-") as log:
        words = [str(STRACE), "-qq", "-o", log.name, "-e", f"trace={point.call}"]
        words += ["-e", f"inject={point.call}:{how}:when={point.nth}", *argv]
        process = subprocess.Popen(
            words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **more
        )
        try:
            code = process.wait(timeout)
        except subprocess.TimeoutExpired:
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
            raise
        return code == -signal.SIGKILL if how == "signal=KILL" else "INJECTED" in log.read()


def spread(found: list[Point], count: int) -> list[Point]:
    """`count` of the points: one of each kind of call first, then evenly over the whole life of the program."""
    chosen: dict[int, None] = {}
    kinds: set[str] = set()
    for index, point in enumerate(found):
        if point.call not in kinds:
            kinds.add(point.call)
            chosen[index] = None
    step = len(found) / max(1, count)
    for number in range(count):
        chosen[int(number * step + step / 2)] = None
    keep = sorted(list(chosen)[:count]) if len(chosen) > count else sorted(chosen)
    return [found[index] for index in keep if index < len(found)]
