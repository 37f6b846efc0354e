"""settle: taking over what a dead process left, and bringing it to its end."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from workcell.base import clock, json_codec
from workcell.base.errors import TryAgain
from workcell.channels import sending
from workcell.rundir import env as environment
from workcell.rundir import home as homes
from workcell.rundir import layout, locks, look, phase, safe_open, slot, writer
from workcell.views import day_report

if TYPE_CHECKING:
    from workcell.rundir import schema

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

_LEAVE = "import os, sys; os.fork() and os._exit(0); os.setsid(); os.execv(sys.argv[1], sys.argv[1:])"
"""The process becomes a child of init before it imports anything large: its caller waits some ten milliseconds."""

TIDYING = 5.0
"""Seconds for which a process that has sealed an end is waited for: it still writes what lists are read from."""

SETTLED = (phase.INTERRUPTED, phase.LOST)


def needed(seen: look.Look) -> bool:
    """Whether there is anything to settle."""
    return seen.phase in SETTLED or (seen.phase == phase.ORPHANED and seen.why == phase.LEFTOVERS)


def settle(run: str) -> look.Look:
    """Settle the run if it needs it, and look at it again. A run that needs nothing is not touched.

    A process that has the lock is doing it already: then the look says finishing.
    """
    seen = look.at(run)
    if seen.phase == phase.UNKNOWN and locks.make_readable(os.path.join(run, layout.AGENT_LOCK)):
        seen = look.at(run)
    if not needed(seen):
        return seen
    held = writer.take(run)
    if held is None:
        return look.at(run)
    with held:
        again = look.at(run, holding=True)
        if (again.phase, again.n) == (seen.phase, seen.n):
            settle_locked(run, again, held)
    sending.waiting(layout.home_of(run), day=day_report.of_home)
    return look.at(run)


def settle_locked(run: str, seen: look.Look, held: writer.Writer) -> None:
    """End leftovers, seal the exit where none stands, and finish; for the holder of the right to write."""
    from workcell.finish import finish, verify_script  # templates, git, playbooks: some 100 ms

    homes.check_run(run)
    held.sign("settle")
    if layout.EXIT not in seen.stands:
        if layout.START not in seen.stands:
            # never started: nothing to seal, and the next launch or resume may start it
            verify_script.end_leftovers(run, seen.n, below=None)
            lock = verify_script.free_agent_lock(run)
            if lock is not None:
                os.close(lock)
            return
        seal_exit(seen, "vanished", held)
    finish.finish(run, seen.n, held)


def hand_over(run: str, seen: look.Look) -> bool:
    """Let a process of its own settle the run: its exit is sealed here, the right to write goes over by descriptor.

    For callers that must not wait for a verify script. False when the run has changed meanwhile or is being written.
    """
    held = writer.take(run, 0.1)
    if held is None:
        return False
    with held:
        again = look.at(run, holding=True)
        if (again.phase, again.n) != (seen.phase, seen.n) or not needed(again):
            return False
        if again.phase == phase.LOST:
            seal_exit(again, "vanished", held)
        descriptors = [str(held.fd), str(held.runner_lock)]
        start_apart(["_settle", run, str(again.n), *descriptors], run, again.n, held.descriptors())
    return True


def start_apart(words: list[str], run: str, n: int, descriptors: Sequence[int] = ()) -> None:
    """Start a verb of workcell as a process of its own, with the environment of the run in attempt `n`."""
    from workcell.system import run_program

    leave = [sys.executable, "-I", "-S", "-c", _LEAVE]
    program = [sys.executable, "-I", os.path.join(_PACKAGE, "__main__.py"), *words]
    run_program.detach([*leave, *program], cwd=_standing(run), env=surroundings(run, n), pass_fds=descriptors)


def _standing(run: str) -> str:
    """The run's directory, or the home where the run's directory is gone."""
    return run if os.path.isdir(run) else layout.home_of(run)


def surroundings(run: str, n: int) -> dict[str, str]:
    """What a detached finish runs with: the run's own environment, and which run it is, as its runner had it."""
    env = environment.known(run) or {"PATH": os.environ.get("PATH", os.defpath)}
    return {**env, "WORKCELL_ATTEMPT": f"{os.path.basename(run)}/{n}", "WORKCELL_RUN_DIR": run}


def seal_exit(seen: look.Look, how: schema.ExitHow, held: writer.Writer) -> None:
    """Seal the exit record of an agent whose exit code was not seen, unless its runner had kept it before it died."""
    kept = slot.kept(seen.run, seen.n) if seen.checked else _kept(seen)
    found: schema.Exit = kept or {
        "schema": "workcell.file.exit/1",
        "how": how,
        "code": None,
        "signal": None,
        "ended_at": clock.stamp(),
        "seconds": None,
        "cpu_seconds": None,
        "max_rss_kb": None,
        "error": None,
    }
    held.seal(seen.n, layout.EXIT, found)
    slot.give_back(seen.run)


def _kept(seen: look.Look) -> schema.Exit | None:
    """The whole record in `.exit.slot` of a dead runner of format 1; zeros are all that stands there before."""
    try:
        data = safe_open.read(os.path.join(seen.directory, layout.EXIT_SLOT), slot.SIZE)
        found: Any = json_codec.decode((data or b"").rstrip(b"\0"))
    except (OSError, ValueError):
        return None
    return found if json_codec.major(found, "exit") in layout.RECORDS else None


def take(run: str, seen: look.Look, among: tuple[str, ...] = ()) -> writer.Writer:
    """The right to write the run, if it still is what `seen` says; the caller closes it. Raises TryAgain otherwise.

    A phase that is one of `among`, as the one before was, is no change: for callers that look again and act alike.
    """
    over = seen.phase in (phase.DONE, phase.SCHEDULED)
    held = writer.take(run, TIDYING if over else locks.PATIENCE)
    if held is None:
        raise TryAgain(f"{seen.id} is busy: another process has the right to write it", f"workcell status {seen.id}")
    try:
        again = look.at(run, holding=True)
        same = again.phase == seen.phase or {again.phase, seen.phase} <= set(among)
        if not same or again.n != seen.n:
            raise TryAgain(
                f"{seen.id} changed while you asked: it was {seen.phase} in attempt {seen.n}, "
                f"and is {again.phase} in attempt {again.n}",
                f"workcell status {seen.id}",
            )
    except BaseException:
        held.close()
        raise
    return held
