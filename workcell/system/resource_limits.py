"""The limits on memory and processes of an attempt: whether they can be kept here, what was hit, and the end of it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from workcell.rundir import find, layout, look
from workcell.system import cgroup, kernel_log, user_manager

if TYPE_CHECKING:
    from workcell.rundir import schema

ENDS_AT_LOGOUT = "with limits on memory or processes an agent ends when your last session does"
LINGER = "loginctl enable-linger"

VERIFY = "-verify"
"""What the group of a verify script has behind the name of its attempt's."""


def check(limits: Mapping[str, Any]) -> None:
    """Raise Unreachable when limits are asked for that nothing on this machine can keep."""
    needs = cgroup.wanted(limits)
    if needs:
        found, not_here = cgroup.ways(needs)
        if not found:
            raise cgroup.missing(needs, not_here)


def warnings(limits: Mapping[str, Any]) -> list[str]:
    """What a person should know of the way in which these limits are kept."""
    needs = cgroup.wanted(limits)
    found = cgroup.ways(needs)[0] if needs else []
    if found and found[0].kind == "scope" and not user_manager.lingers():
        return [f"{ENDS_AT_LOGOUT}: {LINGER}"]
    return []


def of(run: str, n: int) -> cgroup.Group | None:
    """The group that attempt `n` was started in; None when it has none.

    What is in it is ended, so a path that is not named after this attempt counts for nothing.
    """
    return _of(look.at(run, holding=True), n)


def _of(seen: look.Look, n: int) -> cgroup.Group | None:
    start: schema.Start | None = look.record_at(seen, n, layout.START)
    found: Any = start.get("cgroup") if start else None
    if not isinstance(found, dict):
        return None
    group: cgroup.Group = found
    run, home = seen.run, find.home_of(seen.run)
    begins, own = cgroup.prefix(home), cgroup.name(home, run, n)
    for key in (cgroup.MEMORY, cgroup.PIDS):
        path = group.get(key)
        if path and cgroup.called(str(path), begins) != own.removeprefix(begins):
            return None
    return group


def of_verify(group: cgroup.Group | None) -> cgroup.Group | None:
    """Where a verify script's group would stand beside this one; a crash may have left it."""
    if group is None:
        return None
    paths = {key: group.get(key) for key in (cgroup.MEMORY, cgroup.PIDS)}
    if not group.get("unit"):
        return {**group, **{key: path and path + VERIFY for key, path in paths.items()}}
    unit = group["unit"].removesuffix(".slice") + VERIFY.replace("-", "_") + ".slice"
    beside = {key: path and os.path.join(os.path.dirname(path), unit) for key, path in paths.items()}
    return {**group, **beside, "unit": unit}


def told(group: cgroup.Group | None, exit: schema.Exit | None) -> schema.Counts | None:
    """What the kernel counted in a group, and the largest process: the one that it killed, else the largest seen."""
    if group is None:
        return None
    counts = cgroup.counts(group)
    if counts.get("memory_kills"):
        named = os.path.basename(str(group["memory"]))
        counts["largest"] = kernel_log.killed(named) or (exit.get("largest") if exit else None)
    return counts


def around_verify(
    run: str, n: int, limits: Mapping[str, Any]
) -> tuple[Callable[[int], None] | None, list[cgroup.Group]]:
    """(what puts a process into a new group with these limits, the group once it is made); None where none is asked."""
    made: list[cgroup.Group] = []
    if not cgroup.wanted(limits):
        return None, made
    called = cgroup.name(find.home_of(run), run, n) + VERIFY

    def place(pid: int) -> None:
        made.append(cgroup.place(called, pid, limits))

    return place, made


def remove(run: str, n: int) -> None:
    """Remove the attempt's groups, unless something that must not be ended lives on in them: then gc does it later."""
    group = of(run, n)
    for one in (of_verify(group), group):
        cgroup.remove(one)


def places(seen: look.Look) -> set[str]:
    """The directories in which the groups of a run's attempts stood."""
    found = set()
    for n in range(1, seen.n + 1):
        group = _of(seen, n) or {}
        found |= {os.path.dirname(group[key]) for key in (cgroup.MEMORY, cgroup.PIDS) if group.get(key)}
    return found


def left(home: str, known: set[str]) -> list[tuple[str, str, int]]:
    """(directory, run, attempt) of every group of this home that still stands, wherever its runs were started.

    `known` are the `places` of its runs; those that this machine would use now are looked into as well.
    """
    begins = cgroup.prefix(home)
    places = sorted(known)
    for way in cgroup.ways([cgroup.MEMORY])[0] + cgroup.ways([cgroup.PIDS])[0]:
        places += way.places.values()
    out = []
    for path in cgroup.strays(places, begins):
        run, number = _named(path, begins)
        if number.isdigit():
            out.append((path, run, int(number)))
    return out


def _named(path: str, begins: str) -> tuple[str, str]:
    run, _, number = cgroup.called(path, begins).removesuffix(VERIFY).rpartition(".")
    return run, number


def run_of(home: str, path: str) -> str:
    """The directory of the run that a group of this home was made for; it may be gone."""
    return find.path_of(home, _named(path, cgroup.prefix(home))[0])


def members(path: str) -> list[int]:
    """Pids in the group at this path."""
    return cgroup.members({cgroup.PIDS: path})


def remove_path(path: str) -> bool:
    """Remove the empty group at this path; whether it is gone."""
    name = os.path.basename(path)
    return cgroup.remove({cgroup.PIDS: path, "unit": name if name.endswith(".slice") else None})
