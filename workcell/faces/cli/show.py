"""What `ls` and `status` print for a person, also where no options were given to parse."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from workcell.base import clock
from workcell.faces.cli import out, runs
from workcell.views import ls as listing
from workcell.views import status as state

if TYPE_CHECKING:
    from workcell.rundir import schema


def ls(found: listing.Result, group: str | None = None) -> None:
    """The table of runs, and what is missing from it."""
    if not found.runs:
        where = f" in group {out.safe(group)!r}" if group else " yet; 'workcell launch BRIEF' makes the first"
        out.say(f"no runs{where}")
        return
    for line in runs.lines(found, out.columns()):
        print(line)
    if found.hidden:
        out.say(f"and {found.hidden} older runs that are over; --all shows them")


def warning(found: listing.Result) -> None:
    """What is wrong with the watchdog, if anything is."""
    if found.warning is not None:
        out.say(f"{out.paint('workcell:', '33;1', sys.stderr)} {out.safe(found.warning)}")
        out.say("hint: workcell doctor --as-cron")


def status(found: state.Result) -> None:
    """The state of one run, a line for each thing that it rests on."""
    word, code = out.state(found.state)
    print(f"{out.paint(word, code)}  {out.paint(out.safe(found.name or found.id), '1')}")
    for label, text in _lines(found):
        for line in out.wrapped(text, out.columns() - 13):
            print(f"  {label:<10} {line}")
            label = ""


def _lines(found: state.Result) -> list[tuple[str, str]]:
    lines = [("objective", found.objective or "-"), ("id", found.id), ("phase", found.phase)]
    if found.reason:
        lines.append(("why", found.reason))
    if found.activity:
        activity = found.activity
        lines.append(("activity", f"{activity['state']} (confidence {activity['confidence']:.1f})"))
        lines += [("", str(item.get("words", item))) for item in activity["evidence"]]
    lines += [("recipe", found.recipe or "-"), ("tree", found.workspace or "-"), ("dir", found.dir)]
    if found.isolation:
        lines.append(("isolation", found.isolation))
    lines += [("attempt", _attempt(entry)) for entry in found.attempts]
    if found.due_at:
        lines.append(("due", found.due_at))
    if found.needs:
        lines.append(("needs you", f"{found.needs['kind']}: {found.needs['command']}"))
    return lines


def _attempt(entry: schema.StatusAttempt) -> str:
    words = [f"{entry['n']}: {entry['recipe']}"]
    if entry["started_at"]:
        end = clock.parse(entry["ended_at"]) if entry["ended_at"] else time.time()
        words.append(f"took {clock.span(max(0.0, end - clock.parse(entry['started_at'])))}")
    if entry["exit"]:
        exit = entry["exit"]
        number = f"signal {exit['signal']}" if exit["signal"] is not None else f"code {exit['code']}"
        words.append(f"{exit['how']} ({number})")
    if entry["verify"]:
        words.append(f"verify code {entry['verify']['code']}")
    if entry["outcome"] or entry["next"]:
        words.append(str(entry["outcome"] or entry["next"]))
    return ", ".join(words)
