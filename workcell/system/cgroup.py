"""Control groups (cgroups): making one around a process, reading what it counted, and removing it.

A group is the record that start.json holds under `cgroup`.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from workcell.base.errors import Unreachable
from workcell.rundir import layout
from workcell.system import cgroup_files as files
from workcell.system import cgroup_ways, user_manager
from workcell.system.cgroup_ways import CONTROLLERS, MEMORY, PIDS, Way, ways

if TYPE_CHECKING:
    from typing import TypedDict

    from workcell.rundir import schema
    from workcell.rundir.schema import Cgroup as Group
    from workcell.system.cgroup_ways import Controller

    class Bounds(TypedDict, total=False):
        """The limits that a group keeps; those of an attempt hold them among others."""

        memory_bytes: int | None
        processes: int | None


PREFIX = "workcell-"
CURE = (
    "leave out 'memory' and 'processes' under limits, or give yourself a user manager (loginctl enable-linger) "
    "and set XDG_RUNTIME_DIR=/run/user/$(id -u)"
)
PATIENCE = 5.0
"""Seconds until a process that systemd was asked to move is in its group."""


def bound(limits: Bounds | Group, controller: Controller) -> int | None:
    """What the controller is to keep: bytes of memory, or a number of processes; None without a limit."""
    return limits.get("memory_bytes") if controller == MEMORY else limits.get("processes")


def wanted(limits: Bounds) -> list[Controller]:
    """The controllers that the limits of an attempt ask for."""
    return [controller for controller in CONTROLLERS if bound(limits, controller)]


def name(home: str, run: str, n: int) -> str:
    """The name of the group of one attempt; no other run of any home has the same one."""
    return f"{prefix(home)}{os.path.basename(run)}.{layout.number(n)}"


def prefix(home: str) -> str:
    """How the names of all groups of a home begin: two homes on one machine keep theirs apart by device and inode."""
    found = os.stat(home)
    return f"{PREFIX}{found.st_dev:x}.{found.st_ino:x}-"


def place(called: str, pid: int, limits: Bounds) -> Group:
    """Make the group `called` with the limits of an attempt and put the process into it.

    Raises Unreachable when no way there is leads to a process that is inside; nothing is left behind then.
    """
    needs = wanted(limits)
    found, not_here = ways(needs)
    failed: list[str] = []
    left: list[Group] = []
    for way in found:
        group: Group = {
            "kind": way.kind,
            "memory": None,
            "pids": None,
            "memory_bytes": bound(limits, MEMORY) or None,
            "processes": bound(limits, PIDS) or None,
        }
        try:
            _make(way, group, called, pid)
            for one in needs:
                path = directory_of(group, one)
                if path is None or pid not in members_of(path):
                    raise Unreachable(f"process {pid} is not in {path}", "workcell doctor")
            if failed:
                group["instead_of"] = failed
            for other in left:
                remove(other)  # the process stood in it until now
            return group
        except (OSError, Unreachable) as error:
            failed.append(f"{way.words()}: {error}")
            left.append(group)
            remove(group)
    raise missing(needs, failed or not_here)


def missing(needs: Sequence[Controller], not_here: list[str]) -> Unreachable:
    """The refusal of a run whose limits cannot be kept on this machine."""
    asked = " and ".join({MEMORY: "memory", PIDS: "processes"}[one] for one in needs)
    return Unreachable(f"nothing on this machine can limit {asked}: {'; '.join(not_here)}", CURE)


def directory_of(group: Group, controller: Controller) -> str | None:
    """The directory of the controller's files; None where nothing is limited by it."""
    return group.get("memory") if controller == MEMORY else group.get("pids")


def _set_directory(group: Group, controller: Controller, path: str) -> None:
    if controller == MEMORY:
        group["memory"] = path
    else:
        group["pids"] = path


