"""What a terminal shows: words, colours and errors, with nothing in them that could steer it."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

from workcell.base import clock, json_codec
from workcell.base.counts import count as count
from workcell.faces.cli import table, wrap
from workcell.terminal import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

safe = printable.printable
wrapped, hanging, ROOM = wrap.wrapped, wrap.hanging, wrap.ROOM

_STATES = {
    "passed": ("✓", "32"),
    "failed": ("✗", "31"),
    "tampered": ("✗", "31"),
    "corrupt": ("✗", "31"),
    "unverified": ("?", "33"),
    "unknown": ("?", "33"),
    "stopped": ("■", "90"),
    "abandoned": ("■", "31"),
    "running": ("●", "36"),
    "working": ("●", "36"),
    "starting": ("○", "36"),
    "finishing": ("◐", "36"),
    "scheduled": ("◷", "33"),
    "limited": ("◷", "33"),
    "retrying": ("◷", "33"),
    "idle": ("◌", "33"),
    "waiting": ("◌", "36"),
    "question": ("!", "35"),
    "approval": ("!", "35"),
    "interrupted": ("!", "33"),
    "orphaned": ("!", "33"),
    "lost": ("!", "33"),
    "created": ("○", "90"),
    "blocked": ("!", "35"),
    "skipped": ("·", "90"),
    "gone": ("·", "90"),
}


def coloured(stream: Any = None) -> bool:
    """Whether colour is wanted: a terminal, NO_COLOR unset, TERM not dumb."""
    stream = stream or sys.stdout
    return bool(stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb")


def paint(words: str, code: str, stream: Any = None) -> str:
    return f"\x1b[{code}m{words}\x1b[0m" if coloured(stream) else words


def state(word: str) -> tuple[str, str]:
    """(glyph and word, colour code) of a state."""
    glyph, code = _STATES.get(word, ("·", "0"))
    return f"{glyph} {word}", code


def columns(stream: Any = None) -> int:
    """The width to fit; what goes to pipes and files is not cut."""
    stream = stream or sys.stdout
    if not stream.isatty():
        return 10_000
    try:
        return os.get_terminal_size(stream.fileno()).columns or 80
    except OSError:
        return 80


def when(stamp: str) -> str:
    """A time for people, in the zone of this machine, e.g. `14:05 CET`; with the date where it is not today."""
    try:
        return clock.local(clock.parse(stamp))
    except ValueError:
        return safe(stamp)


WAITS = {
    "due": "waits",
    "hold": "is held",
    "account": "account held",
    "watchdog": "no watchdog",
    "approval": "for a yes or no",
    "message": "for a message",
    "turns": "its check waits",
}
"""What a run waits for, in a few words."""


NEEDS = {"settle": "bring it to its end"}
"""Words for what a run needs, where the word of the document is none that a person uses."""

GOES_ON = {"artifacts": "goes on in a new conversation", "native": "goes on in its conversation"}
"""How the next attempt begins."""


def say(words: str) -> None:
    """A message or progress, which is safe and may have colours: standard error, in lines that fit it."""
    print("\n".join(_fitting(words, columns(sys.stderr))), file=sys.stderr, flush=True)


def line(words: str) -> None:
    """Print a text that is safe and may have colours, in lines that fit the terminal."""
    print("\n".join(_fitting(words, columns())))


def _fitting(words: str, width: int) -> list[str]:
    """Each line of the text in lines of at most `width` columns, those below indented as it is."""
    found = []
    for one in words.split("\n"):
        text = one.lstrip(" ")
        found += wrap.filled(one[: len(one) - len(text)], text, width)
    return found


def body(text: str) -> str:
    """A text of several lines without anything that could steer a terminal."""
    shown = printable.printable_lines(text)
    return shown if not shown or shown.endswith("\n") else shown + "\n"


def encoded(data: Mapping[str, object], *, one_line: bool = False) -> bytes:
    """A record as JSON for standard output: characters that could steer a terminal are escaped as \\uXXXX."""
    made = json_codec.encode_line(data) if one_line else json_codec.encode(data)
    return printable.json_escaped(made.decode()).encode()


def error(code: str, exit_code: int, message: str, hint: str | None, details: list[str], as_json: bool) -> None:
    """One error: what, where and the cure; on standard output as a document where one was asked for."""
    if as_json:
        data = {"schema": "workcell.error/1", "code": code, "exit": exit_code, "error": message, "hint": hint}
        sys.stdout.buffer.write(encoded({**data, "details": details}))
        try:
            sys.stdout.buffer.flush()
        except OSError:
            pass  # it was standard output that failed; the exit code says so
        return
    say(paint("workcell:", "31;1", sys.stderr) + " " + safe(message))
    for line in details:
        if line not in message:
            say("  " + safe(line))
    if hint:
        say(paint("hint:", "1", sys.stderr) + " " + safe(hint))


def overview() -> str:
    """The text of `workcell --help`."""
    width = columns()
    lines = ["Usage: workcell VERB [OPTIONS]", ""]
    for words in (
        "Runs one objective, in one repository, in one durable directory.",
        "'workcell' alone lists the runs. 'workcell VERB --help' explains a verb.",
        "RUN is an id, a name, a unique prefix of an id, a path, or - for the newest run.",
    ):
        lines += wrapped(words, width)
    for heading in dict.fromkeys(entry[2] for entry in table.VERBS.values()):
        lines += ["", f"{heading}:"]
        for verb, entry in table.VERBS.items():
            if entry[2] == heading:
                lines += hanging(f"  {verb:<10} ", entry[1], width)
    return "\n".join([*lines, ""])
