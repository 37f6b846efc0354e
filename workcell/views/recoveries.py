"""What went on by itself: acts of the watchdog by a playbook, and attempts that a playbook opened."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workcell.base import clock
from workcell.cleaning import run_cleaner
from workcell.cleaning.clean import Cleaner
from workcell.playbooks import caps
from workcell.rundir import action_lines, layout, look

if TYPE_CHECKING:
    from workcell.rundir import schema

OPENED = "resume"
"""The step that opens an attempt."""


@dataclass(frozen=True)
class Recovered:
    """One act that a run went on by."""

    id: str
    name: str
    at: str
    playbook: str | None
    """Null for the start of what was launched and not begun."""
    step: str
    """The step of the playbook: `resume` opened the next attempt."""
    attempt: int | None
    """The attempt that was opened, or that it was done to."""
    why: str | None


def since(home: str, moment: float, runs: Iterable[str], cleaners: Mapping[str, Cleaner]) -> list[Recovered]:
    """The acts on these runs since that epoch time, the newest first, cleaned."""
    found: list[Recovered] = []
    known = set(runs)
    done = _done(home, clock.stamp(moment))
    told = set()
    for run in known:
        seen = look.at(os.path.join(home, layout.RUNS, run))
        cleaner = cleaners.get(run) or run_cleaner.of_run(seen.run)
        for n in range(1, seen.n + 1):
            attempt: schema.Attempt | None = look.record_at(seen, n, layout.ATTEMPT)
            if attempt is None or attempt["asked_by"]["who"] != "playbook" or attempt["asked_at"] < clock.stamp(moment):
                continue
            by = attempt["asked_by"]
            told.add(by.get("act"))
            found.append(_made(seen, cleaner, attempt["asked_at"], by.get("playbook"), OPENED, n, by.get("why")))
        for line in done:
            if line.get("run") == run and line["n"] not in told:
                why = line.get("why")
                words = ", ".join(why) if isinstance(why, list) else why
                step, attempt_of = str(line.get("step")), line.get("attempt")
                found.append(_made(seen, cleaner, line["at"], line.get("playbook"), step, attempt_of, words))
    return sorted(found, key=lambda one: one.at, reverse=True)


def _done(home: str, moment: str) -> list[schema.Action]:
    """The acts that were begun since then, and done."""
    lines = action_lines.read(home)
    done = {line.get("of") for line in lines if line.get("is") == caps.RESULT and line.get("state") == "done"}
    return [
        line
        for line in lines
        if line.get("is") == caps.INTENT
        and line.get("n") in done
        and line.get("step") in caps.ACTS
        and str(line.get("at")) >= moment
    ]


def _made(
    seen: look.Look, cleaner: Cleaner, at: str, playbook: str | None, step: str, attempt: int | None, why: str | None
) -> Recovered:
    return Recovered(
        id=seen.id,
        name=cleaner.line(seen.name),
        at=at,
        playbook=cleaner.line(playbook) if playbook else None,
        step=cleaner.line(step),
        attempt=attempt,
        why=cleaner.line(why) if why else None,
    )
