"""Launching several briefs: what is said while it goes on, and at the end."""

import os
import sys
from typing import Any

from workcell.base.errors import WorkcellError
from workcell.faces.cli import app as face
from workcell.faces.cli import dry_run as intent
from workcell.faces.cli import foreground as watching
from workcell.faces.cli import out, trust_prompt
from workcell.launch import batch, batch_run
from workcell.launch import dry_run as intents
from workcell.rundir import phase


def launch(request: batch.Request, *, dry_run: bool, wait: bool, as_json: bool) -> int:
    """Check all, then start them; 1 when it stayed until the end and not all passed, or one could not start."""
    if dry_run:
        return _dry_run(batch.check(request, trust=False), as_json)
    checked = trust_prompt.asking(lambda: batch.check(request), quiet=as_json)
    line = watching.Line()
    printed: set[str] = set()  # ids go to standard output once each, everything else to standard error
    stayed = False

    def tell(what: str, entry: batch.Entry) -> None:
        if what == "look":
            line.show(_progress(checked))
            return
        line.clear()
        run = os.path.basename(entry.run or "")
        if run and run not in printed and not as_json:
            printed.add(run)
            print(run, flush=True)
        _tell(what, entry, run)

    try:
        batch_run.go(checked, request, tell)
        stayed = checked.max_live is not None and not request.prepare
        if wait and not stayed and not request.prepare:
            _wait(checked)
            stayed = True
    except KeyboardInterrupt:
        line.clear()
        _interrupted(checked)
        raise
    finally:
        line.clear()
    if as_json:
        face.document("launch", {"group": checked.group, "runs": [_row(entry) for entry in checked.entries]})
    failed = [entry.error for entry in checked.entries if entry.error is not None]
    if failed and not stayed:
        return failed[0].exit_code
    passed = all(entry.state == "passed" for entry in checked.entries)
    if not as_json:
        _sum_up(checked, stayed)
    return 0 if not stayed or passed else 1


def _wait(checked: batch.Batch) -> None:
    runs = [entry for entry in checked.entries if entry.run is not None]
    found = watching.wait([str(entry.run) for entry in runs], "done", None)
    for entry, state in zip(runs, found.states, strict=True):
        entry.state = state


def _tell(what: str, entry: batch.Entry, run: str) -> None:
    if what == "found":
        out.say(f"workcell: {out.safe(entry.at)}: {run} is there already: {entry.state}")
    elif what == "started":
        for note in entry.notes:
            out.say(f"workcell: {run}: {out.safe(note)}")
    elif what == "waiting":
        out.say(f"workcell: {out.safe(entry.at)}: waits for {entry.waits_for}, which has its tree {entry.made.top}")
    elif what == "failed" and entry.error is not None:
        _complain(entry, entry.error)
    elif what == "over" and sys.stderr.isatty():
        word, code = out.state(entry.state)
        out.say(f"{out.paint(word, code, sys.stderr)}  {run}")


def _complain(entry: batch.Entry, error: WorkcellError) -> None:
    out.say(f"workcell: {out.safe(entry.at)}: {out.safe(error.message)}")
    if error.hint:
        out.say(f"  hint: {out.safe(error.hint)}")


def _counts(checked: batch.Batch) -> tuple[int, int, int]:
    """(live, over, still to start)."""
    over = sum(batch_run.over(entry) for entry in checked.entries)
    waiting = sum(entry.error is None and entry.state == phase.CREATED for entry in checked.entries)
    return len(checked.entries) - over - waiting, over, waiting


def _progress(checked: batch.Batch) -> str:
    live, over, waiting = _counts(checked)
    return f"{live} live, {waiting} to start, {over} of {len(checked.entries)} over"


def _interrupted(checked: batch.Batch) -> None:
    live, over, waiting = _counts(checked)
    out.say(f"workcell: interrupted: {over} are over, {live} go on by themselves, {waiting} were not started")
    if waiting:
        out.say("hint: the same command goes on from here")


def _sum_up(checked: batch.Batch, stayed: bool) -> None:
    if checked.group and all(entry.found for entry in checked.entries):
        out.say(f"hint: nothing was new in group {out.safe(checked.group)}: --again makes new runs")
    if not stayed:
        return
    states: dict[str, int] = {}
    for entry in checked.entries:
        word = "not started" if entry.error is not None else entry.state
        states[word] = states.get(word, 0) + 1
    words = ", ".join(f"{number} {state}" for state, number in sorted(states.items(), key=lambda item: -item[1]))
    out.say(f"workcell: {words}")


def _row(entry: batch.Entry) -> dict[str, Any]:
    return {
        "id": os.path.basename(entry.run) if entry.run else None,
        "name": entry.made.name,
        "dir": entry.run,
        "asked_at": entry.at,
        "state": entry.state if entry.run else None,
        "found": entry.found,
        "error": entry.error.message if entry.error else None,
        "notes": entry.notes,
    }


def _dry_run(checked: batch.Batch, as_json: bool) -> int:
    found = [(entry.at, intents.of(entry.made)) for entry in checked.entries]
    if as_json:
        rows = [{"asked_at": at, **vars(one)} for at, one in found]
        face.document("launch-dry-run", {"group": checked.group, "max_live": checked.max_live, "runs": rows})
        return 0
    for at, one in found:
        print(out.paint(f"== {out.safe(at)}: {out.safe(one.values['objective'])}", "1"))
        intent.show(one)
        print()
    return 0
