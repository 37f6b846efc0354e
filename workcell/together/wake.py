"""Waking a run on standby: its next attempt is opened with the messages that wait for it.

Invariants:
- Deliver, then look: what puts a message into the inbox calls `wake` afterwards. One process at a time acts on a run,
  under `wake/<run>.lock` of the home; one that finds it taken has nothing to do, since its holder looks again once it
  has given it back.
- A message is in a brief of an attempt that was born, or it still waits. Killed anywhere, the next message, or a tick,
  wakes the run; of two that try at once, one opens the attempt.
- A run that is to finish is ended with its check by `finish`, or by `_wake` after a kill. Messages that
  waited when that was said begin one more turn before, where they can.
- A hold on the run or its account, and a limit that is used up, leave the message where it is.
"""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from workcell.accounts import holds
from workcell.base.errors import TryAgain, WorkcellError
from workcell.finish import decide, settle
from workcell.launch import resume
from workcell.rundir import layout, look, run_hold, standby, status
from workcell.system import tmux

if TYPE_CHECKING:
    from workcell.rundir.schema import Message

POLL = 0.2
"""Maximum seconds until a message is seen that does not wait for further ones."""


def wake(run: str, *, finish: bool = False) -> str | None:
    """Wake the run if it is on standby and messages wait for it; with `finish`, end it with its check where it is to.

    Returns why it is not woken, with what lets it; None where it was, where another process does, and where nothing
    is to do. Raises what `resume.resume` raises. Messages of watches alone are waited with, for `standby.TOGETHER`
    seconds.
    """
    while True:
        lock = standby.take(run)
        if lock is None:
            return None
        try:
            why = _act(run, finish=finish)
        finally:
            os.close(lock)
        if why is not None or not standby.due(look.at(run)):
            return why


def begin(run: str, n: int) -> None:
    """Start a process of its own that wakes the run: for callers that must not wait for the messages of watches."""
    settle.start_apart(["_wake", run], run, n)


def _act(run: str, *, finish: bool) -> str | None:
    seen = look.at(run)
    if standby.waits(seen) and standby.is_to_finish(seen) and not _reads_first(seen):
        if not finish:
            return f"it is to finish: workcell wait {seen.id}"
        _conclude(run, seen)
        return None
    letters = standby.letters(seen) if standby.waits(seen) else []
    while (rest := standby.rest(letters, time.time())) > 0:
        time.sleep(min(rest, POLL))
        seen = look.at(run)
        letters = standby.letters(seen) if standby.waits(seen) else []
    if not letters:
        return None
    home = layout.home_of(run)
    why = held(home, seen)
    if why is not None:
        return why
    try:
        resume.resume(request(home, seen, letters))
    except TryAgain as error:
        return error.message if look.at(run).n == seen.n else None
    except WorkcellError:
        if not (finish and standby.is_to_finish(seen)):
            raise
        _conclude(run, seen)  # no turn can be begun for what waits
    return None


def _reads_first(seen: look.Look) -> bool:
    """Whether a run that is to finish has another turn before, for messages that wait, and that can begin now."""
    return standby.reads_first(seen) and held(layout.home_of(seen.run), seen) is None


def _conclude(run: str, seen: look.Look) -> None:
    from workcell.finish import finish as ending  # git, templates and playbooks, which a message needs none of

    ending.conclude(run, seen)


def request(home: str, seen: look.Look, letters: list[Message]) -> resume.Request:
    """What opens the attempt: natively, with the stored environment, by the sender of the oldest message."""
    return resume.Request(
        home,
        seen.run,
        native=True,
        attempt=seen.n,
        window=os.path.exists(tmux.server_of(home).socket),
        by={"who": standby.MESSAGE, "from": str(letters[0].get("by") or "person")},
    )


def held(home: str, seen: look.Look) -> str | None:
    """Why messages do not wake the run now, with what lets them; None where they may."""
    if run_hold.standing(seen.run) is not None:
        return f"it is held: workcell release {seen.id}"
    hold = holds.held(home, holds.account(seen.run, seen.attempt))
    if hold is not None:
        until = hold["until_at"] or hold["until"]
        return f"its account is held until {until} ({hold['why']}), and the watchdog wakes it then"
    return spent(seen)


def spent(seen: look.Look) -> str | None:
    """The limit that the run has used up, with what raises it; None where there is room for another attempt."""
    used = decide.used_up(seen, status.cost_of(seen, seen.n))
    return None if used is None else f"{used}: {status.go_on(seen)} lets it go on"
