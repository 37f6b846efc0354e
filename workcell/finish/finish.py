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
from workcell.finish import (
    apply,
    check,
    decide,
    facts,
    handoff,
    open_wait,
    rests,
    settle,
    stoppers,
    verify_script,
)
from workcell.judgement import next as nexts
from workcell.judgement import outcome
from workcell.rundir import (
    attempts,
    events,
    inbox,
    layout,
    log_segments,
    look,
    maildir,
    slot,
    spool,
    standby,
    status,
    writer,
)
from workcell.system import resource_limits

if TYPE_CHECKING:
    from typing import Any

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
    _publish(seen, held, cleaner)
    _optional(lambda: _compress(run, n))
    _tidy(run, n)
    status.keep_resting(seen)
    return seen.outcome


def _publish(seen: look.Look, held: writer.Writer, cleaner: Cleaner) -> None:
    """Write what lists are read from, and tell what waits for the end."""
    usage = _usage(seen, cleaner)
    status.write(seen.run, usage=usage)
    held.end(status.kept(seen, usage=usage))
    apply.tell_of_end(seen)
    if seen.result is not None:
        standby.forget(seen.run)


def _end(run: str, n: int, seen: look.Look, held: writer.Writer, below: int | None, cleaner: Cleaner) -> None:
    assert seen.exit is not None
    journal = _journal(run)
    try:
        if seen.attempt is not None and seen.attempt.get("share") is not None:
            _optional(lambda: _capture(run, seen, journal))  # what it was seen editing is its own
            _optional(lambda: spool.drain(run, journal))
        found = _facts(n, seen, held, journal, below)
        _optional(lambda: inbox.give_up(run, n))
        if seen.exit.get("how") == "vanished":  # its runner had no time to write how a wait for a person ended
            _optional(lambda: open_wait.close(run, n, journal))
        if seen.attempt is not None:
            _optional(lambda: _capture(run, seen, journal))
        seen.exit = stoppers.as_ended(run, seen)
        changed = held.find_tampering(n)
        rest = None if check.stop_asked(run, n) else rests.find(seen, cleaner)
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
        _optional(lambda: handoff.compose_now(seen, found, words, cleaner, step.get("asks")))
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
    if verified is None and seen.how != "stopped" and check.stop_asked(seen.run, seen.n):
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
            read = facts.read(seen.launch, seen.attempt, left, run)
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
    """The record of the check, made and sealed now if there is none; None as of `check.run`."""
    assert seen.exit is not None
    if seen.attempt is None or seen.attempt.get("verify") is None or seen.exit.get("how") in ("stopped", "not-started"):
        return None
    stored = look.verify_at(seen, n)
    made = check.run(run, n, seen, journal, below) if stored is None else None
    if made is None:
        return stored
    sealed = held.seal(n, layout.VERIFY, made)
    journal.append("verify.ended", attempt=n, how=sealed["how"], code=sealed["code"])
    return sealed


def _compress(run: str, n: int) -> None:
    folder = attempts.opened(run, n)
    if folder is not None:
        try:
            log_segments.compress_rest(attempts.path_of(folder, layout.attempt(run, n)))
        finally:
            os.close(folder)


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
    verified: schema.Verify | None = None,
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
    if verified is not None:
        result["verify"] = verified
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
            _optional(lambda: handoff.compose_now(seen, facts_found, (word, reason), cleaner))
        _seal_result(seen.n, (word, reason), held, journal)
    finally:
        journal.close()
    status.write(run)
    seen = look.at(run, holding=True)
    held.end(status.kept(seen))
    apply.tell_of_end(seen)
    standby.forget(run)


def conclude(run: str, seen: look.Look) -> schema.Outcome | None:
    """End a run on standby with its check; the outcome. Raises TryAgain where it is not what `seen` says any more.

    The verdict of the check is sealed inside result.json and nowhere else: killed before that, the run is on standby as
    before, and its wish to finish still stands.
    """
    cleaner, n = run_cleaner.of_run(run), seen.n
    with settle.take(run, seen) as held:
        held.sign("finish")
        seen = look.at(run, holding=True)
        held.mend(n)
        journal = _journal(run)
        try:
            seen.exit = stoppers.as_ended(run, seen)
            found = look.facts_at(seen, n) or facts.unread(verify_script.end_leftovers(run, n, below=None), [])
            changed = held.find_tampering(n)
            verified = None if changed else check.run(run, n, seen, journal)
            changed = held.find_tampering(n)
            verdict = _tampered(n, changed, journal) if changed else _verdict(seen, found, verified, None)
            step = decide.cleaned(decide.decide(run, seen, found, verified, verdict, follows=False), cleaner)
            words = (handoff.word_of(step), step["reason"])
            _optional(lambda: handoff.compose_now(seen, found, words, cleaner, verified=verified))
            apply.apply(seen, step, found, cleaner)
            held.restore(n)
            _optional(lambda: _analyse(seen, cleaner, journal))
            _seal_result(n, (step["outcome"] or outcome.FAILED, step["reason"]), held, journal, step, verified)
            _optional(lambda: _take_stops(run, n, journal))
            _optional(lambda: spool.drain(run, journal))
        finally:
            journal.close()
        seen = look.at(run, holding=True)
        _publish(seen, held, cleaner)
    return seen.outcome


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
