"""Text of many lines on a terminal: in the pager of the person, with colours; elsewhere as it is."""

import os
import sys

from workcell.faces.cli import out
from workcell.system import find_program, run_program

_COLOURS = (
    ("diff ", "1"),
    ("index ", "1"),
    ("--- ", "1"),
    ("+" * 3 + " ", "1"),
    ("@@", "36"),
    ("+", "32"),
    ("-", "31"),
)


def coloured(text: str) -> str:
    """A difference with the colours of git, where colour is wanted; it was made safe before."""
    if not out.coloured():
        return text
    return "".join(f"{_painted(line)}\n" for line in text.splitlines())


def _painted(line: str) -> str:
    code = next((code for begin, code in _COLOURS if line.startswith(begin)), None)
    return line if code is None or not line else f"\x1b[{code}m{line}\x1b[m"


def show(text: str) -> None:
    """Print the text; on a terminal in $GIT_PAGER, $PAGER or less. A pager that is `cat` or empty is none."""
    program = _program()
    if program is None or not sys.stdout.isatty() or os.environ.get("TERM") == "dumb":
        print(text, end="")
        return
    sys.stdout.flush()
    env = {"LESS": "FRX", "LV": "-c", **os.environ}
    data = text.encode("utf-8", "replace")
    if not run_program.page(["/bin/sh", "-c", program], data, env):
        print(text, end="")


def _program() -> str | None:
    """The command of the pager; it is the person's, by the environment, and never one of a repository."""
    for name in ("GIT_PAGER", "PAGER"):
        given = os.environ.get(name)
        if given is not None:
            return None if given.strip() in ("", "cat") else given
    return find_program.find("less")
