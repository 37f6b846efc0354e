"""workcell status"""

import time
from typing import Any

import typer

from workcell.base import clock
from workcell.faces.cli import app as face
from workcell.faces.cli import arguments, out
from workcell.views import status as op

app = typer.Typer(add_completion=False)


@app.command()
def status(run: arguments.Run, as_json: arguments.Json = False) -> None:
    """Show the state of a run and what it rests on."""
    found: op.Result = face.perform("status", op.Request(run))
    if as_json:
        face.show("status", found)
        return
    word, code = out.state(found.state)
    print(f"{out.paint(word, code)}  {out.paint(out.safe(found.name or found.id), '1')}")
    for label, text in _lines(found):
        for line in out.wrapped(text, out.columns() - 13):
            print(f"  {label:<10} {line}")
            label = ""


def _lines(found: op.Result) -> list[tuple[str, str]]:
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


def _attempt(entry: dict[str, Any]) -> str:
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