def _make(way: Way, group: Group, called: str, pid: int) -> None:
    if way.kind == "scope":
        _narrow(group, os.path.dirname(next(iter(way.places.values()))))
        _in_scope(group, called, pid, list(way.places))
        return
    made: list[str] = []
    for controller, place_ in way.places.items():
        if way.enable:
            files.write(place_, "cgroup.subtree_control", " ".join(f"+{one}" for one in way.places))
        path = os.path.join(place_, called)
        if way.kind == "v2" and made:
            _set_directory(group, controller, path)
            continue
        if os.path.isdir(path):
            os.rmdir(path)  # of a start that was killed before its agent could act: its counts are not ours
        os.mkdir(path, 0o755)
        _set_directory(group, controller, path)
        made.append(path)
    if way.kind == "v2":
        _narrow(group, next(iter(way.places.values())))
    for controller in way.places:
        _limit(group, controller, os.path.join(way.places[controller], called))
    for path in made:
        files.write(path, "cgroup.procs", str(pid))


def _narrow(group: Group, place_: str) -> None:
    """A process that leaves groups of ours for another one still gets no more than each of them allowed."""
    mounted = cgroup_ways.mounted_at(files.lines("/proc/self/cgroup"), files.lines("/proc/self/mountinfo"), None)
    directory = mounted[1] if mounted else place_
    while directory.startswith(place_.rstrip("/") + "/"):
        group["memory_bytes"] = _least(group["memory_bytes"], directory, MEMORY)
        group["processes"] = _least(group["processes"], directory, PIDS)
        directory = os.path.dirname(directory)


def _least(limit: int | None, directory: str, controller: Controller) -> int | None:
    allowed = files.words(directory, f"{controller}.max")
    return min(limit, int(allowed[0])) if limit and allowed and allowed[0].isdigit() else limit


def _limit(group: Group, controller: Controller, path: str) -> None:
    value = str(bound(group, controller))
    if controller == PIDS:
        files.write(path, "pids.max", value)
    elif group["kind"] == "v1":
        files.write(path, "memory.limit_in_bytes", value)
        files.attempt(path, "memory.memsw.limit_in_bytes", value)
    else:
        files.write(path, "memory.max", value)
        files.attempt(path, "memory.swap.max", "0")


def _in_scope(group: Group, called: str, pid: int, needs: Sequence[Controller]) -> None:
    """The limits stand on a slice: it stays, and keeps its counts, when the scope in it is empty and goes."""
    stem = called.replace("-", "_").removeprefix(PREFIX.replace("-", "_"))
    unit = group["unit"] = f"{PREFIX}{stem}.slice"
    user_manager.start_slice(unit, group["memory_bytes"], group["processes"])
    user_manager.start_scope(f"{PREFIX}{stem}.scope", unit, pid)
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        directory = _of_process(pid)
        if f"/{unit}/" in directory:
            path = directory[: directory.rindex(unit) + len(unit)]
            for one in needs:
                _set_directory(group, one, path)
                limit = str(bound(group, one))
                if files.words(path, f"{one}.max") != [limit]:
                    files.write(path, f"{one}.max", limit)
            return
        time.sleep(0.01)
    raise Unreachable(f"the user manager did not move process {pid} within {PATIENCE:.0f} s", "workcell doctor")


def _of_process(pid: int) -> str:
    mounted = cgroup_ways.mounted_at(files.lines(f"/proc/{pid}/cgroup"), files.lines("/proc/self/mountinfo"), None)
    if mounted is None:
        raise Unreachable(f"process {pid} is in no group of cgroup v2", "workcell doctor")
    return mounted[1]


def members(group: Group | None) -> list[int]:
    """Pids in the group and in the groups that were made below it; empty where it is gone."""
    return _members(_paths(group))


def members_of(path: str) -> list[int]:
    """Pids in the group at this path and in those below it."""
    return _members(_below(path))


def _members(paths: list[str]) -> list[int]:
    return sorted({pid for path in paths for pid in files.numbers(path)})


