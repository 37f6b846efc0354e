"""settle: taking over what a dead process left, and bringing it to its end."""

import os
import sys
from typing import Any

from workcell.base import clock, record
from workcell.base.errors import TryAgain
from workcell.ops import check, environment, finish, onward, sending
from workcell.ports import proc
from workcell.rundir import layout, locks, look, phase, plainfile, seal

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

_LEAVE = "import os, sys; os.fork() and os._exit(0); os.setsid(); os.execv(sys.argv[1], sys.argv[1:])"
"""Nobody's child before anything large is imported: who hands over waits some ten milliseconds."""

SETTLED = (phase.INTERRUPTED, phase.LOST)


def needed(seen: look.Look) -> bool:
    """Whether there is anything to settle."""
    return seen.phase in SETTLED or (seen.phase == phase.ORPHANED and seen.why == phase.LEFTOVERS)


def settle(run: str) -> look.Look:
    """Settle the run if it needs it, and look at it again. A run that needs nothing is not touched.

    Somebody else who has the lock is doing it already: then the look says finishing.
    """
    seen = look.at(run)
    if not needed(seen):
        return seen
    lock = locks.take(os.path.join(run, layout.RUNNER_LOCK))
    if lock is None:
        return look.at(run)
    try:
        again = look.at(run, holding=True)
        if (again.phase, again.n) == (seen.phase, seen.n):
            under_lock(run, again, lock)
    finally:
        os.close(lock)
    sending.waiting(onward.home_of(run))
    return look.at(run)


def under_lock(run: str, seen: look.Look, lock: int) -> None:
    """End leftovers, seal the exit where none stands, and finish; for the holder of runner.lock."""
    locks.sign(lock, "settle")
    if layout.EXIT not in seen.stands:
        if layout.START not in seen.stands:
            # never started: nothing to seal, and the next launch or resume may start it
            check.end_leftovers(run, seen.n, below=None)
            check.free_agent_lock(run)
            return
        seal_exit(seen, "vanished")
    finish.finish(run, seen.n, lock)


def hand_over(run: str, seen: look.Look) -> bool:
    """Let a process of its own settle the run: its exit is sealed here, its runner.lock goes over by descriptor.

    For who must not wait for a verify script. False when the run has changed meanwhile or somebody has the lock.
    """
    lock = locks.take(os.path.join(run, layout.RUNNER_LOCK), 0.1)
    if lock is None:
        return False
    try:
        again = look.at(run, holding=True)
        if (again.phase, again.n) != (seen.phase, seen.n) or not needed(again):
            return False
        if again.phase == phase.LOST:
            seal_exit(again, "vanished")
        program = os.path.join(_PACKAGE, "__main__.py")
        leave = [sys.executable, "-I", "-S", "-c", _LEAVE]
        words = [*leave, sys.executable, "-I", program, "_settle", run, str(again.n), str(lock)]
        proc.detach(words, cwd=run, env=surroundings(run, again.n), pass_fds=[lock])
    finally:
        os.close(lock)
    return True


def surroundings(run: str, n: int) -> dict[str, str]:
    """What a detached finish runs with: the run's own environment, as its runner had it."""
    env = environment.known(run) or {"PATH": os.environ.get("PATH", os.defpath)}
    return {**env, "WORKCELL_ATTEMPT": f"{os.path.basename(run)}/{n}"}


def seal_exit(seen: look.Look, how: str) -> None:
    """The exit record of an agent whose exit code nobody saw, unless its runner had kept it before it died."""
    kept = _kept(seen)
    if kept is not None:
        seal.seal(seen.directory, layout.EXIT, record.encode(kept))
        return
    found: dict[str, Any] = {
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
    seal.seal(seen.directory, layout.EXIT, record.encode(found))


def _kept(seen: look.Look) -> dict[str, Any] | None:
    """The whole record in `.exit.slot` of a dead runner: the room is taken while zeros are all that stands in it."""
    try:
        data = plainfile.read(os.path.join(seen.directory, layout.EXIT_SLOT), seal.Slot.SIZE)
        found = record.decode((data or b"").rstrip(b"\0"))
    except (OSError, ValueError):
        return None
    return found if record.major(found, "exit") == layout.FORMAT else None


def take(run: str, seen: look.Look) -> int:
    """runner.lock, if the run still is what `seen` says under it; TryAgain otherwise. The caller closes it."""
    lock = locks.take(os.path.join(run, layout.RUNNER_LOCK))
    if lock is None:
        raise TryAgain(f"{seen.id} is busy: somebody else holds its runner.lock", f"workcell status {seen.id}")
    again = look.at(run, holding=True)
    if (again.phase, again.n) != (seen.phase, seen.n):
        os.close(lock)
        raise TryAgain(
            f"{seen.id} changed while you asked: it was {seen.phase} in attempt {seen.n}, "
            f"and is {again.phase} in attempt {again.n}",
            f"workcell status {seen.id}",
        )
    return lock
