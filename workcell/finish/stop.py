"""stop: ending a run because a person, another run or a plan says so."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass

from workcell.base import json_codec, platform, probe
from workcell.base.errors import Refused, TimedOut, TryAgain, WorkcellError
from workcell.finish import settle, stoppers
from workcell.judgement import outcome
from workcell.rundir import child_index, find, layout, ledger, look, maildir, orders, phase, selection
from workcell.rundir.cell import Cell
from workcell.system import attempt_pids
from workcell.system.control import notify_runner


@dataclass(frozen=True)
class Request:
    run: str
    """An id, a name, a unique prefix, a path, or `-` for the newest run."""
    grace: float = 10.0
    """Seconds that the agent may take to end before it is killed."""
    with_children: bool = False
    """Also the runs that were launched from inside of it, and from inside of those."""


@dataclass(frozen=True)
class Result:
    id: str
    phase: str
    outcome: str | None
    note: str | None


@dataclass(frozen=True)
class Results:
    """Of several runs."""

    runs: list[Result]
    failed: list[dict[str, str | int | None]]
    """Runs for which it failed: `run`, `error`, `code`, `exit`, `hint`."""


def perform(cell: Cell, request: Request) -> Result | Results:
    """The operation `stop`. `cell.progress` is told `asks`, with the id, where an agent is asked to end.

    Raises what `find.run` and `stop` raise. With children a run is stopped before those that it launched, so that it
    launches no more; one that fails is told and stops no other.
    """
    run = find.run_to_change(cell.home, request.run)
    first = _stop(cell, run, request.grace)
    if not request.with_children:
        return first
    done, failed = [first], []
    known = {first.id}
    # a launch that was on its way when its parent was stopped may still enter its run: looked again until none is new
    while new := [child for child in child_index.descendants(cell.home, first.id) if child not in known]:
        known.update(new)
        for child in new:
            try:
                done.append(_stop(cell, find.path_of(cell.home, child), request.grace))
            except WorkcellError as error:
                failed.append(selection.failed(child, error))
    return Results(done, failed)


def _stop(cell: Cell, run: str, grace: float) -> Result:
    if look.at(run).phase in (phase.RUNNING, phase.STARTING, phase.ORPHANED):
        cell.progress("asks", os.path.basename(run))
    return stop(run, grace, cell.caller.word())


def stop(run: str, grace: float = 10.0, by: str = "person") -> Result:
    """End the run: asked first, killed after `grace` seconds; returns once it is over.

    `by` is what asks: `person`, `run:<run>/<attempt>` or `playbook:<name>`.

    A run that is done stays as it is. An agent that cannot be asked about is left alone: the run is sealed as
    stopped, and the note says so. Raises TryAgain when the agent does not end, TimedOut when the run does not.
    """
    seen = settle.settle(run)
    note = "it was over already" if seen.phase == phase.DONE else None
    if seen.phase in (phase.RUNNING, phase.STARTING):
        order(run, seen, grace, by)
        try:
            seen = _wait(run, grace + UNHEARD, seen)
        except TimedOut:
            # a runner whose home was moved meanwhile looks for its orders where they were, and believes no message
            notify_runner(run, b"S", seen.start.get("runner") if seen.start else None)
            seen = _wait(run, grace + 60.0, seen)
    if seen.phase == phase.FINISHING:
        order(run, seen, grace, by)  # finish looks, too, while its check runs
        seen = _wait(run, 60.0, seen)
    if seen.phase == phase.CORRUPT and not (seen.checked and seen.n):
        raise Refused(f"{seen.id} cannot be stopped: {seen.why}", f"workcell fsck {seen.id}")
    deadline = time.monotonic() + RESTLESS
    while seen.phase != phase.DONE:
        try:
            note = _seal_stopped(run, seen, grace, by)
            break
        except TryAgain:
            # something that the agent left behind may take and leave the locks of the run all the time
            if time.monotonic() > deadline:
                raise
            seen = look.at(run)
    last = look.at(run)
    return Result(last.id, last.phase, last.outcome, note)


def order(run: str, seen: look.Look, grace: float, by: str) -> None:
    """Order the stop, and tell the runner; a runner that another process has stopped is continued."""
    name = orders.name(run)
    message: dict[str, object] = {
        "schema": "workcell.message/1",
        "kind": "stop",
        "attempt": seen.n,
        "grace_seconds": grace,
        "by": by,
        "id": name,
    }
    try:
        if orders.needed(run):
            data = json_codec.encode_line(message)
            orders.place(run, name, orders.STOP, data, attempt=seen.n, grace_seconds=grace, by=by)
        _optional_copy(run, name, message)
    except OSError:
        # a full disk: the runner is asked by word of mouth, with its own grace
        if not notify_runner(run, b"S", seen.start.get("runner") if seen.start else None):
            raise
    else:
        notify_runner(run)


def _optional_copy(run: str, name: str, message: dict[str, object]) -> None:
    """The message in the inbox: what a runner of format 1 reads, and what people see. The order alone is enough."""
    try:
        maildir.deliver(os.path.join(run, layout.INBOX), message, name)
    except OSError:
        if not orders.needed(run):
            raise


UNHEARD = 5.0
"""Seconds beyond the grace after which a runner that has not ended its agent is asked by word of mouth."""

RESTLESS = 5.0
"""Seconds for which a run that changes between a look and the taking of its lock is looked at again."""

FROZEN = 10
"""Seconds in a row, at one look a second, for which a writer that is continued each time is found stopped again."""


class _Frozen:
    """Writers of one run that something else stops, as with SIGSTOP: continued, and in the end ended.

    The agent can do that to its runner. What a killed runner leaves is brought to its end like after any crash.
    """

    def __init__(self, seen: look.Look) -> None:
        # the processes of a copied home may belong to the original
        self._path = ledger.path(seen.run) if seen.checked and not seen.copied else None
        self._looks = 0
        self._next = 0.0

    def look(self) -> None:
        """Continue what is stopped; called often, it looks once a second."""
        if self._path is None or time.monotonic() < self._next:
            return
        self._next = time.monotonic() + 1.0
        if not attempt_pids.stand_still(attempt_pids.of_lock(self._path)):
            self._looks = 0
            return
        from workcell.system import processes  # psutil, and a runner is hardly ever stopped

        stopped = processes.free(self._path, kill=self._looks >= FROZEN)
        self._looks = self._looks + 1 if stopped else 0


def _wait(run: str, patience: float, before: look.Look) -> look.Look:
    deadline = time.monotonic() + patience
    pause = 0.005
    frozen = _Frozen(before)
    while True:
        seen = look.at(run)
        if seen.phase not in (phase.RUNNING, phase.STARTING, phase.FINISHING) or seen.n != before.n:
            return seen
        if time.monotonic() > deadline:
            raise TimedOut(f"{seen.id} is still {seen.phase} after {patience:.0f} s", f"workcell status {seen.id}")
        frozen.look()
        time.sleep(pause)
        pause = min(pause * 1.5, 0.1)


def _seal_stopped(run: str, seen: look.Look, grace: float, by: str) -> str | None:
    """Seal a run without a living runner as stopped: orphaned, unknown, scheduled, created or interrupted."""
    from workcell.finish import finish

    with settle.take(run, seen, _WITHOUT_RUNNER) as held:
        seen = look.at(run, holding=True)  # what the agent left behind may take and leave its lock at any moment
        note = None
        if seen.agent == probe.YES and seen.start is not None:
            _end_agent(seen, grace)
            if platform.alive(seen.start["agent"]) == probe.YES:
                pid = seen.start["agent"]["pid"]
                raise TryAgain(f"the agent of {seen.id} (pid {pid}) does not end, not even killed", "ps -o stat,wchan")
        if seen.agent == probe.UNKNOWN:
            note = seen.why
        if held.book is not None and held.book.problem is not None:
            raise Refused(f"{seen.id} cannot be sealed as stopped: {held.book.problem}", f"workcell fsck {seen.id}")
        if layout.EXIT not in seen.stands:
            settle.seal_exit(seen, "stopped", held)
        if layout.NEXT in seen.stands:
            who = stoppers.said_by([by])
            finish.close(run, look.at(run, holding=True), outcome.STOPPED, f"stopped by {who}", held)
        else:
            finish.finish(run, seen.n, held)
        return note


_WITHOUT_RUNNER = (phase.ORPHANED, phase.UNKNOWN, phase.SCHEDULED, phase.CREATED, phase.INTERRUPTED, phase.LOST)
"""Phases between which a run moves without any writer, and in which a stop does the same."""


def _end_agent(seen: look.Look, grace: float) -> None:
    """End an agent whose runner is gone; its identity is asked again before each signal."""
    assert seen.start is not None
    who = seen.start["agent"]
    for number, patience in ((signal.SIGTERM, grace), (signal.SIGKILL, 5.0)):
        deadline = time.monotonic() + patience
        if platform.alive(who) == probe.YES:
            try:
                os.killpg(who["pid"], number)
            except (ProcessLookupError, PermissionError):
                pass  # it just ended, or leads no group any more: leftovers are ended with the attempt
        while platform.alive(who) == probe.YES and time.monotonic() < deadline:
            time.sleep(0.02)
