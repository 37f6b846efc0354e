"""finish: the end of an attempt from its facts; the same for a normal end and for the end after a crash."""

import os
from typing import Any

from workcell.base import clock, record
from workcell.base.errors import TryAgain
from workcell.judgement import outcome
from workcell.ops import capture, check, facts, handoff, letters, onward
from workcell.rundir import events, layout, locks, logparts, look, maildir, plainfile, seal, spool, status


def finish(run: str, n: int, lock: int, below: int | None = None) -> str | None:
    """Bring attempt `n` from exit.json to its end; the outcome, or None when the run goes on.

    `below` is the pid of the runner that has become finish: all that descends from it is a leftover of the attempt.
    Who settles in a process of his own has children of his own, and gives none. The caller holds runner.lock by the
    descriptor `lock`, which stays open. Every step looks first whether it is done, so finish may be killed and called
    again at any point. Raises TryAgain when `lock` is not the lock of this run or another attempt is current.
    """
    if not locks.is_of(lock, os.path.join(run, layout.RUNNER_LOCK)):
        raise TryAgain(f"{os.path.basename(run)}: the descriptor handed over is not its runner.lock")
    seen = look.at(run, holding=True)
    if seen.n != n or seen.attempt is None or seen.exit is None:
        raise TryAgain(f"{os.path.basename(run)}: attempt {n} is not one to finish (it is {seen.phase} in {seen.n})")
    locks.sign(lock, "finish")
    _tidy(run, seen.directory)  # before the result, too: once that stands, nobody settles the run again
    if seen.result is None and seen.next is None:
        _end(run, n, seen, below)
        seen = look.at(run, holding=True)
    status.write(run)
    logparts.compress_rest(seen.directory)
    _tidy(run, seen.directory)
    return (seen.result or {}).get("outcome")


def _end(run: str, n: int, seen: look.Look, below: int | None) -> None:
    assert seen.attempt is not None and seen.exit is not None and seen.launch is not None
    journal = events.Journal(os.path.join(run, layout.EVENTS))
    try:
        found = look.read_record(seen.directory, layout.FACTS, [], required=False)
        if found is None:
            left = check.end_leftovers(run, n, below=below)
            read = facts.read(seen.launch, seen.attempt, left)
            found = record.decode(seal.seal(seen.directory, layout.FACTS, record.encode(read)))
            journal.append("facts.read", attempt=n)
        else:
            check.end_leftovers(run, n, below=below)  # of a check that died with an earlier finish
        letters.give_up(run, n)
        capture.last(run, journal)
        seen.exit = onward.as_ended(run, seen)
        verified = _verify(run, n, seen, journal, below)
        spool.drain(run, journal)  # what hooks brought is evidence, and the journal is where it is read
        if verified is None and stop_asked(run, n):
            verdict = outcome.STOPPED, "stopped by a person before its check had ended"
        else:
            verdict = outcome.decide(seen.attempt, seen.exit, found, verified)
        step = onward.decide(run, seen, found, verified, verdict)
        on = step["goes"] == "on"
        handoff.compose_now(run, seen, found, ("goes on" if on else step["outcome"], step["reason"]))
        onward.tell(run, seen, step, found)
        if on:
            _seal_next(seen, n, step, journal)
        else:
            _seal_result(seen, n, (step["outcome"], step["reason"]), journal, step)
            _take_stops(run, n, journal)
        spool.drain(run, journal)
    finally:
        journal.close()


def stop_asked(run: str, n: int) -> bool:
    """Whether a person's wish to stop this attempt waits in the inbox. It stays there until the result stands."""
    return bool(_stops(run, n))


def _stops(run: str, n: int) -> list[str]:
    box = os.path.join(run, layout.INBOX)
    found = []
    for name in maildir.waiting(box):
        message = maildir.read(box, name) or {}
        if message.get("kind") == "stop" and message.get("attempt") == n:
            found.append(name)
    return found


