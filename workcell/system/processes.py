"""What an attempt left behind: which processes those are, and ending them within the fence."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psutil

from workcell.base import platform
from workcell.system import attempt_pids, cgroup

if TYPE_CHECKING:
    from workcell.rundir import schema

PLACE = "WORKCELL_RUN_DIR"
"""The environment variable that names the run directory of an agent and of what it started."""

NOT_ASKED = "it could not be asked"
ROUNDS = 20
"""After so many rounds, what forks faster than it is ended is left alone and named."""


@dataclass(frozen=True)
class Leftover:
    """One process: who it is, what it runs, and why it is spared; None when it may be ended."""

    pid: int
    command: str
    spared: str | None


def find(
    mark: str,
    *,
    below: int | None = None,
    lock: str | None = None,
    group: schema.Cgroup | None = None,
    place: str | None = None,
) -> list[psutil.Process]:
    """Processes of the attempt `mark`: descendants of `below`, holders of the lock file, members of its control
    group, and those that name it.

    Never ourselves or what started us. With the run directory `place`, those of a run of the same id in another
    home, of which this one is a copy, are left out.
    """
    ours = {process.pid for process in _lineage()}
    found: dict[int, psutil.Process] = {}
    if below is not None:
        try:
            found.update((child.pid, child) for child in psutil.Process(below).children(recursive=True))
        except psutil.Error:
            pass
    wanted = attempt_pids.held_path(lock) if lock else None
    members = set(cgroup.members(group))
    for process in _each(attempt_pids.of_attempt(mark, below=below, lock=lock, members=members)):
        if process.pid not in ours and process.pid not in found:
            try:
                named = process.pid in members or _marked(process) == mark
                if (named and not _elsewhere(process, place)) or (wanted and _holds(process, wanted)):
                    found[process.pid] = process
            except (psutil.Error, OSError):
                continue
    if place is not None:
        ours |= attempt_pids.attends(place, list(found))
    alive = []
    for process in found.values():
        try:
            if process.pid not in ours and process.status() != psutil.STATUS_ZOMBIE:
                alive.append(process)
        except psutil.Error:
            continue
    return alive


def _each(pids: list[int] | None) -> Iterator[psutil.Process]:
    """The processes of these pids that still live; every process for None."""
    if pids is None:
        yield from psutil.process_iter()
        return
    for pid in pids:
        try:
            yield psutil.Process(pid)
        except psutil.Error:
            continue


def _lineage() -> Iterable[psutil.Process]:
    process = psutil.Process()
    return [process, *process.parents()]


def _marked(process: psutil.Process) -> str | None:
    try:
        return process.environ().get(attempt_pids.MARK)
    except (psutil.Error, OSError):
        return None


def _elsewhere(process: psutil.Process, place: str | None) -> bool:
    """Whether the process belongs to a run directory that stands, and is another one than `place`.

    An agent's environment names its run directory, a runner works in it. One that stands no more was moved or
    removed, and says nothing.
    """
    if place is None:
        return False
    named = process.environ().get(PLACE)
    if named is None and os.path.basename(process.cwd()) == os.path.basename(place):
        named = process.cwd()
    if named is None or named == place or not os.path.isdir(named):
        return False
    return not (os.path.isdir(place) and os.path.samefile(named, place))


def _holds(process: psutil.Process, path: str) -> bool:
    """Whether the process has the lock; on macOS, whether it has the file open: the system tells no more."""
    if not platform.LINUX:
        return any(file.path == path for file in process.open_files())
    return attempt_pids.holds(process.pid, path)


def holders(lock: str, run: str) -> list[Leftover]:
    """Who holds the lock file, each with the reason for which automation spares him; None where there is none.

    That it belongs to another attempt of the same run does not spare it here: it may be an agent.
    """
    wanted = attempt_pids.held_path(lock)
    found = []
    for process in _each(attempt_pids.of_lock(lock)):
        try:
            if wanted is not None and _holds(process, wanted):
                mark = _marked(process) or ""
                own = mark.rpartition("/")[0] == run
                found.append(Leftover(process.pid, _command(process), spare(process, mark if own else run)))
        except (psutil.Error, OSError):
            continue
    return found


def free(lock: str, *, kill: bool = False) -> int:
    """Continue every process that holds the lock file and stands still (SIGSTOP), or kill it; how many there were."""
    wanted = attempt_pids.held_path(lock)
    count = 0
    for process in _each(attempt_pids.of_lock(lock)):
        try:
            if wanted is not None and _holds(process, wanted) and process.status() == psutil.STATUS_STOPPED:
                count += 1
                process.kill() if kill else process.resume()
        except (psutil.Error, OSError):
            continue
    return count


def spare(process: psutil.Process, mark: str) -> str | None:
    """Why a process must not be ended by automation; None when it may."""
    try:
        if process.name().startswith("tmux"):
            return "it is a tmux server or client"
        named = _marked(process)
        if named is not None and named != mark:
            return f"it belongs to {named}"
        if process.terminal() is not None:
            return "it has a terminal of its own"
    except psutil.NoSuchProcess:
        return None
    except (psutil.Error, OSError):
        return NOT_ASKED
    return None


def end(
    mark: str,
    *,
    below: int | None = None,
    lock: str | None = None,
    group: schema.Cgroup | None = None,
    place: str | None = None,
    grace: float = 2.0,
) -> list[Leftover]:
    """End what an attempt left behind, asked first (SIGTERM), then killed; what was found and what was spared.

    From the second round on nothing in its control group `group` can fork, where processes are limited, and where
    nothing is spared all of the group is killed at once. psutil checks the start time of a process before it signals
    it, so a pid used again is never hit.
    """
    seen: dict[int, Leftover] = {}
    for number in range(ROUNDS):
        if group is not None and number > 0:
            cgroup.forbid_forks(group)
        live = []
        for process in find(mark, below=below, lock=lock, group=group, place=place):
            why = spare(process, mark)
            seen[process.pid] = Leftover(process.pid, _command(process), why)
            if why is None:
                live.append(process)
        if not live:
            break
        if group is not None and number > 0 and not any(one.spared for one in seen.values()):
            cgroup.kill(group)
        for process in live:
            try:
                process.terminate() if number == 0 else process.kill()
            except psutil.Error:
                continue
        psutil.wait_procs(live, timeout=grace if number == 0 else 5.0)
    if group is not None and any(one.spared for one in seen.values()):
        cgroup.allow_forks(group)
    return list(seen.values())


def below() -> set[psutil.Process]:
    """The processes that descend from this one."""
    try:
        return set(psutil.Process().children(recursive=True))
    except psutil.Error:
        return set()


def end_check(run: str, mark: str, before: set[psutil.Process], grace: float = 2.0) -> None:
    """End what checks after turns of the run in that directory left, as `end` does for an attempt with that mark.

    That is what descends from this process and is none of `before`, orphans too where it is a subreaper, and what the
    variable of such a check names, which a killed one left.
    """
    for number in range(ROUNDS):
        found = below() - before
        if platform.LINUX:
            found |= set(_each(attempt_pids.of_check(run)))
        live = [one for one in found if _lives(one) and spare(one, mark) is None]
        for process in live:
            try:
                process.terminate() if number == 0 else process.kill()
            except psutil.Error:
                continue
        if not live:
            return
        psutil.wait_procs(live, timeout=grace if number == 0 else 5.0)


def _lives(process: psutil.Process) -> bool:
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False


def _command(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())[:200] or process.name()
    except psutil.Error:
        return "?"
