"""The limits on memory and processes of an attempt: whether they can be kept here, what was hit, and the end of it."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from workcell.rundir import find, layout, look
from workcell.system import cgroup, cgroup_ways, kernel_log, user_manager

if TYPE_CHECKING:
    from workcell.rundir import schema

ENDS_AT_LOGOUT = "with limits on memory or processes an agent ends when your last session does"
LINGER = "loginctl enable-linger"

VERIFY, TURN = "-verify", "-check"
"""What the group of a verify script has behind the name of its attempt's: at the end of the attempt, and of a turn."""


def check(limits: cgroup.Bounds) -> None:
    """Raise Unreachable when limits are asked for that nothing on this machine can keep."""
    needs = cgroup.wanted(limits)
    if needs:
        found, not_here = cgroup_ways.ways(needs)
        if not found:
            raise cgroup.missing(needs, not_here)


def warnings(limits: cgroup.Bounds) -> list[str]:
    """What a person should know of the way in which these limits are kept."""
    needs = cgroup.wanted(limits)
    found = cgroup_ways.ways(needs)[0] if needs else []
    if found and found[0].kind == "scope" and not user_manager.lingers():
        return [f"{ENDS_AT_LOGOUT}: {LINGER}"]
    return []


def group_of(run: str, n: int) -> schema.Cgroup | None:
    """The group that attempt `n` was started in; None when it has none.

    What is in it is ended, so a path that is not named after this attempt counts for nothing.
    """
    return _of(look.at(run, holding=True), n)


def _of(seen: look.Look, n: int) -> schema.Cgroup | None:
    start: schema.Start | None = look.record_at(seen, n, layout.START)
    found: Any = start.get("cgroup") if start else None
    if not isinstance(found, dict):
        return None
    made: Any = found
    group: schema.Cgroup = made
    run, home = seen.run, find.home_of(seen.run)
    begins, own = cgroup.prefix(home), cgroup.name(home, run, n)
    for controller in cgroup_ways.CONTROLLERS:
        path = cgroup.directory_of(group, controller)
        if path and cgroup.called(str(path), begins) != own.removeprefix(begins):
            return None
    return group


def verify_group(group: schema.Cgroup | None, ends: str = VERIFY) -> schema.Cgroup | None:
    """Where a verify script's group would stand beside this one; a crash may have left it. `ends` is VERIFY or TURN."""
    if group is None:
        return None
    beside: schema.Cgroup = {**group}
    memory, pids, unit = group.get("memory"), group.get("pids"), group.get("unit")
    if unit:
        beside["unit"] = unit = unit.removesuffix(".slice") + ends.replace("-", "_") + ".slice"
        beside["memory"] = memory and os.path.join(os.path.dirname(memory), unit)
        beside["pids"] = pids and os.path.join(os.path.dirname(pids), unit)
    else:
        beside["memory"], beside["pids"] = memory and memory + ends, pids and pids + ends
    return beside


def counts_of(group: schema.Cgroup | None, exit: schema.Exit | None) -> schema.Counts | None:
    """What the kernel counted in a group, and the largest process: the one that it killed, else the largest seen."""
    if group is None:
        return None
    counts = cgroup.counts(group)
    if counts.get("memory_kills"):
        named = os.path.basename(str(group["memory"]))
        counts["largest"] = kernel_log.killed(named) or (exit.get("largest") if exit else None)
    return counts


def around_verify(
    run: str, n: int, limits: cgroup.Bounds, ends: str = VERIFY
) -> tuple[Callable[[int], None] | None, list[schema.Cgroup]]:
    """(what puts a process into a new group with these limits, the group once it is made); None where none is asked.

    `ends` is VERIFY or TURN.
    """
    made: list[schema.Cgroup] = []
    if not cgroup.wanted(limits):
        return None, made
    called = cgroup.name(find.home_of(run), run, n) + ends

    def place(pid: int) -> None:
        made.append(cgroup.place(called, pid, limits))

    return place, made


def remove(run: str, n: int) -> None:
    """Remove the attempt's groups, unless something that must not be ended lives on in them: then gc does it later."""
    group = group_of(run, n)
    for one in (verify_group(group), verify_group(group, TURN), group):
        cgroup.remove(one)


def places(seen: look.Look) -> set[str]:
    """The directories in which the groups of a run's attempts stood."""
    found = set()
    for n in range(1, seen.n + 1):
        group = _of(seen, n)
        if group is not None:
            found |= {os.path.dirname(path) for path in (group.get("memory"), group.get("pids")) if path}
    return found


def left(home: str, known: set[str]) -> list[tuple[str, str, int]]:
    """(directory, run, attempt) of every group of this home that still stands, wherever its runs were started.

    `known` are the `places` of its runs; those that this machine would use now are looked into as well.
    """
    begins = cgroup.prefix(home)
    places = sorted(known)
    for way in cgroup_ways.ways([cgroup_ways.MEMORY])[0] + cgroup_ways.ways([cgroup_ways.PIDS])[0]:
        places += way.places.values()
    out = []
    for path in cgroup.strays(places, begins):
        run, number = _named(path, begins)
        if number.isdigit():
            out.append((path, run, int(number)))
    return out


def _named(path: str, begins: str) -> tuple[str, str]:
    run, _, number = cgroup.called(path, begins).removesuffix(VERIFY).removesuffix(TURN).rpartition(".")
    return run, number


def run_of(home: str, path: str) -> str:
    """The directory of the run that a group of this home was made for; it may be gone."""
    return find.path_of(home, _named(path, cgroup.prefix(home))[0])


def members(path: str) -> list[int]:
    """Pids in the group at this path."""
    return cgroup.members_of(path)


def remove_path(path: str) -> bool:
    """Remove the empty group at this path; whether it is gone."""
    return cgroup.remove_at(path)
