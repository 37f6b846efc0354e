"""The index of suggestions: `suggestions/<run>.<id>` of the home names the messages that wait for a person.

The message is in `inbox/suggested/` of the run, and only that counts; the index saves lists from opening the inbox of
every run. An entry is made before its message is, so that no message is without one; one without its message counts for
nothing. It is empty until a person was told of the message, or needs no word of it.
"""

import os
import stat

from workcell.rundir import inbox, layout, maildir, seal

TOLD = b"told\n"


class Suggestion:
    """A message that waits for a person."""

    __slots__ = ("by", "id", "text")

    def __init__(self, key: str, by: str, text: str) -> None:
        self.id = key
        self.by = by
        """As in the message: `person`, or `run:<run>/<attempt>`."""
        self.text = text


def add(home: str, run: str, key: str) -> None:
    """Enter the message of that id, on disk, before it is put into the inbox of the run. OSError on a full disk."""
    folder = os.path.join(home, layout.SUGGESTIONS)
    os.makedirs(folder, 0o700, exist_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
    os.close(os.open(os.path.join(folder, f"{run}.{key}"), flags, 0o600))
    seal.sync_directory(folder)


def mark_told(home: str, run: str, key: str) -> None:
    """Say that a person was told of it. OSError on a full disk."""
    seal.replace(os.path.join(home, layout.SUGGESTIONS), f"{run}.{key}", TOLD)


def drop(home: str, run: str, key: str) -> None:
    """Take out the entry of a message that waits no more."""
    try:
        os.unlink(os.path.join(home, layout.SUGGESTIONS, f"{run}.{key}"))
    except FileNotFoundError:
        pass


def every(home: str, *, untold: bool = False) -> "dict[str, list[str]]":
    """The ids of the messages that wait for a person, by run, oldest first; with `untold` only those of which no person
    was told."""
    folder = os.path.join(home, layout.SUGGESTIONS)
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return {}
    found: dict[str, list[str]] = {}
    for name in names:
        run, _, key = name.partition(".")
        box = os.path.join(home, layout.RUNS, run, layout.INBOX)
        if not run or not key or (untold and _size(os.path.join(folder, name))):
            continue
        if maildir.exists(box, f"{key}.json", layout.SUGGESTED):
            found.setdefault(run, []).append(key)
    return found


def _size(path: str) -> int:
    try:
        facts = os.lstat(path)
    except OSError:
        return 0
    return facts.st_size if stat.S_ISREG(facts.st_mode) else 0


def read(home: str, run: str, keys: "list[str]") -> "list[Suggestion]":
    """Those of the messages that wait for a person and can be read."""
    directory = os.path.join(home, layout.RUNS, run)
    waiting = dict(inbox.in_state(directory, inbox.SUGGESTED))
    found = []
    for key in keys:
        message = waiting.get(f"{key}.json")
        if message is not None:
            found.append(Suggestion(key, str(message.get("by") or "person"), str(message.get("text") or "")))
    return found


def remove(run: str) -> None:
    """Remove what the index says of the run whose directory `run` is gone."""
    folder = os.path.join(layout.home_of(run), layout.SUGGESTIONS)
    try:
        names = os.listdir(folder)
    except OSError:
        return
    for name in names:
        if name.startswith(f"{os.path.basename(run)}."):
            os.unlink(os.path.join(folder, name))
