"""The dialog that the terminal of a live run shows now, and what its agent asks permission for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workcell.agents import registry, screens
from workcell.evidence import capture_state
from workcell.evidence import screen as terminal
from workcell.judgement import screen
from workcell.rundir import layout, look, phase

if TYPE_CHECKING:
    from collections.abc import Iterable

    from workcell.rundir import schema


def up(seen: look.Look) -> screen.Screen | None:
    """The dialog that is up; None for a run that has no terminal, or shows something else."""
    if seen.phase != phase.RUNNING or seen.io != "terminal":
        return None
    columns, rows = terminal.size(seen.agent_pid, seen.attempt, seen.directory)
    agent = registry.find_or_generic(seen.reader, layout.home_of(seen.run))
    shown = screens.read(agent, terminal.draw(seen.directory, columns, rows).lines())
    return shown if shown["kind"] == "dialog" else None


def asked(seen: look.Look) -> str | None:
    """For what permission is asked, as far as the records were captured: the tool and its words in one line."""
    state = capture_state.stored(seen.directory) if seen.directory else None
    return asks([source["session"] for _, source in capture_state.sources(state)])


def asks(sessions: Iterable[schema.Session]) -> str | None:
    """The tool and its words of the request that is open, or of the one call that is.

    A record that names the tool knows more than a notice that permission is needed. Of several open calls without a
    request none is told: which of them waits is not known.
    """
    every = list(sessions)
    requests = [one["approval"] for one in every if one["approval"] and not one["approval"].get("question")]
    named = [one["text"] for one in requests if one.get("tool")]
    calls = [list(one["open"].values()) for one in every]
    alone = [one[0]["text"] for one in calls if len(one) == 1 and not one[0]["question"]]
    for texts in (named, alone, [one["text"] for one in requests]):
        if found := max(texts, key=len, default=""):
            return " ".join(found.split())
    return None
