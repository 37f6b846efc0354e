"""The TCP ports that a run gets: claimed for an attempt that is opened, or only looked at for a preview."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from workcell.rundir import find, look, port_lease

if TYPE_CHECKING:
    from workcell.rundir import schema


def claim(home: str, run_id: str, names: Sequence[str], before: Mapping[str, int]) -> port_lease.Claimed:
    """A free port for each name, that of `before` where it can be had. Raises what `port_lease.claim` raises."""
    return port_lease.claim(home, run_id, names, before, lambda named, port: _is_open(home, named, port))


def preview(home: str, run_id: str, names: Sequence[str], before: Mapping[str, int]) -> dict[str, int]:
    """The ports that `claim` would give now; nothing is written. A name for which none is free is left out."""
    found: dict[str, int] = {}
    for name in names:
        for port in (*([before[name]] if name in before else []), *port_lease.candidates(run_id)):
            named = port_lease.holder(home, port)
            if port not in found.values() and _is_open(home, None if named == run_id else named, port):
                found[name] = port
                break
    return found


def of(attempt: schema.Attempt) -> dict[str, int]:
    """The ports of an attempt by name; empty for one of an older program."""
    return dict(attempt.get("ports", {}))


def moved(before: Mapping[str, int], now: Mapping[str, int]) -> dict[str, int]:
    """The numbers of `before` that the same names do not have any more."""
    return {name: port for name, port in before.items() if now.get(name, port) != port}


def told(now: Mapping[str, int], before: Mapping[str, int]) -> list[str]:
    """What an agent is told of its ports, a line each: `$WEB is 20017`."""
    was = {name: f" (it was {port} in the attempt before)" for name, port in before.items()}
    return [f"${name} is {port}" + was.get(name, "") for name, port in now.items()]


def _is_open(home: str, named: str | None, port: int) -> bool:
    """Whether no other live run has the port, and no program listens there. A run that cannot be asked has it."""
    try:
        from workcell.system import loopback

        return (named is None or not _has(home, named, port)) and loopback.is_free(port)
    except OSError:
        return False


def _has(home: str, run: str, port: int) -> bool:
    if not find.is_live(home, run):
        return False
    attempt = look.at(find.path_of(home, run)).attempt
    return attempt is None or port in of(attempt).values()
