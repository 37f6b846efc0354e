"""What the kernel's counts of an attempt's control group say, in words."""

from typing import Any

from workcell.base import sizes

MEMORY, PROCESSES = "memory-limit", "process-limit"
"""Findings that a playbook can name as evidence."""


def hit(counts: dict[str, Any] | None) -> list[str]:
    """Which limits were hit, as findings; counts are `cgroup` of facts.json or verify.json."""
    found = counts or {}
    names = {MEMORY: found.get("memory_kills"), PROCESSES: found.get("processes_refused") or _reached(found)}
    return [name for name, number in names.items() if number]


def words(counts: dict[str, Any] | None, whose: str = "") -> list[str]:
    """One sentence, without its full stop, for each limit that was hit. `whose` names the script, not the agent."""
    found = counts or {}
    out = []
    if found.get("memory_kills"):
        killed = _many(found["memory_kills"], "process", "processes")
        text = f"{whose}the memory limit of {sizes.words(found['memory_bytes'])} was hit: the kernel killed {killed}"
        largest = found.get("largest")
        if largest:
            text += (
                f", the largest was {largest['command']} (pid {largest['pid']}, {sizes.words(largest['rss_bytes'])})"
            )
        out.append(text)
    if found.get("processes_refused"):
        times = _many(found["processes_refused"], "time", "times")
        out.append(f"{whose}the limit of {found['processes']} processes was hit: one more was refused {times}")
    elif _reached(found):
        out.append(f"{whose}the limit of {found['processes']} processes was reached")
    return out


def _reached(found: dict[str, Any]) -> bool:
    """Before Linux 6.11 a refusal was counted in the scope, which is gone, and not in the slice that has the limit."""
    peak = found.get("processes_peak")
    return found.get("kind") == "scope" and isinstance(peak, int) and peak >= found["processes"]


def _many(number: int, one: str, more: str) -> str:
    return f"{number} {one if number == 1 else more}"
