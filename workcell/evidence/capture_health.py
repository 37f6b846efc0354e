"""How the records of each run's agent are read: how far, how late, and what of them is not known."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from workcell.agents import registry
from workcell.base import clock
from workcell.base.errors import WorkcellError
from workcell.cleaning import run_cleaner
from workcell.evidence import capture, capture_state
from workcell.rundir import find, layout, look, scan

if TYPE_CHECKING:
    from workcell.rundir import schema

FRESH = 24 * 3600.0
"""Seconds for which a run that is over is told of, after its records were read last."""


@dataclass(frozen=True)
class CaptureHealth:
    """The reading of one run's records."""

    run: str
    name: str | None
    attempt: int
    reader: str
    """Name of the agent whose records they are; `none` where its recipe names no reader."""
    on: bool
    """Whether they are read: not with `capture: off` in the recipe."""
    trouble: str | None
    """Why the reader cannot be loaded; null when it can."""
    read_at: str | None
    """When something new was read last; null where nothing was."""
    last_event: str | None
    """When the agent says that the newest event was."""
    behind_bytes: int
    """Bytes that wait to be read, a line that is not ended yet among them."""
    lag_seconds: float
    """Seconds between the last reading and the newest record that waits; 0 where nothing waits."""
    unreadable: int
    """Lines that are no JSON."""
    unknown: dict[str, int] = field(default_factory=dict)
    """Records of a kind that this version does not know, by kind."""


def of_home(home: str, now: float) -> list[CaptureHealth]:
    """The runs that are not over, and those that ended in the last day, in the order in which they were made.

    Only looks: nothing is read of the records themselves.
    """
    found = scan.scan(home)
    over = [os.path.join(home, layout.RUNS, name) for name in found.over]
    fresh = [run for run in over if now - _changed(os.path.join(run, layout.CURRENT, layout.CAPTURE)) < FRESH]
    return [one for run in sorted([*found.live, *fresh]) if (one := of_run(run)) is not None]


def of_run(run: str) -> CaptureHealth | None:
    """The reading of the current attempt; None where there is none whose record can be read."""
    seen = look.at(run)
    if seen.attempt is None:
        return None
    home, on = layout.home_of(run), capture.wanted(seen.attempt)
    state = capture_state.stored(seen.directory)
    unknown: dict[str, int] = {}
    behind, lag, unreadable = 0, 0.0, 0
    for name, source in capture_state.sources(state):
        for kind, count in source.get("unknown", {}).items():
            unknown[kind] = unknown.get(kind, 0) + count
        if name != "hook" and "state" in source and state is not None and not state["final"]:
            waits, late = _waits(source, state["at"])
            behind, lag = behind + waits, max(lag, late)
        unreadable += source["state"]["bad"] if "state" in source else 0
    times = [source["session"]["last_at"] for _, source in capture_state.sources(state)]
    clean = run_cleaner.of_run(run)
    return CaptureHealth(
        run=seen.id,
        name=find.name_of(run),
        attempt=seen.n,
        reader=clean.line(seen.reader),
        on=on,
        trouble=_trouble(seen.reader, home) if on else None,
        read_at=state["at"] if state else None,
        last_event=max((clean.line(one) for one in times if one), default=None),
        behind_bytes=behind,
        lag_seconds=lag,
        unreadable=unreadable,
        unknown={clean.line(kind): count for kind, count in unknown.items()},
    )


def _waits(source: schema.Source, read_at: str | None) -> tuple[int, float]:
    """(bytes of a file that wait, seconds between the last reading and the newest of them)."""
    try:
        found = os.stat(source["file"])
    except OSError:
        return 0, 0.0
    again = source["state"]["inode"] != found.st_ino
    waits = found.st_size if again else max(0, found.st_size - source["state"]["offset"])
    return waits, max(0.0, found.st_mtime - clock.parse(read_at)) if waits and read_at else 0.0


def _trouble(reader: str, home: str) -> str | None:
    if reader == "none":
        return None
    try:
        registry.load(reader, home)
    except WorkcellError as error:
        return error.message
    return None


def _changed(path: str) -> float:
    try:
        return os.stat(path).st_mtime
    except OSError:
        return 0.0
