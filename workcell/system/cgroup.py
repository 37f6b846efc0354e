"""Control groups (cgroups): finding where one can be made, making one around a process, reading and removing it.

A group is a plain dict, as start.json holds it under `cgroup`: `kind` (scope, v2, v1), `memory` and `pids` (the
directory of that controller's files, or None where nothing is limited by it), `memory_bytes`, `processes`, `unit`.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workcell.base.errors import Unreachable
from workcell.rundir import layout
from workcell.system import cgroup_files as files
from workcell.system import user_manager

if TYPE_CHECKING:
    from workcell.rundir import schema

MEMORY, PIDS = "memory", "pids"
KEYS = {MEMORY: "memory_bytes", PIDS: "processes"}
"""Each controller, and the key in `limits` of attempt.json that asks for it."""

PREFIX = "workcell-"
CURE = (
    "leave out 'memory' and 'processes' under limits, or give yourself a user manager (loginctl enable-linger) "
    "and set XDG_RUNTIME_DIR=/run/user/$(id -u)"
)
PATIENCE = 5.0
"""Seconds until a process that systemd was asked to move is in its group."""

Group = dict[str, Any]


@dataclass(frozen=True)
class Way:
    """One way to limit a process. `places` maps each controller to the directory in which groups are made."""

    kind: str
    places: dict[str, str]
    enable: bool = False
    """Whether the controllers have yet to be switched on for groups in that directory."""

    def words(self) -> str:
        where = ", ".join(dict.fromkeys(self.places.values()))
        return {"scope": "systemd user manager", "v2": "cgroup v2", "v1": "cgroup v1"}[self.kind] + f" in {where}"


def wanted(limits: Mapping[str, Any]) -> list[str]:
    """The controllers that the limits of an attempt ask for."""
    return [controller for controller, key in KEYS.items() if limits.get(key)]


def name(home: str, run: str, n: int) -> str:
    """The name of the group of one attempt; no other run of any home has the same one."""
    return f"{prefix(home)}{os.path.basename(run)}.{layout.number(n)}"


def prefix(home: str) -> str:
    """How the names of all groups of a home begin: two homes on one machine keep theirs apart by device and inode."""
    found = os.stat(home)
    return f"{PREFIX}{found.st_dev:x}.{found.st_ino:x}-"


def ways(needs: list[str]) -> tuple[list[Way], list[str]]:
    """(the ways that can limit these controllers here, the best one first; why each of the others cannot)."""
    try:
        with open("/proc/self/cgroup") as own, open("/proc/self/mountinfo") as mounts:
            lines, mounted = own.read().splitlines(), mounts.read().splitlines()
    except OSError as error:
        return [], [f"there are no control groups here: {error.strerror}"]
    return of(lines, mounted, needs)


def of(own: list[str], mounts: list[str], needs: list[str]) -> tuple[list[Way], list[str]]:
    """As `ways`, from the lines of /proc/self/cgroup and /proc/self/mountinfo."""
    found, not_here = [], []
    for look in (_scope, _v2, _v1):
        answer = look(own, mounts, needs)
        if isinstance(answer, Way):
            found.append(answer)
        else:
            not_here.append(answer)
    return found, not_here


def _mounted(own: list[str], mounts: list[str], controller: str | None) -> tuple[str, str] | None:
    """(mount point, our own group's directory below it) of a v1 controller, or of cgroup v2 for None."""
    path = None
    for line in own:
        _, names, where = line.split(":", 2)
        if (controller in names.split(",")) if controller else not names:
            path = where
    for line in reversed(mounts):
        before, _, after = line.partition(" - ")
        kind, _, options = after.split(" ", 2)
        if kind != ("cgroup" if controller else "cgroup2") or (controller and controller not in _options(options)):
            continue
        root, top = (word.encode().decode("unicode_escape") for word in before.split(" ")[3:5])
        if path is None or (root != "/" and path != root and not path.startswith(root + "/")):
            continue
        below = path[len(root) :] if root != "/" else path
        directory = os.path.normpath(top + "/" + below)
        if (directory == top or directory.startswith(top.rstrip("/") + "/")) and os.path.isdir(directory):
            return top, directory
    return None


def _options(text: str) -> list[str]:
    return text.rpartition(" ")[2].split(",")


def _scope(own: list[str], mounts: list[str], needs: list[str]) -> Way | str:
    mounted = _mounted(own, mounts, None)
    if mounted is None or not set(needs) <= set(files.words(mounted[0], "cgroup.controllers")):
        return "systemd: the controllers are not on cgroup v2, the only kind that a user manager can pass on"
    asked = user_manager.control_group()
    if asked.path is None:
        return f"systemd: {asked.why}"
    directory = os.path.normpath(mounted[0] + "/" + asked.path)
    lacking = set(needs) - set(files.words(directory, "cgroup.controllers"))
    if lacking:
        return f"systemd: the user manager has no controller {' and '.join(sorted(lacking))}"
    return Way("scope", dict.fromkeys(needs, directory))


def _v2(own: list[str], mounts: list[str], needs: list[str]) -> Way | str:
    """The nearest directory at or above our own group in which groups can have these controllers and that we can
    write to: processes may only stand in leaves, so it is mostly one above ours."""
    mounted = _mounted(own, mounts, None)
    if mounted is None:
        return "cgroup v2: not mounted"
    top, directory = mounted
    if not set(needs) <= set(files.words(top, "cgroup.controllers")):
        return f"cgroup v2: {top} has no controller {' and '.join(needs)}"
    while True:
        may = os.access(directory, os.W_OK | os.X_OK) and os.access(f"{directory}/cgroup.procs", os.W_OK)
        if may and set(needs) <= set(files.words(directory, "cgroup.subtree_control")):
            return Way("v2", dict.fromkeys(needs, directory))
        if may and set(needs) <= set(files.words(directory, "cgroup.controllers")) and _can_enable(directory):
            return Way("v2", dict.fromkeys(needs, directory), enable=True)
        if directory == top:
            return f"cgroup v2: nothing at or above {mounted[1]} can be written to, or has its controllers on"
        directory = os.path.dirname(directory)


def _can_enable(directory: str) -> bool:
    """Only the root of the machine may have processes beside groups with controllers; it alone has no cgroup.type."""
    root = not os.path.exists(f"{directory}/cgroup.type")
    return os.access(f"{directory}/cgroup.subtree_control", os.W_OK) and (
        root or not files.words(directory, "cgroup.procs")
    )


def _v1(own: list[str], mounts: list[str], needs: list[str]) -> Way | str:
    places = {}
    for controller in needs:
        mounted = _mounted(own, mounts, controller)
        if mounted is None:
            return f"cgroup v1: no controller {controller} is mounted"
        if not os.access(mounted[1], os.W_OK | os.X_OK):
            return f"cgroup v1: no right to write in {mounted[1]}"
        places[controller] = mounted[1]
    return Way("v1", places)


def place(called: str, pid: int, limits: Mapping[str, Any]) -> Group:
    """Make the group `called` with the limits of an attempt and put the process into it.

    Raises Unreachable when no way there is leads to a process that is inside; nothing is left behind then.
    """
    needs = wanted(limits)
    found, not_here = ways(needs)
    failed: list[str] = []
    left: list[Group] = []
    for way in found:
        group: Group = {"kind": way.kind, **{key: None for key in KEYS}, **{key: None for key in KEYS.values()}}
        group.update({KEYS[one]: limits[KEYS[one]] for one in needs})
        try:
            _make(way, group, called, pid)
            if not all(pid in members({one: group[one]}) for one in needs):
                raise Unreachable(f"process {pid} is not in {group[needs[0]]}", "workcell doctor")
            if failed:
                group["instead_of"] = failed
            for one in left:
                remove(one)  # the process stood in it until now
            return group
        except (OSError, Unreachable) as error:
            failed.append(f"{way.words()}: {error}")
            left.append(group)
            remove(group)
    raise missing(needs, failed or not_here)


def missing(needs: list[str], not_here: list[str]) -> Unreachable:
    """The refusal of a run whose limits cannot be kept on this machine."""
    asked = " and ".join({MEMORY: "memory", PIDS: "processes"}[one] for one in needs)
    return Unreachable(f"nothing on this machine can limit {asked}: {'; '.join(not_here)}", CURE)


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
            group[controller] = path
            continue
        if os.path.isdir(path):
            os.rmdir(path)  # of a start that was killed before its agent could act: its counts are not ours
        os.mkdir(path, 0o755)
        group[controller] = path
        made.append(path)
    if way.kind == "v2":
        _narrow(group, next(iter(way.places.values())))
    for controller in way.places:
        _limit(group, controller)
    for path in made:
        files.write(path, "cgroup.procs", str(pid))


def _narrow(group: Group, place_: str) -> None:
    """A process that leaves groups of ours for another one still gets no more than each of them allowed."""
    mounted = _mounted(files.lines("/proc/self/cgroup"), files.lines("/proc/self/mountinfo"), None)
    directory = mounted[1] if mounted else place_
    while directory.startswith(place_.rstrip("/") + "/"):
        for controller, key in KEYS.items():
            allowed = files.words(directory, f"{controller}.max")
            if group[key] and allowed and allowed[0].isdigit():
                group[key] = min(group[key], int(allowed[0]))
        directory = os.path.dirname(directory)


def _limit(group: Group, controller: str) -> None:
    path, value = group[controller], str(group[KEYS[controller]])
    if controller == PIDS:
        files.write(path, "pids.max", value)
    elif group["kind"] == "v1":
        files.write(path, "memory.limit_in_bytes", value)
        files.attempt(path, "memory.memsw.limit_in_bytes", value)
    else:
        files.write(path, "memory.max", value)
        files.attempt(path, "memory.swap.max", "0")


def _in_scope(group: Group, called: str, pid: int, needs: list[str]) -> None:
    """The limits stand on a slice: it stays, and keeps its counts, when the scope in it is empty and goes."""
    stem = called.replace("-", "_").removeprefix(PREFIX.replace("-", "_"))
    group["unit"] = f"{PREFIX}{stem}.slice"
    user_manager.start_slice(group["unit"], group[KEYS[MEMORY]], group[KEYS[PIDS]])
    user_manager.start_scope(f"{PREFIX}{stem}.scope", group["unit"], pid)
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        directory = _of_process(pid)
        if f"/{group['unit']}/" in directory:
            path = directory[: directory.rindex(group["unit"]) + len(group["unit"])]
            for one in needs:
                group[one] = path
                if files.words(path, f"{one}.max") != [str(group[KEYS[one]])]:
                    files.write(path, f"{one}.max", str(group[KEYS[one]]))
            return
        time.sleep(0.01)
    raise Unreachable(f"the user manager did not move process {pid} within {PATIENCE:.0f} s", "workcell doctor")


def _of_process(pid: int) -> str:
    mounted = _mounted(files.lines(f"/proc/{pid}/cgroup"), files.lines("/proc/self/mountinfo"), None)
    if mounted is None:
        raise Unreachable(f"process {pid} is in no group of cgroup v2", "workcell doctor")
    return mounted[1]


def members(group: Group | None) -> list[int]:
    """Pids in the group and in the groups that were made below it; empty where it is gone."""
    return sorted({pid for path in _paths(group) for pid in files.numbers(path)})


def counts(group: Group) -> schema.Counts:
    """What the kernel counted: how often each limit was hit, and the peaks. None for what cannot be read any more."""
    out: schema.Counts = {"kind": group.get("kind")}
    if group.get(MEMORY):
        v1 = group["kind"] == "v1"
        out["memory_bytes"] = group[KEYS[MEMORY]]
        out["memory_kills"] = files.value(group[MEMORY], "memory.oom_control" if v1 else "memory.events", "oom_kill")
        out["memory_peak_bytes"] = files.number(group[MEMORY], "memory.max_usage_in_bytes" if v1 else "memory.peak")
    if group.get(PIDS):
        out["processes"] = group[KEYS[PIDS]]
        out["processes_refused"] = files.value(group[PIDS], "pids.events", "max")
        out["processes_peak"] = files.number(group[PIDS], "pids.peak")
    return out


def forbid_forks(group: Group) -> None:
    """No process in the group can make another one any more: what forks faster than it is killed comes to an end."""
    if group.get(PIDS):
        files.attempt(group[PIDS], "pids.max", "0")


def allow_forks(group: Group) -> None:
    """Undo `forbid_forks`: something that must not be ended lives on in the group."""
    if group.get(PIDS):
        files.attempt(group[PIDS], "pids.max", str(group[KEYS[PIDS]]))


def kill(group: Group) -> None:
    """Kill all that is in the group at once, where the kernel can (v2 since Linux 5.14) and nothing can have joined it
    since its members were asked: only without forks."""
    if not group.get(PIDS):
        return
    for path in dict.fromkeys(one for one in (group.get(MEMORY), group.get(PIDS)) if one):
        if os.path.exists(f"{path}/cgroup.kill"):
            files.attempt(path, "cgroup.kill", "1")


def remove(group: Group | None) -> bool:
    """Remove an empty group; whether it is gone. One with a process in it stays: the kernel refuses its removal."""
    if group is None:
        return True
    if group.get("unit"):
        if members(group):
            return False
        user_manager.stop(group["unit"])
    for path in reversed(_paths(group)):
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
    found: list[str] = []
    for top in dict.fromkeys((group or {}).get(one) for one in KEYS):
        if top:
            found += [directory for directory, _, _ in os.walk(top)]
    return found
