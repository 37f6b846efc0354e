"""Watches: `watches/<watched run>/<due>.<id>.json` of the home says which run wants to be told of which.

Invariants:
- A watch is sealed by its watcher, which looks at the watched run afterwards; that run seals how it ended, and lists
  afterwards. So one of the two meets the other.
- What fires a watch holds `watches/<watched run>/.lock`. The message has the id of the watch, and is on disk before
  the watch is moved to `watches/fired/`.
- The name tells what is waited for and until when: what waits for an end is opened only once that has come.
"""

import os
import time

from workcell.base import clock, ids, json_codec, probe
from workcell.base.errors import Refused
from workcell.rundir import layout, ledger, locks, look, safe_open, seal, vocabulary

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

    from workcell.rundir import schema
    from workcell.rundir.schema.literals import WatchFor
    from workcell.rundir.schema.watches import Watcher

SCHEMA: "Final" = "workcell.file.watch/1"
LOCK, FIRED = ".lock", "fired"
NO_DUE = 9_999_999_999
"""Where the seconds of a due time stand in a name: this watch has none."""

PATIENCE = 10.0
"""Seconds for which another process may have the right to fire the watches of one run, or to make one."""

LARGEST = 1 << 16
HOUR = 3600.0
_TRIES = 5


class Entry:
    """The name of one watch, and what it tells: nothing is opened for it."""

    __slots__ = ("due", "id", "name", "wanted")

    def __init__(self, name: str, due: int, identity: str) -> None:
        self.name = name
        self.due = due
        """Seconds since the epoch; NO_DUE for none."""
        self.id = identity
        self.wanted = identity.rpartition("-")[2]


def directory(home: str, run: str = "") -> str:
    """Where the watches on the run of that id lie; without one, all of them."""
    return os.path.join(home, layout.WATCHES, run)


def parse(name: str) -> "Entry | None":
    """What a file name tells; None for what is no watch."""
    due, _, rest = name.partition(".")
    identity = rest.removesuffix(".json")
    stem = identity.replace("-", "")  # as `ids.plain`, which asks for each character: a tick parses every name
    plain = stem.isascii() and stem.isalnum() and stem == stem.lower()
    known = len(due) == 10 and due.isascii() and due.isdigit() and rest != identity and plain
    found = Entry(name, int(due), identity) if known else None
    return found if found is not None and found.wanted in vocabulary.WATCH_FORS else None


def on(home: str, run: str) -> "list[Entry]":
    """The open watches on the run of that id, by due time and then by age."""
    return [entry for name in sorted(_names(home, run)) if (entry := parse(name)) is not None]


def _names(home: str, run: str) -> "list[str]":
    try:
        return os.listdir(directory(home, run)) if ids.plain(run) else []
    except (FileNotFoundError, NotADirectoryError):
        return []


class Glance:
    """The open watches on one run, as far as a tick asks of those on every run: one name is taken apart."""

    __slots__ = ("due", "only_ends")

    def __init__(self, due: int, only_ends: bool) -> None:
        self.due = due
        """When the first of them is due, in seconds since the epoch; NO_DUE for none."""
        self.only_ends = only_ends
        """Whether all of them wait for the end of the run."""


def glance(home: str, run: str) -> "Glance | None":
    """What the names of the watches on the run of that id tell at once; None where there is no watch on it."""
    names = sorted(name for name in _names(home, run) if name[0] != ".")
    first = next((entry for name in names if (entry := parse(name)) is not None), None)
    return None if first is None else Glance(first.due, all(name.endswith(_OF_END) for name in names))


_OF_END = "-done.json"


def watched(home: str) -> "list[str]":
    """Ids of the runs that have a directory of watches, sorted."""
    try:
        names = os.listdir(directory(home))
    except (FileNotFoundError, NotADirectoryError):
        return []
    return sorted(name for name in names if name != FIRED and ids.plain(name))


def there(home: str) -> bool:
    """Whether anything was ever watched in the home, or may be."""
    return os.path.isdir(directory(home))


def fired(home: str) -> "set[str]":
    """Ids of the watches that are over, of the last 30 days."""
    try:
        names = os.listdir(directory(home, FIRED))
    except (FileNotFoundError, NotADirectoryError):
        return set()
    return {entry.id for name in names if (entry := parse(name)) is not None}


def read(home: str, run: str, entry: Entry) -> "schema.Watch | None":
    """The watch; None where it is gone, or is none that this version can read."""
    try:
        data = safe_open.read(os.path.join(directory(home, run), entry.name), LARGEST)
        found: Any = json_codec.decode(data or b"")
    except (OSError, ValueError):
        return None
    known = json_codec.major(found, "watch") == 1 and (found.get("run"), found.get("id")) == (run, entry.id)
    return found if known and _is_sound(found, entry) else None


def _is_sound(found: "Any", entry: Entry) -> bool:
    """Whether what was read says what its name says, and names a watcher; any process may have written it."""
    by, at, due_at = found.get("by"), found.get("at"), found.get("due_at")
    watcher = by.get("run") if isinstance(by, dict) else None
    if not isinstance(watcher, str) or not ids.plain(watcher) or found.get("wanted") != entry.wanted:
        return False
    try:
        clock.parse(at)
        due = NO_DUE if due_at is None else int(clock.parse(due_at))
    except (ValueError, TypeError, AttributeError):
        return False
    return due == entry.due and isinstance(by.get("attempt"), int | None)


def every(home: str) -> "list[schema.Watch]":
    """Every open watch of a home that can be read, the oldest first."""
    found = [read(home, run, entry) for run in watched(home) for entry in on(home, run)]
    return sorted((one for one in found if one is not None), key=lambda one: one["id"])


