"""Checks after turns: `checks/<run>/<id>.json` of the home says who is to be told how the check of that run ends.

Invariants:
- A request is sealed before its message is sent. What answers it holds `attend/<run>.checking`, and writes the answer
  into it before it tells anybody: killed afterwards, the next holder tells the same, and nothing is run again.
- Who is told gets a message with the id of the request, which is on disk before the request is moved to `done/`.
- It lies in the home, outside of the directory that the agent is given.
"""

import os
import time

from workcell.base import clock, ids, json_codec
from workcell.rundir import inbox, layout, safe_open, seal, shapes, vocabulary

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Final

    from workcell.rundir.schema.inbox import Message, TurnAnswer, TurnCheck

SCHEMA: "Final" = "workcell.file.turn-check/1"
DONE = "done"
LARGEST = 1 << 20
HOUR = 3600.0
_TRIES = 5

_ANSWER = shapes.record(
    {
        "at": shapes.text,
        "attempt": shapes.whole,
        "outcome": lambda word: word in vocabulary.TURN_CHECKS,
        "why": shapes.text,
        "tail": shapes.text,
        "tree": shapes.text,
        "turn": shapes.flag,
        "at_end": shapes.flag,
    },
    {
        "how": shapes.maybe(shapes.text),
        "code": shapes.maybe(shapes.whole),
        "signal": shapes.maybe(shapes.whole),
        "seconds": shapes.maybe(shapes.number),
        "sha256": shapes.maybe(shapes.text),
        "error": shapes.maybe(shapes.text),
    },
)
_REQUEST = shapes.record(
    {
        "message": shapes.name,
        "by": shapes.text,
        "at": shapes.text,
        "attempt": shapes.whole,
        "answer": shapes.maybe(_ANSWER),
    }
)


def directory(home: str, run: str = "") -> str:
    """Where the requests about the run of that id lie; without one, all of them."""
    return os.path.join(home, layout.CHECKS, run)


def there(home: str) -> bool:
    """Whether a check was ever asked for in the home."""
    return os.path.isdir(directory(home))


def asked(home: str) -> "list[str]":
    """Ids of the runs of which a check is asked for, sorted."""
    try:
        names = os.listdir(directory(home))
    except (FileNotFoundError, NotADirectoryError):
        return []
    return sorted(name for name in names if name != DONE and ids.plain(name))


def on(home: str, run: str) -> "list[str]":
    """The ids of the open requests about the run of that id, oldest first."""
    return _names(directory(home, run)) if ids.plain(run) else []


def _names(folder: str) -> "list[str]":
    try:
        names = os.listdir(folder)
    except (FileNotFoundError, NotADirectoryError):
        return []
    return sorted(name[: -len(".json")] for name in names if name.endswith(".json") and name[0] != ".")


def open_requests(home: str, run: str) -> "list[TurnCheck]":
    """The open requests about the run that can be read, oldest first."""
    found = [_read(directory(home, run), run, key) for key in on(home, run)]
    return [one for one in found if one is not None]


def done(home: str, run: str, key: str) -> "TurnCheck | None":
    """The answered request of that id about the run; None where there is none."""
    return _read(_done(home, run), run, key) if ids.plain(run) and ids.plain(key) else None


def every_done(home: str, run: str) -> "list[TurnCheck]":
    """The answered requests about the run, oldest first."""
    folder = _done(home, run)
    found = [_read(folder, run, key) for key in _names(folder)]
    return [one for one in found if one is not None]


def waits(home: str, run: str, letters: "Callable[[], list[Message]]") -> bool:
    """Whether the run is still to be told of a check that it asked another run for.

    `letters` lists the messages that wait for it: one whose request is in `done/` is such a word. They are listed last,
    since a request is moved there after its message was delivered.
    """
    for other in asked(home):
        if other != run and any(inbox.run_of(one["by"]) == run for one in open_requests(home, other)):
            return True
    for message in letters():
        made = done(home, inbox.checked_run(message) or "", str(message.get("id")))
        if made is not None and inbox.run_of(made["by"]) == run:
            return True
    return False


def _read(folder: str, run: str, key: str) -> "TurnCheck | None":
    try:
        found: Any = json_codec.decode(safe_open.read(os.path.join(folder, f"{key}.json"), LARGEST) or b"")
    except (OSError, ValueError):
        return None
    known = json_codec.major(found, "turn-check") == 1 and (found.get("run"), found.get("id")) == (run, key)
    return found if known and _REQUEST(found) else None


# -- writing; all of it raises OSError where the disk refuses


def place(home: str, run: str, attempt: int, message: str, by: str) -> "TurnCheck":
    """Seal a request about the run of that id, with the message of that file name that is sent next."""
    made: TurnCheck = {
        "schema": SCHEMA,
        "id": ids.unique(),
        "run": run,
        "attempt": attempt,
        "message": message,
        "by": by,
        "at": clock.stamp(),
        "answer": None,
    }
    for left in reversed(range(_TRIES)):
        os.makedirs(directory(home, run), 0o700, exist_ok=True)
        try:
            seal.seal(directory(home, run), f"{made['id']}.json", json_codec.encode({**made}))
            break
        except FileNotFoundError:  # the directory was empty, and was just removed
            if not left:
                raise
    seal.sync_directory(directory(home))
    return made


def take_back(home: str, made: "TurnCheck") -> None:
    """Remove a request whose message was not sent."""
    try:
        os.unlink(os.path.join(directory(home, made["run"]), f"{made['id']}.json"))
    except FileNotFoundError:
        pass
    _remove_empty(home, made["run"])


def answer(home: str, made: "TurnCheck", found: "TurnAnswer") -> "TurnCheck":
    """Write the answer into a request; the request with it. For the holder of the lock."""
    whole: TurnCheck = {**made, "answer": found}
    seal.replace(directory(home, made["run"]), f"{made['id']}.json", json_codec.encode({**whole}))
    return whole


def end(home: str, made: "TurnCheck") -> None:
    """Move a request to `done/`: who asked has been told. For the holder of the lock."""
    over, folder, name = _done(home, made["run"]), directory(home, made["run"]), f"{made['id']}.json"
    os.makedirs(over, 0o700, exist_ok=True)
    try:
        os.rename(os.path.join(folder, name), os.path.join(over, name))
    except FileNotFoundError:
        return
    seal.sync_directory(over)
    seal.sync_directory(folder)
    _remove_empty(home, made["run"])


def _remove_empty(home: str, run: str) -> None:
    try:
        os.rmdir(directory(home, run))
    except OSError:
        pass  # a request is left, or just came


def tidy(home: str, run: str) -> None:
    """Remove what killed writers left half written about the run, and the directory where nothing is left in it."""
    folder = directory(home, run)
    try:
        for name in os.listdir(folder):
            path = os.path.join(folder, name)
            if name.startswith(".") and os.lstat(path).st_mtime < time.time() - HOUR:
                os.unlink(path)
    except OSError:
        return
    _remove_empty(home, run)


def remove(run: str) -> None:
    """Remove the answered requests about a run that is gone; open ones are told by a tick."""
    home, name = layout.home_of(run), os.path.basename(run)
    for key in _names(_done(home, name)):
        os.unlink(os.path.join(_done(home, name), f"{key}.json"))
    try:
        os.rmdir(_done(home, name))
    except OSError:
        pass


def _done(home: str, run: str) -> str:
    return os.path.join(home, layout.CHECKS, DONE, run)
