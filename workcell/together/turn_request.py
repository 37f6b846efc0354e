"""turn_request: the wish that the check of a run is run after the turn that a message begins.

Invariants:
- It is sealed before the message is sent, under `attend/<run>.editing`: a request without its message is one whose
  sender was killed, where that lock is free. What refuses the message takes it back.
- It is sealed first, then the run is looked at: a run that ends meanwhile finds it, or is found to have ended here.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from workcell.base.errors import InputOutput, Refused, TryAgain
from workcell.finish import settle
from workcell.rundir import attending, family, find, layout, look, phase, turn_checks
from workcell.trust import access

if TYPE_CHECKING:
    from workcell.rundir.schema.inbox import TurnCheck

PATIENCE = 5.0
"""Seconds to wait for another process that changes the inbox of the run."""


@contextmanager
def made(run: str, who: access.Caller, name: str) -> Iterator[TurnCheck]:
    """Ask for the check after the turn of the message `name`, which the body sends.

    Refused for a run without a check or one that is over, and where the caller could not be told; TryAgain while
    another process changes the inbox; InputOutput where the disk refuses.
    """
    seen = settle.settle(run)  # what a dead process left may run a check, which is not done under the lock
    _refuse(seen, who)
    home = layout.home_of(run)
    try:
        lock = attending.take(run, attending.EDITS, PATIENCE)
    except OSError as error:
        raise _unwritten(seen.id, error) from error
    if lock is None:
        raise TryAgain(f"another process changes the inbox of {seen.id}", "try again in a few seconds")
    try:
        try:
            asked = turn_checks.place(home, seen.id, seen.n, f"{name}.json", who.word())
        except OSError as error:
            raise _unwritten(seen.id, error) from error
        try:
            yield asked
        except BaseException:
            turn_checks.take_back(home, asked)
            raise
    finally:
        os.close(lock)
    again = look.at(run)
    if again.phase == phase.DONE:
        from workcell.finish import turn_answers  # most runs go on

        turn_answers.tell(again)


def _refuse(seen: look.Look, who: access.Caller) -> None:
    if seen.attempt is not None and seen.attempt.get("verify") is None:
        words = f"workcell send {seen.id} TEXT, or give it a check: workcell resume {seen.id} --brief NEW.md"
        raise Refused(f"{seen.id} has no check that could be run after a turn", words)
    if seen.phase == phase.DONE:
        words = f"workcell resume {seen.id}" + (" --brief NEW.md" if seen.outcome == "passed" else "")
        raise Refused(f"{seen.id} is over ({seen.outcome}): no turn of it is checked", words)
    if who.inside:
        own, home = who.runs[0], layout.home_of(seen.run)
        if os.path.realpath(own) != os.path.realpath(family.directory(home, os.path.basename(own))):
            raise Refused(
                f"{who.id} is a run of another home, and cannot be told",
                f"export WORKCELL_HOME={find.home_of(own)}, or leave out --verify",
            )


def _unwritten(run: str, error: OSError) -> InputOutput:
    return InputOutput(
        f"the check of {run} cannot be asked for: {error.strerror}", "free some disk space: workcell doctor"
    )
