"""State-changing system calls of one of our programs and of every git that it starts, and a run killed at one of them.

A git that is killed takes the program with it: the two die together, as with the machine or with their group.
"""

import os
import re
import shutil
import subprocess
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

STRACE = shutil.which("strace")

CALLS = (
    "openat,write,pwrite64,rename,renameat,renameat2,link,linkat,unlink,unlinkat,mkdir,mkdirat,rmdir,symlink,"
    "symlinkat,ftruncate,chmod,fchmod,fchmodat,fsync,fdatasync,utimensat,flock"
)

# the git that our process finds: the one call that is asked for runs under strace, and takes everything with it
WRAPPER = """#!/bin/sh
n=$(($(cat "$FAULT_COUNT") + 1))
echo $n > "$FAULT_COUNT"
if [ "$FAULT_AT" = all ]; then
  exec {strace} -f -qq -y -o "$FAULT_LOG.$n" -e trace={calls} {git} "$@"
elif [ "$FAULT_AT" = "$n" ]; then
  inject="$FAULT_CALL:signal=KILL:when=$FAULT_NTH"
  {strace} -f -o "$FAULT_LOG.killed" -e trace="$FAULT_CALL" -e inject="$inject" {git} "$@"
  kill -9 $PPID
  exit 137
fi
exec {git} "$@"
"""


@dataclass(frozen=True, order=True)
class Point:
    """The `nth` call of that name in the `git`th git that the program starts; in the program itself where `git` is 0."""

    git: int
    call: str
    nth: int


class Struck:
    """One program, run again and again from the directory `where`, which holds traces and the wrapper of git.

    `env` is its environment. The program is run in `cwd`.
    """

    def __init__(self, argv: list[str], where: Path, env: dict[str, str], cwd: str = "/") -> None:
        self.argv, self.where, self.cwd = argv, where, cwd
        self.log = where / "trace"
        tools = where / "tools"
        tools.mkdir(parents=True, exist_ok=True)
        wrapper = tools / "git"
        wrapper.write_text(WRAPPER.format(strace=STRACE, git=shutil.which("git"), calls=CALLS))
        wrapper.chmod(0o755)
        self.env = {
            **env,
            "PATH": f"{tools}:{env['PATH']}",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONHASHSEED": "0",
            "FAULT_COUNT": os.fspath(where / "count"),
            "FAULT_LOG": os.fspath(self.log),
        }

    def points(self) -> list[Point]:
        """Every state-changing call of one clean run, which has to end with 0."""
        own = self.where / "own"
        code = self._start(["-qq", "-y", "-o", str(own), "-e", f"trace={CALLS}"], FAULT_AT="all")
        assert code == 0, f"{self.argv} ended with {code}"
        found = {Point(0, call, nth) for call, nth in _changing(own.read_text(errors="replace"))}
        for file in self.where.glob("trace.*"):
            if file.suffix[1:].isdecimal():
                calls = _changing(file.read_text(errors="replace"))
                found |= {Point(int(file.suffix[1:]), call, nth) for call, nth in calls}
                file.unlink()
        return sorted(found)

    def kill(self, point: Point) -> int:
        """The code of a run that is killed at `point`. Where counts drifted, it dies once that git command is through."""
        killed = Path(f"{self.log}.killed")
        killed.unlink(missing_ok=True)
        if point.git:
            return self._start(None, FAULT_AT=str(point.git), FAULT_CALL=point.call, FAULT_NTH=str(point.nth))
        inject = f"inject={point.call}:signal=KILL:when={point.nth}"
        return self._start(["-o", str(killed), "-e", f"trace={point.call}", "-e", inject], FAULT_AT="none")

    def landed(self) -> bool:
        """Whether the last kill hit the very call that it was meant for."""
        killed = Path(f"{self.log}.killed")
        return killed.exists() and "+++ killed by SIGKILL +++" in killed.read_text(errors="replace")

    def _start(self, traced: list[str] | None, **more: str) -> int:
        (self.where / "count").write_text("0")
        before = [] if traced is None else [str(STRACE), *traced]
        ran = subprocess.run(
            [*before, *self.argv], env={**self.env, **more}, cwd=self.cwd, capture_output=True, timeout=120
        )
        if ran.returncode not in (0, -9, 137):
            raise AssertionError(f"{self.argv} ended with {ran.returncode}: {ran.stdout!r} {ran.stderr!r}")
        return ran.returncode


def _changing(trace: str) -> set[tuple[str, int]]:
    """(call, its ordinal); ordinals are counted per process, as strace does it for injections."""
    counts: Counter[tuple[str, str]] = Counter()
    found = set()
    for line in trace.splitlines():
        match = re.match(r"(\d+ +)?(\w+)\((.*)", line)
        if not match or match[3].startswith("resumed"):
            continue
        call, rest = match[2], match[3]
        counts[match[1] or "", call] += 1
        if call == "openat" and "O_CREAT" not in rest:
            continue
        if call in ("write", "pwrite64") and re.match(r"\d+<(pipe|/dev|socket|.*/count>)", rest):
            continue
        found.add((call, counts[match[1] or "", call]))
    return found
