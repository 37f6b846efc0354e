"""What can be typed next, a line for each command, for a person at a terminal."""

import sys
from collections.abc import Sequence

from workcell.faces.cli import out
from workcell.rundir import phase
from workcell.terminal import printable


def say(commands: Sequence[tuple[str, str]]) -> None:
    """Print commands, each with what it does, on standard error. None is broken, so that it can be pasted."""
    width = out.columns(sys.stderr)
    most = max(printable.width(command) for command, _ in commands)
    for command, words in commands:
        first = f"  {command:<{most}}  "
        if width - printable.width(first) >= printable.width(words):
            out.say(first + words)
        else:
            out.say("\n".join([f"  {command}", *("      " + line for line in out.wrapped(words, width - 6))]))


def of_run(name: str, identifier: str, state: str) -> None:
    """Print how a run stands that was just made or started, and what its name is good for; `state` is its phase."""
    if state == phase.CREATED:
        out.say(f"{out.safe(name)} is not started")
        say([(f"workcell resume {identifier}", "starts it")])
        return
    out.say(f"{out.safe(name)} is {state}")
    more = "says how it stands; wait, stop and logs -f take the same name"
    say([(f"workcell attach {identifier}", "opens its window"), (f"workcell status {identifier}", more)])


def at_a_terminal() -> bool:
    """Whether a person reads this: both streams lead to a terminal."""
    return sys.stdout.isatty() and sys.stderr.isatty()
