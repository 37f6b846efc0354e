"""Which run has a session, by what its attempts say of the conversations of their agents, and its title there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from workcell.agents.session_files import SessionFile
from workcell.cleaning import run_cleaner
from workcell.evidence import capture_state
from workcell.rundir import find, layout, look, outcomes

if TYPE_CHECKING:
    from workcell.rundir import schema
    from workcell.sessions.outline import Outline

LATER = 60.0
"""Seconds after the end of a run in which its agent may still have written."""

_NEVER = float("inf")


@dataclass(frozen=True)
class Owner:
    """The attempt in which a session was had last."""

    run: str
    """Id."""
    attempt: int


class Owners:
    """Knows of each session the run that had it last; the attempts of a run are read when they can matter first."""

    def __init__(self, home: str) -> None:
        ends = outcomes.every(home)
        self._home = home
        # those that may still write, then those that ended last
        self._unread = sorted(find.ids_of(home), key=lambda run: ends[run].at if run in ends else _NEVER)
        self._ends = ends
        self._found: dict[tuple[str, str], Owner] = {}

    def of(self, file: SessionFile) -> Owner | None:
        """The attempt that had the session last; None for a foreign one.

        A run that ended before the file was written to last does not have it.
        """
        while self._unread and self._end(self._unread[-1]) + LATER >= file.changed:
            name = self._unread.pop()
            run = find.path_of(self._home, name)
            for n in range(layout.current(run) or 0, 0, -1):
                for session in _sessions(run, n):
                    known = self._found.get(session)
                    if known is None or known.run < name:
                        self._found[session] = Owner(name, n)
        return self._found.get((file.agent, file.id))

    def _end(self, run: str) -> float:
        return self._ends[run].at if run in self._ends else _NEVER


def title(home: str, owner: Owner | None, found: Outline) -> str | None:
    """The title of a session. In one that a run began workcell asked first, so it is the objective of the run, masked.

    A name that a person gave goes before it. A session that a run adopted, as a foreign one, has its own.
    """
    if owner is None or found.about.named:
        return found.title
    run = find.path_of(home, owner.run)
    first, last = (_attempt(layout.attempt(run, n)) for n in (1, owner.attempt))
    if last is None or (first is not None and first.get("adopted")):
        return found.title
    objective = last.get("objective")
    return run_cleaner.of_run(run).line(str(objective)) if objective else find.name_of(run) or found.title


def title_of(home: str, file: SessionFile, found: Outline) -> str | None:
    """The title of one session, as `sessions` has it."""
    return title(home, Owners(home).of(file), found)


def _attempt(directory: str) -> schema.Attempt | None:
    found: schema.Attempt | None = look.read_record(directory, layout.ATTEMPT, [], required=False)
    return found


def _sessions(run: str, n: int) -> list[tuple[str, str]]:
    """The agent and the id of each session that an attempt had, as far as was captured."""
    directory = layout.attempt(run, n)
    attempt = _attempt(directory)
    if attempt is None or attempt.get("reader") in (None, "none"):
        return []
    agent, state = str(attempt["reader"]), capture_state.stored(directory)
    told: list[object] = [attempt.get("agent_session")]
    if state is not None:
        sources = state["sources"]
        every_source = [sources["hook"], sources.get("stream"), sources.get("transcript")]
        told += [
            *state.get("earlier", []),
            state["session"],
            *(one["session"]["id"] for one in every_source if one is not None),
        ]
    return [(agent, name) for name in dict.fromkeys(told) if isinstance(name, str) and name]
