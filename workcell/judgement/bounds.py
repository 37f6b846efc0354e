"""Puts the kernel's counts of an attempt's control group into words and findings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workcell.base import sizes

if TYPE_CHECKING:
    from workcell.rundir import schema

MEMORY, PROCESSES = "memory-limit", "process-limit"
"""Findings that a playbook can name as evidence."""


def hit(counts: schema.Counts | None) -> list[str]:
    """Which limits were hit, as findings; counts are `cgroup` of facts.json or verify.json."""
    if counts is None:
        return []
    refused = counts.get("processes_refused") or _reached(counts)
    names = {MEMORY: counts.get("memory_kills"), PROCESSES: refused}
    return [name for name, number in names.items() if number]


def words(counts: schema.Counts | None, whose: str = "") -> list[str]:
    """One sentence, without its full stop, for each limit that was hit. `whose` names the script, not the agent."""
    out: list[str] = []
    if counts is None:
        return out
    found = counts
    if found.get("memory_kills"):
        killed = _many(found["memory_kills"] or 0, "process", "processes")
        text = (
            f"{whose}the memory limit of {sizes.words(found['memory_bytes'] or 0)} was hit: the kernel killed {killed}"
        )
        largest = found.get("largest")
        if largest:
            text += (
                f", the largest was {largest['command']} (pid {largest['pid']}, {sizes.words(largest['rss_bytes'])})"
            )
        out.append(text)
    if found.get("processes_refused"):
        times = _many(found["processes_refused"] or 0, "time", "times")
        out.append(f"{whose}the limit of {found['processes']} processes was hit: one more was refused {times}")
    elif _reached(found):
        out.append(f"{whose}the limit of {found['processes']} processes was reached")
    return out


def _reached(found: schema.Counts) -> bool:
    """Before Linux 6.11 a refusal was counted in the scope, which is gone, and not in the slice that has the limit."""
    peak = found.get("processes_peak")
    return found.get("kind") == "scope" and isinstance(peak, int) and peak >= (found["processes"] or 0)


def _many(number: int, one: str, more: str) -> str:
    return f"{number} {one if number == 1 else more}"
