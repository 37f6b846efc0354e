"""finish: the end of an attempt from its facts; the same for a normal end and for the end after a crash."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from workcell.base import clock
from workcell.base.errors import TryAgain
from workcell.cleaning import run_cleaner
from workcell.cleaning.clean import Cleaner
from workcell.finish import apply, decide, facts, handoff, open_wait, rests, stoppers, verify_output, verify_script
from workcell.judgement import next as nexts
from workcell.judgement import outcome
from workcell.rundir import (
    attempts,
    events,
    inbox,
    layout,
    locks,
    log_segments,
    look,
    maildir,
    orders,
    safe_open,
    slot,
    spool,
    status,
    writer,
)
from workcell.system import resource_limits

if TYPE_CHECKING:
    from typing import Any

    from workcell.base.json_codec import Json
    from workcell.judgement import next as nexts
    from workcell.rundir import schema


def finish(run: str, n: int, held: writer.Writer, below: int | None = None) -> str | None:
    """Bring attempt `n` from its exit record to its end; the outcome, or None when the run goes on.

    `below` is the pid of the runner that has become finish: all that descends from it is a leftover of the attempt.
    A process that settles has children of its own, and gives none. `held` is the right to write the run; it stays
    open. Every step looks first whether it is done, so finish may be killed and called again at any point. Raises
    TryAgain when another attempt is current or none has ended, OSError when the disk refuses.
    """
    seen = look.at(run, holding=True)
    if seen.n != n or seen.exit is None or (seen.attempt is None and not seen.checked):
        raise TryAgain(f"{os.path.basename(run)}: attempt {n} is not one to finish (it is {seen.phase} in {seen.n})")
    held.sign("finish")
    # the runner became this process by exec, so its environment is still the one that the run was launched with
    cleaner = run_cleaner.of_run(run, os.environ)
    held.mend(n)
    if held.book is not None:
        held.seal(n, layout.EXIT, seen.exit)  # it may stand in its room alone
        slot.give_back(run)
    _tidy(run, n)  # before the result, too: once that stands, the run is not settled again
    if seen.result is None and seen.next is None:
        _end(run, n, seen, held, below, cleaner)
        seen = look.at(run, holding=True)
    usage = _usage(seen, cleaner)
    status.write(run, usage=usage)
    held.end(status.kept(seen, usage=usage))
    apply.tell_watchers(seen)
    _optional(lambda: _compress(run, n))
    _tidy(run, n)
    return seen.outcome


def _end(run: str, n: int, seen: look.Look, held: writer.Writer, below: int | None, cleaner: Cleaner) -> None:
    assert seen.exit is not None
    journal = _journal(run)
    try:
        found = _facts(n, seen, held, journal, below)
        _optional(lambda: inbox.give_up(run, n))
        if seen.exit.get("how") == "vanished":  # its runner had no time to write how a wait for a person ended
            _optional(lambda: open_wait.close(run, n, journal))
        if seen.attempt is not None:
            _optional(lambda: _capture(run, seen, journal))
        seen.exit = stoppers.as_ended(run, seen)
        changed = held.find_tampering(n)
        rest = None if stop_asked(run, n) else rests.find(seen, cleaner)
        verified = None if changed or rest else _verify(run, n, seen, held, journal, below)
        changed = held.find_tampering(n)
        _optional(lambda: spool.drain(run, journal))  # what hooks brought is evidence, and is read from the journal
        verdict = _tampered(n, changed, journal) if changed else _verdict(seen, found, verified, rest)
        if rest is not None and rest.step is not None and verdict[0] not in (outcome.TAMPERED, outcome.STOPPED):
            step = decide.cleaned(rest.step, cleaner)
        else:
            step = decide.cleaned(decide.decide(run, seen, found, verified, verdict), cleaner)
        since = held.find_tampering(n)
        if set(since) - set(changed):
            # the agent, or what it left behind, acted while this went on: what was decided is void
            verdict = _tampered(n, since, journal)
            step = decide.cleaned(decide.decide(run, seen, found, verified, verdict), cleaner)
        on = step["goes"] == "on"
        words = (handoff.word_of(step), step["reason"])
        _optional(lambda: handoff.compose_now(run, seen, found, words, cleaner, step.get("asks")))
        apply.apply(seen, step, found, cleaner)
        held.restore(n)  # the check, or what it called, may have changed exit.json or facts.json: people read them
        if on:
            _seal_next(seen, n, step, held, journal)
        else:
            _optional(lambda: _analyse(seen, cleaner, journal))
            _seal_result(n, (step["outcome"] or outcome.FAILED, step["reason"]), held, journal, step)
        _optional(lambda: _take_stops(run, n, journal))
        _optional(lambda: spool.drain(run, journal))
    finally:
        journal.close()


def _tampered(n: int, changed: list[str], journal: events.Journal) -> tuple[schema.Outcome, str]:
    journal.append("run.tampered", attempt=n, files=changed[:50])
    return outcome.TAMPERED, outcome.changed(changed, f"{layout.ATTEMPTS}/{layout.number(n)}")


def _verdict(
    seen: look.Look, found: schema.Facts, verified: schema.Verify | None, rest: rests.Rest | None
) -> tuple[schema.Outcome, str]:
    """The outcome that the end of an attempt adds up to, and its reason."""
    assert seen.exit is not None
    stopper = stoppers.stopper(seen.run, seen.n)
    if verified is None and seen.how != "stopped" and stop_asked(seen.run, seen.n):
        return outcome.STOPPED, f"stopped by {stopper} before its check had ended"
    if rest is not None and not outcome.residuals(seen.attempt, found):
        return rest.ended
    return outcome.decide(seen.attempt, seen.exit, found, verified, stopper)


def _capture(run: str, seen: look.Look, journal: events.Journal) -> None:
    """Read on to the end in what the agent recorded; a program without a reader records nothing that can be read."""
    if seen.reader == "none":
        return
    from workcell.evidence import capture

    capture.last(run, journal)


def _analyse(seen: look.Look, cleaner: Cleaner, journal: events.Journal) -> None:
    """Write down what the run was about; of a program whose records are not read its own words are in no record."""
    if seen.reader == "none":
        return
    from workcell.finish import analyse

    analyse.write(seen, cleaner, journal)


def _usage(seen: look.Look, cleaner: Cleaner) -> schema.Usage | None:
    """What the agent reported, for the records that lists are read from."""
    if seen.attempt is None or seen.reader == "none":
        return None
    from workcell.evidence import usage

    return usage.of(seen.directory, cleaner)


def _facts(n: int, seen: look.Look, held: writer.Writer, journal: events.Journal, below: int | None) -> schema.Facts:
    """facts.json of the attempt: read and sealed unless it stands; what was left running is ended in any case."""
    run = seen.run
    changed = held.find_tampering(n)
    left = verify_script.end_leftovers(run, n, below=below)
    found = look.facts_at(seen, n)
    if found is None:
        if seen.launch is not None and seen.attempt is not None:
            read = facts.read(seen.launch, seen.attempt, left)
        else:
            read = facts.unread(left, changed)
        if (group := resource_limits.group_of(run, n)) is not None:
            read["cgroup"] = resource_limits.counts_of(group, seen.exit)
        found = held.seal(n, layout.FACTS, read)
        journal.append("facts.read", attempt=n)
    # its counts stand in facts.json; what is spared in the group keeps it, and gc takes it later
    resource_limits.remove(run, n)
    return found


def _journal(run: str) -> events.Journal:
    """The journal of the run; one that is kept nowhere where the agent leaves no place for it."""
    try:
        return events.Journal(os.path.join(run, layout.EVENTS))
    except OSError as error:
        if error.errno in _REFUSED:
            raise
        import tempfile

        fd, path = tempfile.mkstemp(prefix=".events.", dir=os.path.join(layout.home_of(run), layout.LEDGER))
        os.unlink(path)
        return events.Journal(path, fd)


_REFUSED = (errno.ENOSPC, errno.EDQUOT, errno.EIO)


def _optional(step: Callable[[], object]) -> None:
    """Do what an end can do without: a directory that the agent made unusable keeps no run from its end.

    A disk that refuses is raised: the step is done when there is room again.
    """
    try:
        step()
    except OSError as error:
        if error.errno in _REFUSED:
            raise


def stop_asked(run: str, n: int) -> bool:
    """Whether a person ordered this attempt to be stopped."""
    return bool(stops(run, n))


def stops(run: str, n: int) -> list[schema.Order] | list[Json]:
    """The orders to stop attempt `n`; of a run without a ledger, the messages that ask for it and wait."""
    if orders.needed(run):
        return [one for one in orders.stops(run, n) if not str(one.get("by")).startswith("playbook:")]
    box = os.path.join(run, layout.INBOX)
    found = [maildir.read(box, name) or {} for name in maildir.waiting(box)]
    return [one for one in found if one.get("kind") == "stop" and one.get("attempt") == n]


def _take_stops(run: str, n: int, journal: events.Journal) -> None:
    """Move on the messages that asked for a stop of this attempt."""
    box = os.path.join(run, layout.INBOX)
    for name in maildir.waiting(box):
        message = maildir.read(box, name) or {}
        if message.get("kind") == "stop" and message.get("attempt") == n:
            told = {key: message[key] for key in ("by", "id") if isinstance(message.get(key), str)}
            journal.append("stop.requested", **told)
            maildir.move(box, name)


def _verify(
    run: str, n: int, seen: look.Look, held: writer.Writer, journal: events.Journal, below: int | None
) -> schema.Verify | None:
    """The record of the check, made now if there is none; None without a check, or where it is not waited for."""
    assert seen.exit is not None
    if seen.attempt is None or seen.attempt.get("verify") is None or seen.exit.get("how") in ("stopped", "not-started"):
        return None
    stored = look.verify_at(seen, n)
    if stored is not None:
        return stored
    if stop_asked(run, n):
        return None
    lock = take_agent_lock(run, n, below)
    journal.append("verify.started", attempt=n)
    target = _output(run, n)
    try:
        with verify_output.Output(target, seen.directory) as output:
            try:
                found = verify_script.run(run, n, seen.attempt, output.fd, lock, lambda: stop_asked(run, n))
            finally:
                os.close(lock)
            verify_script.end_leftovers(run, n, below=below)
    finally:
        os.close(target)
    if found["how"] == "limit" and stop_asked(run, n):
        return None  # a check that was broken off says nothing, and goes on no record
    checked: schema.Verify = {
        "schema": "workcell.file.verify/1",
        "attempt": n,
        "at": clock.stamp(),
        **found,
        "dropped_bytes": output.dropped,
    }
    sealed = held.seal(n, layout.VERIFY, checked)
    journal.append("verify.ended", attempt=n, how=sealed["how"], code=sealed["code"])
    return sealed


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


def _compress(run: str, n: int) -> None:
    folder = attempts.opened(run, n)
    if folder is not None:
        try:
            log_segments.compress_rest(attempts.path_of(folder, layout.attempt(run, n)))
        finally:
            os.close(folder)


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


def _seal_next(seen: look.Look, n: int, step: nexts.Decision, held: writer.Writer, journal: events.Journal) -> None:
    sealed = held.seal(n, layout.NEXT, decide.next_record(seen, step))
    told = {"how": sealed["how"], "playbook": sealed["playbook"], "not_before": sealed["not_before"]}
    journal.append("run.scheduled", attempt=n, **told, reason=sealed["reason"])


def _seal_result(
    n: int,
    verdict: tuple[schema.Outcome, str],
    held: writer.Writer,
    journal: events.Journal,
    step: nexts.Decision | None = None,
) -> None:
    result: schema.Result = {
        "schema": "workcell.file.result/1",
        "attempt": n,
        "outcome": verdict[0],
        "reason": verdict[1],
        "ended_at": clock.stamp(),
    }
    if step:
        _add(result, {key: value for key, value in step.items() if key in _OF_THE_STEP and value})
    sealed = held.seal(n, layout.RESULT, result)
    journal.append("run.ended", attempt=n, outcome=sealed["outcome"], reason=sealed["reason"])


def _add(result: schema.Result, more: Any) -> None:
    result.update(more)


_OF_THE_STEP = ("playbook", "verdict", "findings", "cost_usd", "kept", "proposal")
"""What result.json keeps of the decision that led to it."""


def close(run: str, seen: look.Look, word: schema.Outcome, reason: str, held: writer.Writer) -> None:
    """Seal the result of a run that was to go on: a person or a cap ends it. For the holder of the right to write."""
    cleaner = run_cleaner.of_run(run)
    reason = cleaner.line(reason)
    held.mend(seen.n)
    journal = _journal(run)
    try:
        found = look.record_at(seen, seen.n, layout.FACTS)
        if found is not None:
            facts_found = found
            _optional(lambda: handoff.compose_now(run, seen, facts_found, (word, reason), cleaner))
        _seal_result(seen.n, (word, reason), held, journal)
    finally:
        journal.close()
    status.write(run)
    seen = look.at(run, holding=True)
    held.end(status.kept(seen))
    apply.tell_watchers(seen)


_OURS = tuple(f".{name}." for name in (layout.STATUS, layout.ENV, layout.CURRENT, layout.AGENT_LOCK))
"""How temporary names begin that only holders of the right to write make in a run; a part of env.json may hold keys."""


def _tidy(run: str, n: int) -> None:
    """Remove temporary files of writers that were killed: only the lock holder writes these, so they are dead."""
    for folder, beginnings in ((attempts.opened(run, n), (".",)), (_run_folder(run), _OURS)):
        if folder is not None:
            try:
                attempts.remove_hidden(folder, beginnings)
            finally:
                os.close(folder)


def _run_folder(run: str) -> int | None:
    try:
        return os.open(run, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return None