def counts(group: Group) -> schema.Counts:
    """What the kernel counted: how often each limit was hit, and the peaks. None for what cannot be read any more."""
    out: schema.Counts = {"kind": group.get("kind")}
    memory, pids = directory_of(group, MEMORY), directory_of(group, PIDS)
    if memory:
        v1 = group["kind"] == "v1"
        out["memory_bytes"] = group["memory_bytes"]
        out["memory_kills"] = files.value(memory, "memory.oom_control" if v1 else "memory.events", "oom_kill")
        out["memory_peak_bytes"] = files.number(memory, "memory.max_usage_in_bytes" if v1 else "memory.peak")
    if pids:
        out["processes"] = group["processes"]
        out["processes_refused"] = files.value(pids, "pids.events", "max")
        out["processes_peak"] = files.number(pids, "pids.peak")
    return out


def forbid_forks(group: Group) -> None:
    """No process in the group can make another one any more: what forks faster than it is killed comes to an end."""
    pids = directory_of(group, PIDS)
    if pids:
        files.attempt(pids, "pids.max", "0")


def allow_forks(group: Group) -> None:
    """Undo `forbid_forks`: something that must not be ended lives on in the group."""
    pids = directory_of(group, PIDS)
    if pids:
        files.attempt(pids, "pids.max", str(group["processes"]))


def kill(group: Group) -> None:
    """Kill all that is in the group at once, where the kernel can (v2 since Linux 5.14) and nothing can have joined it
    since its members were asked: only without forks."""
    if not directory_of(group, PIDS):
        return
    for path in _tops(group):
        if os.path.exists(f"{path}/cgroup.kill"):
            files.attempt(path, "cgroup.kill", "1")


def remove(group: Group | None) -> bool:
    """Remove an empty group; whether it is gone. One with a process in it stays: the kernel refuses its removal."""
    return group is None or _remove(_paths(group), group.get("unit"))


def remove_at(path: str) -> bool:
    """As `remove`, for the group at this path; a unit of systemd has its name."""
    name = os.path.basename(path)
    return _remove(_below(path), name if name.endswith(".slice") else None)


def _remove(paths: list[str], unit: str | None) -> bool:
    if unit:
        if _members(paths):
            return False
        user_manager.stop(unit)
    for path in reversed(paths):
        deadline = time.monotonic() + 1.0
        while os.path.isdir(path):
            try:
                os.rmdir(path)
            except FileNotFoundError:
                break
            except OSError:
                # the last process is gone from cgroup.procs some moments before the kernel has let go of the group
                if files.numbers(path) or time.monotonic() > deadline:
                    return False
                time.sleep(0.01)
    return True


def strays(places: list[str], begins: str) -> list[str]:
    """Directories of groups in these places whose names begin so."""
    alike = (begins, f"{PREFIX}{begins.removeprefix(PREFIX).replace('-', '_')}")
    found = []
    for place_ in dict.fromkeys(places):
        try:
            names = sorted(os.listdir(place_))
        except OSError:
            continue
        found += [os.path.join(place_, one) for one in names if one.startswith(alike)]
    return found


def called(path: str, begins: str) -> str:
    """What stands behind `begins` in the name of a group, also of one whose unit may have no hyphen in it."""
    name_ = os.path.basename(path)
    if name_.endswith(".slice"):
        return name_[len(begins) :].removesuffix(".slice").replace("_", "-")
    return name_.removeprefix(begins)


def _paths(group: Group | None) -> list[str]:
    """Every directory of the group, each before those below it."""
    return [directory for top in _tops(group) for directory in _below(top)] if group is not None else []


def _tops(group: Group) -> list[str]:
    both = (directory_of(group, MEMORY), directory_of(group, PIDS))
    return list(dict.fromkeys(path for path in both if path))


def _below(top: str) -> list[str]:
    return [directory for directory, _, _ in os.walk(top)]
