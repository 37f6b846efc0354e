"""The ways in which the machine lets control groups (cgroups) be made, worked out from what /proc says."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from workcell.system import cgroup_files as files
from workcell.system import user_manager

if TYPE_CHECKING:
    from workcell.rundir import schema

    Controller = Literal["memory", "pids"]

MEMORY: Final = "memory"
PIDS: Final = "pids"
CONTROLLERS: Final = (MEMORY, PIDS)


class Way(NamedTuple):
    """One way to limit a process. `places` maps each controller to the directory in which groups are made."""

    kind: schema.CgroupKind
    places: dict[Controller, str]
    enable: bool = False
    """Whether the controllers have yet to be switched on for groups in that directory."""

    def words(self) -> str:
        where = ", ".join(dict.fromkeys(self.places.values()))
        return {"scope": "systemd user manager", "v2": "cgroup v2", "v1": "cgroup v1"}[self.kind] + f" in {where}"


def ways(needs: Sequence[Controller]) -> tuple[list[Way], list[str]]:
    """(the ways that can limit these controllers here, the best one first; why each of the others cannot)."""
    try:
        with open("/proc/self/cgroup") as own, open("/proc/self/mountinfo") as mounts:
            lines, mounted = own.read().splitlines(), mounts.read().splitlines()
    except OSError as error:
        return [], [f"there are no control groups here: {error.strerror}"]
    return ways_of(lines, mounted, needs)


def ways_of(own: list[str], mounts: list[str], needs: Sequence[Controller]) -> tuple[list[Way], list[str]]:
    """As `ways`, from the lines of /proc/self/cgroup and /proc/self/mountinfo."""
    found, not_here = [], []
    for look in (_scope, _v2, _v1):
        answer = look(own, mounts, needs)
        if isinstance(answer, Way):
            found.append(answer)
        else:
            not_here.append(answer)
    return found, not_here


def mounted_at(own: list[str], mounts: list[str], controller: str | None) -> tuple[str, str] | None:
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


def _scope(own: list[str], mounts: list[str], needs: Sequence[Controller]) -> Way | str:
    mounted = mounted_at(own, mounts, None)
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


def _v2(own: list[str], mounts: list[str], needs: Sequence[Controller]) -> Way | str:
    """The nearest directory at or above our own group in which groups can have these controllers and that we can
    write to: processes may only stand in leaves, so it is mostly one above ours."""
    mounted = mounted_at(own, mounts, None)
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


def _v1(own: list[str], mounts: list[str], needs: Sequence[Controller]) -> Way | str:
    places = {}
    for controller in needs:
        mounted = mounted_at(own, mounts, controller)
        if mounted is None:
            return f"cgroup v1: no controller {controller} is mounted"
        if not os.access(mounted[1], os.W_OK | os.X_OK):
            return f"cgroup v1: no right to write in {mounted[1]}"
        places[controller] = mounted[1]
    return Way("v1", places)
