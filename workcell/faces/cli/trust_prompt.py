"""Showing what a repository brings, and asking a person on a terminal whether to trust it."""

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from workcell.faces.cli import call, out
from workcell.rundir import layout
from workcell.texts import project_rules
from workcell.trust import trust

if TYPE_CHECKING:
    from workcell.trust import requests

Answer = TypeVar("Answer")


def show(found: "requests.Shown") -> None:
    """Print on standard error what no person has trusted: name, sha256 or value, and the first lines of each file."""
    from workcell.trust import requests

    out.say(f"{out.safe(found.top)} brings what runs or steers, and no one has trusted it yet:")
    for one in found.unknown:
        if isinstance(one, requests.File):
            name, first = f"{one.path} (sha256 {one.sha256})", one.first
        else:
            name, first = f"{project_rules.FILE} {one.key}: {trust.words_of(one.key, one.value)}", []
        out.say("  " + out.paint(out.safe(f"{one.state}: {name}"), "33", sys.stderr))
        for text in first:
            out.say("    | " + out.safe(text))


def ask(found: "requests.Shown") -> bool:
    """Show it and ask; whether the answer is yes. Only for a terminal."""
    show(found)
    print("Trust this content? [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def on_terminal() -> bool:
    """Whether a person can be asked."""
    return sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()


def asking(act: Callable[[], Answer], *, quiet: bool) -> Answer:
    """What `act` gives; where it is refused for want of trust, a person on a terminal is asked, and it is tried again.

    What was accepted is recorded with the contents that were shown: a file that changes meanwhile is asked for anew.
    """
    while True:
        try:
            return act()
        except trust.Untrusted as error:
            if quiet or not on_terminal():
                raise
            # an agent that makes a terminal for itself is no person
            call.admit("trust add", {})
            from workcell.trust import requests

            if not ask(requests.shown(error.found)):
                raise
            trust.accept(layout.home(), error.found)
