"""The check of an attempt: the pinned script, run once under the lock that says that code runs in the tree."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

from workcell.base import clock
from workcell.base.errors import TryAgain
from workcell.finish import verify_output, verify_script
from workcell.rundir import attempts, events, layout, locks, look, maildir, orders, safe_open

if TYPE_CHECKING:
    from workcell.base.json_codec import Json
    from workcell.rundir import schema


def run(
    run_dir: str, n: int, seen: look.Look, journal: events.Journal, below: int | None = None
) -> schema.Verify | None:
    """Run the check; its record, which is not sealed. None without a check, and where it was not waited for.

    `below` as of `finish.finish`.
    """
    if seen.attempt is None or seen.attempt.get("verify") is None or stop_asked(run_dir, n):
        return None
    beside = _wait_for_others(run_dir, n, seen.attempt)
    if stop_asked(run_dir, n):
        return None
    with os.fdopen(take_agent_lock(run_dir, n, below), "rb", 0) as lock:
        journal.append("verify.started", attempt=n)
        target = _output(run_dir, n)
        try:
            with verify_output.Output(target, seen.directory) as output:
                try:
                    found = verify_script.run(
                        run_dir, n, seen.attempt, output.fd, lock.fileno(), lambda: stop_asked(run_dir, n)
                    )
                finally:
                    lock.close()
                verify_script.end_leftovers(run_dir, n, below=below)
        finally:
            os.close(target)
    if found["how"] == "limit" and stop_asked(run_dir, n):
        return None  # a check that was broken off says nothing, and goes on no record
    if beside:
        found["beside"] = beside
    return {
        "schema": "workcell.file.verify/1",
        "attempt": n,
        "at": clock.stamp(),
        **found,
        "dropped_bytes": output.dropped,
    }


def _wait_for_others(run: str, n: int, attempt: schema.Attempt) -> list[str]:
    """Wait until no other run in a shared tree is in the middle of a turn; ids of those that still are."""
    if attempt.get("share") is None:
        return []
    from workcell.finish import shared_tree

    return shared_tree.wait_for_rest(run, attempt, lambda: not stop_asked(run, n))


_REFUSED = (errno.ENOSPC, errno.EDQUOT, errno.EIO)


def _output(run: str, n: int) -> int:
    """A new verify.log; where the agent left no directory for it, what the check says goes nowhere."""
    folder = attempts.own(run, n)
    if folder is None:
        return os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC)
    try:
        return safe_open.fresh(os.path.join(attempts.path_of(folder, layout.attempt(run, n)), layout.VERIFY_LOG))
    except OSError as error:
        if error.errno in _REFUSED:
            raise
        return os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC)
    finally:
        os.close(folder)


def stop_asked(run: str, n: int) -> bool:
    """Whether a person, a run or a plan ordered this attempt to be stopped; a playbook does not count."""
    return bool(stops(run, n))


def stops(run: str, n: int) -> list[schema.Order] | list[Json]:
    """The orders to stop attempt `n`; of a run without a ledger, the messages that ask for it and wait."""
    if orders.needed(run):
        return [one for one in orders.stops(run, n) if not str(one.get("by")).startswith("playbook:")]
    box = os.path.join(run, layout.INBOX)
    found = [maildir.read(box, name) or {} for name in maildir.waiting(box)]
    return [one for one in found if one.get("kind") == "stop" and one.get("attempt") == n]


def take_agent_lock(run: str, n: int, below: int | None = None) -> int:
    """agent.lock for a process that is about to run code in the tree. Only with the right to write.

    Leftovers that may not be ended (a tmux server that the agent started) can hold it for ever: the lock is then
    made anew, and they are named in the handoff.
    """
    path = os.path.join(run, layout.AGENT_LOCK)
    lock = locks.take(path, alone=True)
    if lock is None:
        verify_script.end_leftovers(run, n, below=below)
        lock = locks.take(path, 0.1, alone=True)
    if lock is None:
        lock = verify_script.free_agent_lock(run)
        lock = locks.take(path, alone=True) if lock is None else lock
    if lock is None:
        raise TryAgain(f"{os.path.basename(run)}: agent.lock cannot be had", "workcell status shows who holds it")
    locks.sign(lock, "agent")
    return lock
