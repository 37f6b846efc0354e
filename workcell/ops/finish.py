"""finish: the end of an attempt from its facts; the same for a normal end and for the end after a crash."""

import os
from typing import Any

from workcell.base import clock, record
from workcell.base.errors import TryAgain
from workcell.judgement import outcome
from workcell.ops import capture, check, facts, handoff, letters
from workcell.rundir import events, layout, locks, logparts, look, seal, spool, status


def finish(run: str, n: int, lock: int) -> str | None:
    """Bring attempt `n` from exit.json to its end; the outcome, or None when the run goes on.

    The caller holds runner.lock by the descriptor `lock`, which stays open. Every step looks first whether it is
    done, so finish may be killed and called again at any point. Raises TryAgain when `lock` is not the lock of
    this run or another attempt is current.
    """
    if not locks.is_of(lock, os.path.join(run, layout.RUNNER_LOCK)):
        raise TryAgain(f"{os.path.basename(run)}: the descriptor handed over is not its runner.lock")
    seen = look.at(run, holding=True)
    if seen.n != n or seen.attempt is None or seen.exit is None:
        raise TryAgain(f"{os.path.basename(run)}: attempt {n} is not one to finish (it is {seen.phase} in {seen.n})")
    locks.sign(lock, "finish")
    if seen.result is None and seen.next is None:
        _end(run, n, seen)
        seen = look.at(run, holding=True)
    status.write(run)
    logparts.compress_rest(seen.directory)
    _sweep(seen.directory)
    return (seen.result or {}).get("outcome")


def _end(run: str, n: int, seen: look.Look) -> None:
    assert seen.attempt is not None and seen.exit is not None and seen.launch is not None
    journal = events.Journal(os.path.join(run, layout.EVENTS))
    try:
        found = look.read_record(seen.directory, layout.FACTS, [], required=False)
        if found is None:
            left = check.end_leftovers(run, n, below=os.getpid())
            read = facts.read(seen.launch, seen.attempt, left)
            found = record.decode(seal.seal(seen.directory, layout.FACTS, record.encode(read)))
            journal.append("facts.read", attempt=n)
        letters.give_up(run, n)
        capture.last(run, journal)
        verified = _verify(run, n, seen, journal)
        verdict = outcome.decide(seen.attempt, seen.exit, found, verified)
        handoff.compose_now(run, seen, found, verdict)
        _seal_result(seen, n, verdict, journal)
        spool.drain(run, journal)
    finally:
        journal.close()


def _verify(run: str, n: int, seen: look.Look, journal: events.Journal) -> dict[str, Any] | None:
    """verify.json, made now if it is not there; None when there is nothing to verify."""
    assert seen.attempt is not None and seen.exit is not None
    if seen.attempt.get("verify") is None or seen.exit.get("how") in ("stopped", "not-started"):
        return None
    stored = look.read_record(seen.directory, layout.VERIFY, [], required=False)
    if stored is not None:
        return stored
    lock = take_agent_lock(run, n)
    journal.append("verify.started", attempt=n)
    output = os.open(
        os.path.join(seen.directory, layout.VERIFY_LOG), os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600
    )
    try:
        found = check.run(run, n, seen.attempt, output, lock)
    finally:
        os.close(output)
        os.close(lock)
    check.end_leftovers(run, n, below=os.getpid())
    found = {"schema": "workcell.file.verify/1", "attempt": n, "at": clock.stamp(), **found}
    sealed = record.decode(seal.seal(seen.directory, layout.VERIFY, record.encode(found)))
    journal.append("verify.ended", attempt=n, how=sealed["how"], code=sealed["code"])
    return sealed


def take_agent_lock(run: str, n: int) -> int:
    """agent.lock for somebody who is about to run code in the tree. Only under runner.lock.

    Leftovers that may not be ended (a tmux server that the agent started) can hold it for ever: the lock is then
    made anew, and they are named in the handoff.
    """
    path = os.path.join(run, layout.AGENT_LOCK)
    lock = locks.take(path)
    if lock is None:
        check.end_leftovers(run, n, below=os.getpid())
        lock = locks.take(path, 0.1)
    if lock is None:
        locks.renew(path)
        lock = locks.take(path)
    if lock is None:
        raise TryAgain(f"{os.path.basename(run)}: agent.lock cannot be had", "workcell status shows who holds it")
    locks.sign(lock, "agent")
    return lock


def _seal_result(seen: look.Look, n: int, verdict: tuple[str, str], journal: events.Journal) -> None:
    result = {
        "schema": "workcell.file.result/1",
        "attempt": n,
        "outcome": verdict[0],
        "reason": verdict[1],
        "ended_at": clock.stamp(),
    }
    sealed = record.decode(seal.seal(seen.directory, layout.RESULT, record.encode(result)))
    journal.append("run.ended", attempt=n, outcome=sealed["outcome"], reason=sealed["reason"])


def close(run: str, seen: look.Look, word: str, reason: str) -> None:
    """Seal the result of a run that was to go on: a person or a cap ends it. For the lock holder."""
    journal = events.Journal(os.path.join(run, layout.EVENTS))
    try:
        found = look.read_record(seen.directory, layout.FACTS, [], required=False)
        if found is not None:
            handoff.compose_now(run, seen, found, (word, reason))
        _seal_result(seen, seen.n, (word, reason), journal)
    finally:
        journal.close()
    status.write(run)


def _sweep(directory: str) -> None:
    """Temporary files of writers that were killed: nobody but the lock holder writes here, so they are dead."""
    for name in os.listdir(directory):
        if name.startswith("."):
            try:
                os.unlink(os.path.join(directory, name))
            except OSError:
                continue  # hidden and harmless; fsck names it