def by(home: str, watcher: str) -> "list[schema.Watch]":
    """The open watches of the run of that id."""
    return [one for one in every(home) if one["by"]["run"] == watcher]


def is_gone(home: str, run: str) -> bool:
    """Whether there is no such run: it was removed, or never came. One that is being made is not gone."""
    path = os.path.join(home, layout.RUNS, run)
    return not os.path.lexists(path) and locks.held(ledger.path(path)) == probe.NO


# -- who may watch


def check(seen: look.Look, cure: str) -> None:
    """Raise Refused, with that cure, where no message could wake the run: its conversation cannot be gone on with."""
    if not seen.recipe.get("resume"):
        raise Refused(
            f"{seen.id} cannot watch: its recipe {seen.recipe_name!r} has no 'resume', so no message could wake it",
            cure,
        )


def ring(made: "list[schema.Watch]", watcher: str, runs: "list[str]") -> "list[str] | None":
    """The runs that would wait for each other without an end, from the watcher back to it; None where none would.

    `made` are the watches that stand. What has a time, or waits for the end of a turn, ends by itself.
    """
    waits: dict[str, list[str]] = {}
    for one in made:
        if one["due_at"] is None and one["wanted"] != "idle":
            waits.setdefault(one["by"]["run"], []).append(one["run"])
    known: set[str] = set()
    ways = [[watcher, run] for run in runs]
    while ways:
        way = ways.pop()
        if way[-1] == watcher:
            return way
        if way[-1] not in known:
            known.add(way[-1])
            ways += [[*way, run] for run in waits.get(way[-1], ())]
    return None


# -- writing; all of it raises OSError where the disk refuses


def making(home: str) -> "int | None":
    """A descriptor that holds the right to make watches: two that close a ring do not miss each other."""
    os.makedirs(directory(home), 0o700, exist_ok=True)
    return locks.take(os.path.join(directory(home), LOCK), PATIENCE)


def place(home: str, run: str, by: "Watcher", wanted: "WatchFor", due: "float | None" = None) -> "schema.Watch":
    """Seal a watch on the run of that id; `due` is in seconds since the epoch."""
    seconds = NO_DUE if due is None else min(int(due) + (due != int(due)), NO_DUE - 1)
    made: schema.Watch = {
        "schema": SCHEMA,
        "id": f"{ids.unique()}-{wanted}",
        "run": run,
        "by": by,
        "wanted": wanted,
        "at": clock.stamp(),
        "due_at": None if due is None else clock.stamp(seconds),
    }
    data = json_codec.encode(made)
    for left in reversed(range(_TRIES)):
        os.makedirs(directory(home, run), 0o700, exist_ok=True)
        try:
            seal.seal(directory(home, run), name_of(made), data)
            break
        except FileNotFoundError:  # the directory was empty, and was just removed
            if not left:
                raise
    seal.sync_directory(directory(home))
    return made


def name_of(made: "schema.Watch") -> str:
    """The file name of a watch."""
    due = NO_DUE if made["due_at"] is None else int(clock.parse(made["due_at"]))
    return f"{due:010d}.{made['id']}.json"


def lock(home: str, run: str, patience: float = PATIENCE) -> "int | None":
    """A descriptor that holds the right to fire the watches on a run; None where another process keeps it.

    FileNotFoundError where there is no directory of watches on it.
    """
    return locks.take(os.path.join(directory(home, run), LOCK), patience)


def end(home: str, run: str, entry: Entry) -> None:
    """Move a watch to `fired/`: what there was to tell has been told. For the holder of the lock."""
    over = directory(home, FIRED)
    os.makedirs(over, 0o700, exist_ok=True)
    try:
        os.rename(os.path.join(directory(home, run), entry.name), os.path.join(over, entry.name))
    except FileNotFoundError:
        return
    seal.sync_directory(over)
    seal.sync_directory(directory(home, run))


def take_back(home: str, run: str, name: str) -> None:
    """Remove a watch that is wanted no more. For the holder of the lock."""
    try:
        os.unlink(os.path.join(directory(home, run), name))
    except FileNotFoundError:
        return
    seal.sync_directory(directory(home, run))


def remove_empty(home: str, run: str) -> None:
    """Remove the directory of watches on a run where no watch is left in it; for a run that is over.

    A watch that is sealed meanwhile keeps it there. A taker of the lock that goes with it tries again.
    """
    folder = directory(home, run)
    try:
        held = lock(home, run, 0)
    except OSError:
        return
    if held is None:
        return
    try:
        for name in os.listdir(folder):
            path = os.path.join(folder, name)
            if name.startswith(".") and name != LOCK and os.lstat(path).st_mtime < time.time() - HOUR:
                os.unlink(path)  # half written, by a process that was killed
        if os.listdir(folder) == [LOCK]:
            os.unlink(os.path.join(folder, LOCK))
            os.rmdir(folder)
    except OSError:
        pass
    finally:
        os.close(held)


KEPT_SECONDS = 30 * 86400.0
"""Seconds for which a watch that was fired is kept, for a person who asks what became of it."""


def prune(home: str, now: "float | None" = None) -> int:
    """Remove watches that were fired long ago; how many."""
    over, now, done = directory(home, FIRED), time.time() if now is None else now, 0
    try:
        names = os.listdir(over)
    except OSError:
        return 0
    for name in names:
        path = os.path.join(over, name)
        try:
            # a rename changes nothing but this time
            if os.lstat(path).st_ctime < now - KEPT_SECONDS:
                os.unlink(path)
                done += 1
        except OSError:
            continue
    return done
