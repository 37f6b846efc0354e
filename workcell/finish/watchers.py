"""watchers: the runs that watch another one are told of it, each once.

Invariants:
- The message of a watch has its id, and is delivered only where no message of that id was ever in the inbox. It is on
  disk before the watch is moved to `fired/`: a kill in between changes nothing for the watcher.
- Of several watches of one run on one that is over, one is told. The others are moved away before it is delivered.
- What cannot be told stays open, and the next tick tries again: a watcher cannot keep the watched run from its end.
"""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from workcell.agents.events import short
from workcell.finish import settle, watch_words
from workcell.finish.watch_words import ATTENTION, DUE, GONE, IDLE, OVER, UNREADABLE
from workcell.rundir import find, inbox, layout, look, maildir, phase, spool, standby, watches
from workcell.rundir import needs as table
from workcell.system import control
from workcell.views import status
from workcell.views.needs import Surroundings

if TYPE_CHECKING:
    from workcell.rundir import schema


class Standing:
    """How a watched run stands; what costs more than a look is found out when a watch asks for it."""

    def __init__(self, seen: look.Look, now: float | None = None, activity: schema.Activity | None = None) -> None:
        self.seen = seen
        self.home = layout.home_of(seen.run)
        self.now = time.time() if now is None else now
        """Seconds since the epoch."""
        self.gone = watches.is_gone(self.home, seen.id)
        self._activity = activity
        self._asked = activity is not None
        self._needs: list[schema.Needs | None] = []

    @property
    def over(self) -> bool:
        """Whether nothing more is to come of the run by itself."""
        return self.gone or self.seen.phase in (phase.DONE, phase.CORRUPT)

    @property
    def activity(self) -> schema.Activity | None:
        """What its agent does; None where it does not run, or nothing tells."""
        if not self._asked:
            self._asked, self._activity = True, status.activity_of(self.seen)
        return self._activity

    @property
    def needs(self) -> schema.Needs | None:
        """What it needs from a person."""
        if not self._needs:
            known = Surroundings(self.home, self.now).situation(self.seen, self.activity)
            self._needs.append(table.find(known))
        return self._needs[0]

    @property
    def idle(self) -> bool:
        """Whether its turn is over and no message waits that will begin another; also of a run on standby."""
        if standby.waits(self.seen):
            return not standby.due(self.seen)
        if self.seen.phase != phase.RUNNING:
            return False
        doing = self.activity
        return doing is not None and doing["state"] == "idle" and not self._has_messages()

    def _has_messages(self) -> bool:
        return bool(inbox.waiting(self.seen.run) or inbox.typed(self.seen.run))

    def met(self, entry: watches.Entry) -> str | None:
        """What the watch of that name is told by now, a word of `watch_words`; None where it goes on waiting."""
        if self.over:
            return GONE if self.gone else OVER if self.seen.phase == phase.DONE else UNREADABLE
        if entry.wanted == "attention" and self.needs is not None:
            return ATTENTION
        if entry.wanted == "idle" and self.idle:
            return IDLE
        return DUE if entry.due <= self.now else None


def tell(seen: look.Look, now: float | None = None, activity: schema.Activity | None = None) -> list[str]:
    """Fire the watches on the run that was looked at, where what they wait for has come; a line for each.

    `activity` is what its agent does, where that is known. Nothing is done where another process keeps the right to
    do it, and what the disk refuses stays open.
    """
    home = layout.home_of(seen.run)
    if not watches.on(home, seen.id):
        return []
    standing = Standing(seen, now, activity)
    if not any(standing.met(entry) for entry in watches.on(home, seen.id)):
        return []
    try:
        lock = watches.lock(home, seen.id)
    except OSError:
        return []
    if lock is None:
        return []
    try:
        return _fire(standing)
    except OSError:
        return []
    finally:
        os.close(lock)


def _fire(standing: Standing) -> list[str]:
    """Tell the watchers, oldest watch first; for the holder of the lock."""
    home, run = standing.home, standing.seen.id
    by_watcher: dict[str, list[watches.Entry]] = {}
    for entry in watches.on(home, run):
        made = watches.read(home, run, entry) if standing.met(entry) else None
        if made is not None:
            by_watcher.setdefault(made["by"]["run"], []).append(entry)
    did: list[str] = []
    for watcher, entries in by_watcher.items():
        try:
            did += _tell_one(standing, watcher, entries)
        except OSError as error:
            did.append(f"{watcher}: not told of {run}: {error.strerror}")
    return did


def _tell_one(standing: Standing, watcher: str, entries: list[watches.Entry]) -> list[str]:
    """Tell one watcher what its watches wait for. Raises OSError where that is not possible now."""
    home, run = standing.home, standing.seen.id
    box = find.path_of(home, watcher)
    ended = not find.is_live(home, watcher)
    left = []
    for entry in entries:
        if ended or inbox.stands(box, f"{entry.id}.json"):
            watches.end(home, run, entry)
        else:
            left.append(entry)
    if standing.over:
        for entry in left[1:]:
            watches.end(home, run, entry)
        del left[1:]
    for entry in left:
        how = standing.met(entry)
        if how is not None:
            _deliver(standing, box, entry, how)
            watches.end(home, run, entry)
    return [f"{watcher}: told of {run}"] if left else []


def _deliver(standing: Standing, watcher: str, entry: watches.Entry, how: str) -> None:
    """Put the message of a watch into the inbox of its watcher. Raises OSError."""
    put(watcher, entry.id, standing.seen.id, standing.seen.n, watch_words.text(standing, how))


def put(watcher: str, identity: str, run: str, n: int, text: str, by: str = inbox.BY_WATCH) -> None:
    """Put a text about attempt `n` of a run into the inbox of the run `watcher`, with an event. Raises OSError.

    For the holder of the right to fire the watches on that run, or to answer for its checks; `by` says which.
    """
    # left by a delivery that was killed: the holder alone makes a file of this name
    maildir.drop(os.path.join(watcher, layout.INBOX), f"{identity}.json", maildir.TMP)
    message = {"kind": "text", "mode": "sequential", "text": text, "by": f"{by}{run}/{n}"}
    name = inbox.post(watcher, message, identity)
    told = {"id": f"message.received:{name}", "from": run, "message": identity, "mode": "sequential"}
    spool.note(watcher, "message.received", source="message", text=short(text), **told)
    control.notify_runner(watcher)
    seen = look.at(watcher)
    if standby.waits(seen):
        # it waits for a few seconds, for others that end at once, and wakes the run once for all of them
        settle.start_apart(["_wake", watcher], watcher, seen.n)


def tell_taken_back(home: str, made: schema.Watch, entry: watches.Entry) -> None:
    """Tell a watcher that a person took its watch back: it may wait for nothing else. Raises OSError.

    For the holder of the right to fire the watches on that run.
    """
    watcher = find.path_of(home, made["by"]["run"])
    if find.is_live(home, made["by"]["run"]) and not inbox.stands(watcher, f"{entry.id}.json"):
        text = watch_words.taken_back(made["run"])
        put(watcher, entry.id, made["run"], look.at(find.path_of(home, made["run"])).n, text)
    watches.end(home, made["run"], entry)
