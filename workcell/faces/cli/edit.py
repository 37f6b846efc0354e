"""Letting a person change a text in the editor of their choice before it is used."""

import os
import shlex
import shutil
import sys
import tempfile
from dataclasses import dataclass

from workcell.base.errors import Refused, Unreachable, Usage
from workcell.faces.cli import out

FALLBACK = "vi"
"""The editor where the environment names none, as for git and crontab."""


@dataclass(frozen=True)
class Purpose:
    """What a text is edited for, in the words of the verb that uses it."""

    verb: str
    file: str
    """The name of the copy that is edited."""
    nothing: str
    """What does not happen where there is no text to use: `nothing is launched`."""
    emptied: str
    """The hint for a text without a word."""
    instead: str
    """The cure without a terminal."""
    unchanged: str | None = None
    """The hint for a text that was not changed; None where that is no error."""
    go_on: str | None = None
    """The command that takes the kept text as a file, before its path; None where there is none."""


LAUNCH = Purpose(
    verb="--edit",
    file="brief.md",
    nothing="nothing is launched",
    emptied="save a text to launch it",
    instead="write the text to a file, or give it on standard input: launch -",
    unchanged="leave out --edit to launch it as it is",
    go_on="workcell launch",
)


class Kept:
    """A text that was edited; its file goes once the text is used, and stays where that fails."""

    def __init__(self, text: str, path: str, go_on: str | None) -> None:
        self.text = text
        self._path = path
        self._go_on = go_on

    def __enter__(self) -> "Kept":
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            _tell_kept(self._path, self._go_on)
        else:
            shutil.rmtree(os.path.dirname(self._path), ignore_errors=True)


def text(before: str, purpose: Purpose = LAUNCH) -> Kept:
    """What a person makes of `before` in $VISUAL, $EDITOR or vi.

    Raises Usage without a terminal, Unreachable where the editor ends with another code than 0, and Refused for a text
    that was emptied or, where the purpose says so, not changed. Nothing is left behind then, but a text that was saved
    before the editor failed.
    """
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise Usage(f"{purpose.verb} needs a terminal", purpose.instead)
    folder = tempfile.mkdtemp(prefix="workcell-edit-")
    path = os.path.join(folder, purpose.file)
    try:
        after = _edited(before, path, purpose)
    except BaseException:
        if _written(path, before):
            _tell_kept(path, purpose.go_on)
        else:
            shutil.rmtree(folder, ignore_errors=True)
        raise
    return Kept(after, path, purpose.go_on)


def _written(path: str, before: str) -> bool:
    """Whether the file has a text of the person's own."""
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            now = file.read()
    except OSError:
        return False
    return bool(now.strip()) and now != before


def _tell_kept(path: str, go_on: str | None) -> None:
    words = f"; mend it, then: {go_on} {shlex.quote(path)}" if go_on else ""
    out.say(f"workcell: your text is kept: {path}{words}")


def _edited(before: str, path: str, purpose: Purpose) -> str:
    with open(path, "x", encoding="utf-8", errors="surrogateescape") as file:
        file.write(before)
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR") or FALLBACK
    # a value like `code --wait` is a command line, which git, too, gives to a shell
    code = os.spawnvp(os.P_WAIT, "sh", ["sh", "-c", f'{editor} "$1"', "sh", path])
    if code != 0:
        raise Unreachable(f"the editor ended with code {code}: {editor}", f"{purpose.nothing}; check $EDITOR")
    with open(path, encoding="utf-8", errors="surrogateescape") as file:
        after = file.read()
    if not after.strip():
        raise Refused(f"the text was emptied: {purpose.nothing}", purpose.emptied)
    if after == before and purpose.unchanged is not None:
        raise Refused(f"the text was not changed: {purpose.nothing}", purpose.unchanged)
    return after
