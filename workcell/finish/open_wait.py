"""The end of a wait for a person whose runner was killed: the event that the runner would have written."""

from __future__ import annotations

import os

from workcell.rundir import events, hint, layout


def close(run: str, n: int, journal: events.Journal) -> None:
    """Write `approval.resolved` for a wait of attempt `n` that the events leave open; nothing where there is none.

    Nothing tells how it ended, so it is `gone`. Called again, it finds its own event.
    """
    if _waits(run, n):
        data = {"decision": "gone", "through": None}
        journal.append("approval.resolved", attempt=n, by=None, data=data)


def _waits(run: str, n: int) -> bool:
    """Whether the agent waited when its runner wrote last."""
    waits = False
    for _, line in events.read(os.path.join(run, layout.EVENTS)):
        if line is None or line.get("attempt") != n or "ref" in line:
            continue
        if line.get("type") == "approval.resolved":
            waits = False
        elif line.get("type") == "status.changed":
            data = line.get("data")
            waits = isinstance(data, dict) and data.get("to") in hint.WAITING
    return waits
