"""The sessions that agent programs keep on this machine, of runs and others, and the one that a person means."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from workcell.agents import registry
from workcell.agents.session_files import SessionFile
from workcell.base.errors import NotFound, Usage
from workcell.terminal import printable

LEAST = 8
"""Minimum characters of a session's id that a table shows."""

MOST_NAMED = 10
"""Maximum number of sessions that an error names."""


def every(home: str, env: Mapping[str, str], agent: str | None = None) -> list[SessionFile]:
    """All sessions, those that were written to last first; with `agent` only those of that name or alias.

    Directories are read and files asked for their size and time; no file is opened. Of two files with one id the one
    that was written to last counts. NotFound for an agent that is not known.
    """
    agents = [registry.load(agent, home)] if agent is not None else registry.every(home)
    kept: dict[tuple[str, str], SessionFile] = {}
    for one in agents:
        for found in one.sessions.files(env) if one.sessions is not None else ():
            before = kept.get(found[:2])
            if before is None or before.changed < found.changed:
                kept[found[:2]] = found
    return sorted(kept.values(), key=lambda one: one.changed, reverse=True)


def find(home: str, env: Mapping[str, str], word: str) -> SessionFile:
    """The session that `word` means: an id or a unique prefix of one, with `AGENT:` before it or without.

    NotFound when there is none, Usage with their names when several begin so.
    """
    agent, colon, name = word.rpartition(":")
    agent = registry.resolve_alias(agent, home)
    named = [one for one in every(home, env) if (not colon or one.agent == agent) and name and one.id.startswith(name)]
    exact = [one for one in named if one.id == name]
    if len(exact) == 1 or len(named) == 1:
        return (exact or named)[0]
    shown = printable.printable(word)
    if not named:
        raise NotFound(f"no session of an agent is named {shown!r}", "workcell sessions --all")
    raise Usage(
        f"{shown!r} fits {len(named)} sessions",
        "use more of the id",
        details=[f"{one.agent}:{one.id}" for one in named[:MOST_NAMED]],
    )


def short_ids(every_one: Sequence[SessionFile], wanted: Iterable[SessionFile]) -> dict[str, str]:
    """By id: the shortest beginning, of LEAST characters at least, that no other id in `every_one` has."""
    ordered = sorted({one.id for one in every_one})
    at = {name: number for number, name in enumerate(ordered)}
    found = {}
    for one in wanted:
        number = at[one.id]
        near = ordered[max(0, number - 1) : number] + ordered[number + 1 : number + 2]
        same = max([_common(one.id, other) for other in near], default=0)
        found[one.id] = one.id[: max(LEAST, same + 1)]
    return found


def _common(first: str, second: str) -> int:
    """How many characters two texts have in common at their beginnings."""
    return next(
        (at for at, (a, b) in enumerate(zip(first, second, strict=False)) if a != b), min(len(first), len(second))
    )
