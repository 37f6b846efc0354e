"""Runs on standby: between two attempts they wait for messages, without any process.

`next.json` of the attempt that ended says `when: message`. A message in `inbox/new` that no brief holds yet is due:
what delivers one looks afterwards, finish looks again once it has given its lock back, and a tick looks at each run.
"""

import os

from workcell.base import clock
from workcell.rundir import inbox, layout, locks, look, maildir, phase, resting, safe_open, seal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

    from workcell.rundir import schema
    from workcell.rundir.look import Look
    from workcell.rundir.schema import Message

MESSAGE: "Final" = "message"
"""`when` of next.json of a run on standby, and `who` of the attempt that a message opens."""

WAITING: "Final" = "waiting"
"""The state of a run on standby."""

REASON: "Final" = "it waits for a message"

LOCK, FINISH = "lock", "finish"
"""The ends of the names of a run's files in `wake/` of the home."""

TOGETHER = 5.0
"""Seconds for which messages of watches wait for further ones: runs that end at once wake a run once."""


def keeps(attempt: "schema.Attempt | None") -> bool:
    """Whether a turn that ends well leaves the run on standby."""
    return attempt is not None and bool(attempt.get("standby"))


def ended(after: "schema.Next | None") -> bool:
    """Whether an attempt with this next.json left its run on standby."""
    return after is not None and after.get("when") == MESSAGE


def waits(seen: "Look") -> bool:
    """Whether the run is on standby."""
    return seen.phase == phase.SCHEDULED and ended(seen.next)


def due(seen: "Look") -> bool:
    """Whether the run is on standby, and a message waits that wakes it, or it is to finish."""
    return waits(seen) and (is_to_finish(seen) or bool(letters(seen)))


def ask_to_finish(run: str, n: int) -> None:
    """Say that the run is to finish with its check, from attempt `n` on. Raises OSError."""
    folder, name = os.path.split(_path(run, FINISH))
    os.makedirs(folder, 0o700, exist_ok=True)
    seal.replace(folder, name, f"{n}\n".encode())


def is_to_finish(seen: "Look") -> bool:
    """Whether the run is to finish with its check; what was said of it before its last result counts no more."""
    return _wished(seen) is not None


def reads_first(seen: "Look") -> bool:
    """Whether messages wait for a run that is to finish, and its agent has had no turn for them since that was said.

    That is one turn: a watch of the run may fire in it, and nothing keeps the run from its end then.
    """
    since = _wished(seen)
    if since is None or not letters(seen):
        return False
    opened = (look.asker(look.record_at(seen, n, layout.ATTEMPT)) for n in range(since + 1, seen.n + 1))
    return MESSAGE not in opened


def _wished(seen: "Look") -> "int | None":
    """The attempt in which it was said that the run is to finish; None where it is not to."""
    word = (safe_open.read(_path(seen.run, FINISH), 32) or b"").strip()
    if not word.isdigit() or seen.result is not None:
        return None
    since = max(1, int(word))
    return since if all(look.record_at(seen, n, layout.RESULT) is None for n in range(since, seen.n)) else None


def forget(run: str) -> None:
    """The run has ended: what was said of its end is removed, and what was kept of its rest."""
    resting.remove(run)
    try:
        os.unlink(_path(run, FINISH))
    except OSError:
        pass


def letters(seen: "Look") -> "list[Message]":
    """The messages that wait for the next attempt of the run and wake it, the oldest first."""
    if not maildir.waiting(os.path.join(seen.run, layout.INBOX)):
        return []  # most runs on standby have none, and no brief is read for them
    return [message for _, message in sorted(inbox.for_brief(seen.run, seen.n), key=lambda one: one[0])]


def rest(found: "list[Message]", now: float) -> float:
    """Seconds for which these messages wait for further ones: those of watches and of checks alone do."""
    if not found or not all(inbox.of_watch(one) or inbox.checked_run(one) for one in found):
        return 0.0
    return max(0.0, TOGETHER - max(0.0, now - min(_at(one, now) for one in found)))


def take(run: str) -> "int | None":
    """The lock of what wakes the run, or None where another process has it: that one looks again afterwards."""
    path = _path(run, LOCK)
    os.makedirs(os.path.dirname(path), 0o700, exist_ok=True)
    return locks.take(path, 0)


def remove(run: str) -> None:
    """Remove what the home has of a run that is gone."""
    forget(run)
    try:
        os.unlink(_path(run, LOCK))
    except OSError:
        pass


def _at(message: "Message", now: float) -> float:
    try:
        return clock.parse(str(message.get("at")))
    except ValueError:
        return now - TOGETHER


def _path(run: str, which: str) -> str:
    return os.path.join(layout.home_of(run), layout.WAKE, f"{os.path.basename(run)}.{which}")
