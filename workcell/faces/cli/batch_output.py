"""Launching several briefs: what is said while it goes on, and at the end."""

from __future__ import annotations

import os
import sys
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from workcell.base import clock
from workcell.base.errors import WorkcellError
from workcell.faces.cli import call, out, trust_prompt
from workcell.faces.cli import dry_run as intent
from workcell.faces.cli import foreground as watching
from workcell.launch import batch, batch_run, requests
from workcell.launch import wait as waiting
from workcell.rundir import look, phase

if TYPE_CHECKING:
    from workcell.together import plan_results


def launch(request: requests.LaunchRequest, *, wait: bool, as_json: bool) -> int:
    """Check all, then start them; 1 when it stayed until the end and not all passed, or one could not start."""
    if request.dry_run:
        found = call.perform(request.operation, request)
        return _dry_run(request.operation, found, as_json)
    line = watching.Line()
    teller = _Teller(line, quiet=as_json)
    try:
        done: requests.LaunchedAll | plan_results.Result = trust_prompt.asking(
            lambda: call.perform(request.operation, request, teller.tell), quiet=as_json
        )
        if not isinstance(done, requests.LaunchedAll):
            return _of_plan(done, wait, as_json)
        checked = teller.checked
        assert checked is not None
        stayed = checked.max_live is not None and not request.prepare
        if wait and not stayed and not request.prepare:
            done = _wait(checked, done)
            stayed = True
    except KeyboardInterrupt:
        line.clear()
        if teller.checked is not None:
            _interrupted(teller.checked)
        raise
    finally:
        line.clear()
    if as_json:
        call.show(request.operation, done)
    failed = [entry.error for entry in checked.entries if entry.error is not None]
    if failed and not stayed:
        return failed[0].exit_code
    passed = all(entry.state == "passed" for entry in checked.entries)
    if not as_json:
        _sum_up(checked, stayed, teller.started)
    return 0 if not stayed or passed else 1


def _of_plan(done: plan_results.Result, wait: bool, as_json: bool) -> int:
    from workcell.faces.cli import plan_output

    return plan_output.launched(done, wait=wait, as_json=as_json)


class _Teller:
    """Says what happens while runs are started. Ids go to standard output once each, all else to standard error."""

    def __init__(self, line: watching.Line, *, quiet: bool) -> None:
        self.checked: batch.Batch | None = None
        """The briefs that were checked; None before that."""
        self.started = 0
        """How many runs were started here."""
        self._line, self._quiet = line, quiet
        self._printed: set[str] = set()
        self._began: dict[str, float] = {}
        """Of each run that was started here: when, on the monotonic clock."""

    def tell(self, what: str, about: Any) -> None:
        if what == "checked":
            self.checked = about
            return
        if what == "look":
            if self.checked is not None:
                self._line.show(_progress(self.checked))
            return
        self._line.clear()
        run = os.path.basename(about.run or "")
        if run and run not in self._printed and not self._quiet:
            self._printed.add(run)
            print(run, flush=True)
        _tell(what, about, run)
        self.started += what == "started"
        if what in ("started", "over") and self.checked is not None and self.checked.max_live is not None:
            self._say_progress(what, about, run)

    def _say_progress(self, what: str, entry: batch.Entry, run: str) -> None:
        """A line for each start and each end: which run, how it ended and after how long, and what is left."""
        assert self.checked is not None
        if what == "started":
            self._began[run] = time.monotonic()
            words = out.paint("started", "36", sys.stderr)
        else:
            state, code = out.state(entry.state)
            words = out.paint(state, code, sys.stderr)
            if run in self._began:
                words += f" after {clock.span(time.monotonic() - self._began[run])}"
        out.say(f"workcell: {out.safe(entry.made.name)} {words}; {_progress(self.checked)}")


def _wait(checked: batch.Batch, done: requests.LaunchedAll) -> requests.LaunchedAll:
    """Wait for all runs; the same result with what became of them."""
    runs = tuple(os.path.basename(entry.run) for entry in checked.entries if entry.run is not None)
    found = watching.wait(waiting.Request(runs)) if runs else None
    states = {one.id: one.state for one in found.runs} if found is not None else {}
    for entry in checked.entries:
        entry.state = states.get(os.path.basename(entry.run or ""), entry.state)
    return replace(done, runs=[replace(row, state=states.get(row.id or "", row.state)) for row in done.runs])


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
    for entry in checked.entries:
        if entry.run is not None and entry.state == phase.CREATED:
            entry.state = look.at(entry.run).phase  # the interrupt may have come while this one was being started
    live, over, waiting = _counts(checked)
    out.say(f"workcell: interrupted: {over} are over, {live} go on by themselves, {waiting} were not started")
    if waiting:
        out.say("hint: the same command goes on from here")


def _sum_up(checked: batch.Batch, stayed: bool, started: int) -> None:
    """Say how the runs ended; `started` is how many this command has started, also of those that were there."""
    if checked.group and not started and all(entry.found for entry in checked.entries):
        out.say(f"hint: nothing was new in group {out.safe(checked.group)}: --again makes new runs")
    if not stayed:
        return
    states: dict[str, int] = {}
    for entry in checked.entries:
        word = "not started" if entry.error is not None else entry.state
        states[word] = states.get(word, 0) + 1
    words = ", ".join(f"{number} {state}" for state, number in sorted(states.items(), key=lambda item: -item[1]))
    out.say(f"workcell: {words}")


def _dry_run(operation: str, found: requests.DryRuns | plan_results.DryRun, as_json: bool) -> int:
    if as_json:
        call.show(operation, found)
        return 0
    if not isinstance(found, requests.DryRuns):
        from workcell.faces.cli import plan_output

        plan_output.dry_run(found)
        return 0
    for one in found.runs:
        print(out.paint(f"== {out.safe(one.asked_at)}: {out.safe(str(one.values['objective']))}", "1"))
        intent.show(one)
        print()
    return 0
