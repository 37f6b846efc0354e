"""Starting the runs of a batch, never more than so many at once, and going on with what an earlier command left."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from workcell.base import digest
from workcell.base.errors import NotFound, TryAgain, WorkcellError
from workcell.finish import settle
from workcell.launch import launch, resume
from workcell.launch.batch import Batch, Entry, Key, Request, key_of
from workcell.rundir import find, layout, lease, look, no_tree, phase, vocabulary
from workcell.texts import document

if TYPE_CHECKING:
    from workcell.rundir import schema

POLL = 0.1
"""Seconds between two looks at the runs that live."""

STUCK = (phase.CORRUPT, phase.UNKNOWN)
"""Phases that end by no waiting: a person has to look."""

Tell = Callable[[str, Entry], None]
"""Called with `found`, `prepared`, `started`, `waiting`, `failed`, `over` or `look`, and the entry it is about."""


def go(batch: Batch, request: Request, tell: Tell) -> None:
    """Create the runs and start them; with `max_live`, never more at once, and until all are over.

    The entries are brought up to date. Runs of the group that the same command made before are taken up where
    they are, unless `again`. Interrupted, what was created and not started stays prepared. TryAgain when the same
    files are being launched at this moment.
    """
    with _turn(request.files[0]):
        if batch.group is not None and not request.again:
            _take_up(batch, request.home, tell)
        if batch.max_live is None:
            for entry in batch.entries:
                _launch(entry, request.prepare, tell)
            return
        _create_free(batch, tell)
        while not request.prepare and not _round(batch, tell):
            time.sleep(POLL)


def _round(batch: Batch, tell: Tell) -> bool:
    """One look at all runs, and the starts that it leaves room for; True when all are over."""
    assert batch.max_live is not None
    for entry in batch.entries:
        _look(entry, tell)
    _create_free(batch, tell)
    live = sum(_busy(entry) for entry in batch.entries)
    for entry in batch.entries:
        if live >= batch.max_live:
            break
        if entry.run is not None and entry.state == phase.CREATED and entry.error is None:
            _start(entry, tell)
            live += 1
    return all(over(entry) for entry in batch.entries)


def over(entry: Entry) -> bool:
    """Whether waiting changes nothing any more: it ended, needs a look, or could not be started."""
    if entry.run is None or entry.state == phase.CREATED:
        return entry.error is not None
    return entry.state in STUCK or entry.state not in vocabulary.PHASES


def _busy(entry: Entry) -> bool:
    """Whether it takes a place. A run that waits for its next attempt keeps it: it may start at any time."""
    return entry.run is not None and entry.state != phase.CREATED and not over(entry)


def _look(entry: Entry, tell: Tell) -> None:
    if entry.run is None or entry.state not in vocabulary.PHASES:
        return
    entry.state = _state(settle.settle(entry.run))
    tell("look" if entry.state in vocabulary.PHASES else "over", entry)


def _state(seen: look.Look) -> str:
    return str(seen.outcome or seen.phase)


def _launch(entry: Entry, prepare: bool, tell: Tell) -> None:
    """Launch it at once, or start the one that was prepared before."""
    if entry.run is None:
        _create(entry, prepare, tell)
    elif entry.state == phase.CREATED and not prepare:
        _start(entry, tell)


def _create_free(batch: Batch, tell: Tell) -> None:
    """Prepare every run whose tree is free; of several of one tree, the next when the one before is over."""
    for entry in batch.entries:
        if entry.run is not None or entry.error is not None:
            continue
        holder = _holder(entry) if entry.alone else None
        if holder is not None:
            if entry.waits_for != holder:
                entry.waits_for = holder
                tell("waiting", entry)
        else:
            _create(entry, True, tell)


def _holder(entry: Entry) -> str | None:
    """The run that is not done and has the tree now; creating one claims it properly."""
    home = entry.request.home
    try:
        named = lease.runs_in(home, entry.made.top, lambda run: find.is_live(home, run))
    except NotFound:
        return None
    return named[0] if named else None


def _create(entry: Entry, prepare: bool, tell: Tell) -> None:
    try:
        done = launch.create(entry.made, replace(entry.request, prepare=prepare))
    except TryAgain as error:
        if not prepare:
            _failed(entry, error, tell)
        return  # another process was first: the entry keeps its place, and is tried again in the next round
    except WorkcellError as error:
        _failed(entry, error, tell)
        return
    entry.run, entry.state, entry.notes = done.run, done.phase, list(done.notes)
    _note_window(entry, done.window)
    tell("prepared" if prepare else "started", entry)


def _start(entry: Entry, tell: Tell) -> None:
    assert entry.run is not None
    try:
        done = resume.resume(resume.Request(entry.request.home, entry.run, window=entry.request.window))
    except WorkcellError as error:
        _failed(entry, error, tell)
        return
    entry.state = done.phase
    _note_window(entry, done.window)
    tell("started", entry)


def _note_window(entry: Entry, why: str | None) -> None:
    if why:
        entry.notes.append(f"no window: {why}")


def _failed(entry: Entry, error: WorkcellError, tell: Tell) -> None:
    entry.error = error
    tell("failed", entry)


def _take_up(batch: Batch, home: str, tell: Tell) -> None:
    """Give the entries the newest runs that the same command made before."""
    there: dict[Key, str] = {}
    for run in find.ids_of(home):
        key = _key_of_run(find.path_of(home, run), batch.group)
        if key is not None:
            there[key] = find.path_of(home, run)
    for entry in batch.entries:
        entry.run = there.get(key_of(entry.made))
        if entry.run is not None:
            entry.found = True
            entry.state = _state(look.at(entry.run))
            tell("found", entry)


def _key_of_run(run: str, group: str | None) -> Key | None:
    launched: schema.Launch | None = look.read_record(run, layout.LAUNCH, [])
    if launched is None or launched.get("group") != group:
        return None
    first = layout.attempt(run, 1)
    attempt: schema.Attempt | None = look.read_record(first, layout.ATTEMPT, [])
    try:
        brief = document.load(os.path.join(first, layout.BRIEF))
    except WorkcellError:
        return None
    if attempt is None:
        return None
    recipe = attempt.get("recipe")
    if not isinstance(recipe, dict):
        return None
    repo = no_tree.NONE if no_tree.of(launched) else os.path.realpath(str(launched.get("repo")))
    return (digest.sha256(brief), repo, str(launched.get("name")), str(recipe.get("name")))


@contextmanager
def _turn(path: str) -> Iterator[None]:
    """One such command at a time: a lock on the first file itself, so that nothing is left behind.

    A file system that cannot lock is no reason to refuse.
    """
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise TryAgain(
                f"{path!r} is being launched by another command", "wait for it to end, or look: workcell ls"
            ) from error
        except OSError:
            pass
        yield
    finally:
        os.close(fd)