def _take_stops(run: str, n: int, journal: events.Journal) -> None:
    box = os.path.join(run, layout.INBOX)
    for name in _stops(run, n):
        message = maildir.read(box, name) or {}
        told = {key: message[key] for key in ("by", "id") if isinstance(message.get(key), str)}
        journal.append("stop.requested", **told)
        maildir.move(box, name)


def _verify(run: str, n: int, seen: look.Look, journal: events.Journal, below: int | None) -> dict[str, Any] | None:
    """verify.json, made now if it is not there; None when there is nothing to verify, or nobody waits for it."""
    assert seen.attempt is not None and seen.exit is not None
    if seen.attempt.get("verify") is None or seen.exit.get("how") in ("stopped", "not-started"):
        return None
    stored = look.read_record(seen.directory, layout.VERIFY, [], required=False)
    if stored is not None:
        return stored
    if stop_asked(run, n):
        return None
    lock = take_agent_lock(run, n, below)
    journal.append("verify.started", attempt=n)
    output = plainfile.fresh(os.path.join(seen.directory, layout.VERIFY_LOG))
    try:
        found = check.run(run, n, seen.attempt, output, lock, lambda: stop_asked(run, n))
    finally:
        os.close(output)
        os.close(lock)
    check.end_leftovers(run, n, below=below)
    if found["how"] == "limit" and stop_asked(run, n):
        return None  # a check that was broken off says nothing, and goes on no record
    found = {"schema": "workcell.file.verify/1", "attempt": n, "at": clock.stamp(), **found}
    sealed = record.decode(seal.seal(seen.directory, layout.VERIFY, record.encode(found)))
    journal.append("verify.ended", attempt=n, how=sealed["how"], code=sealed["code"])
    return sealed


def take_agent_lock(run: str, n: int, below: int | None = None) -> int:
    """agent.lock for somebody who is about to run code in the tree. Only under runner.lock.

    Leftovers that may not be ended (a tmux server that the agent started) can hold it for ever: the lock is then
    made anew, and they are named in the handoff.
    """
    path = os.path.join(run, layout.AGENT_LOCK)
    lock = locks.take(path)
    if lock is None:
        check.end_leftovers(run, n, below=below)
        lock = locks.take(path, 0.1)
    if lock is None:
        check.free_agent_lock(run)
        lock = locks.take(path)
    if lock is None:
        raise TryAgain(f"{os.path.basename(run)}: agent.lock cannot be had", "workcell status shows who holds it")
    locks.sign(lock, "agent")
    return lock


def _seal_next(seen: look.Look, n: int, step: dict[str, Any], journal: events.Journal) -> None:
    sealed = record.decode(seal.seal(seen.directory, layout.NEXT, onward.next_record(seen, step)))
    told = {key: sealed[key] for key in ("how", "playbook", "not_before", "reason")}
    journal.append("run.scheduled", attempt=n, **told)


def _seal_result(
    seen: look.Look,
    n: int,
    verdict: tuple[str, str],
    journal: events.Journal,
    step: dict[str, Any] | None = None,
) -> None:
    result: dict[str, Any] = {
        "schema": "workcell.file.result/1",
        "attempt": n,
        "outcome": verdict[0],
        "reason": verdict[1],
        "ended_at": clock.stamp(),
    }
    for key in ("playbook", "verdict", "findings", "cost_usd", "kept"):
        if step and step.get(key):
            result[key] = step[key]
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


_OURS = tuple(f".{name}." for name in (layout.STATUS, layout.ENV, layout.CURRENT, layout.AGENT_LOCK))
"""How temporary names begin that only holders of runner.lock make in a run; what is half of env.json holds keys."""


def _tidy(run: str, directory: str) -> None:
    """Remove temporary files of writers that were killed: only the lock holder writes these, so they are dead."""
    for where, beginnings in ((directory, (".",)), (run, _OURS)):
        for name in os.listdir(where):
            if name.startswith(beginnings):
                try:
                    os.unlink(os.path.join(where, name))
                except OSError:
                    continue  # hidden and harmless; fsck names it
