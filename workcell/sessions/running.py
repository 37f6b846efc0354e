"""The processes that run agent programs on this machine, the sessions that they have open, and the panes they are in.

Processes of other users cannot be asked and are left out. Nothing is sent to any process.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import psutil

from workcell.agents import registry
from workcell.agents.protocol import Agent
from workcell.agents.session_files import NONE, Process
from workcell.base import clock, platform
from workcell.base.errors import Unreachable
from workcell.system import attempt_pids, tmux, users_tmux


@dataclass(frozen=True)
class Running:
    """One process of an agent program."""

    agent: str
    pid: int
    session: str | None
    """The id of the session that it has open; null where that is not known."""
    directory: str | None
    """Where it works."""
    since: str | None
    """When it was started."""
    terminal: str | None
    """Its terminal, e.g. `/dev/pts/3`; null where it has none."""
    pane: str | None
    """The pane of a tmux in which it is, e.g. `work:2.0`; null where it is in none that could be asked."""
    run: str | None
    """The id of the run that it belongs to, by its environment."""


def every(home: str, env: Mapping[str, str]) -> list[Running]:
    """All processes of this user that run a program of a known agent, by pid."""
    programs = {
        name: agent for agent in registry.every(home) if agent.sessions is not None for name in agent.sessions.PROGRAMS
    }
    found = []
    panes = _Panes(home, env)
    for process, name in _named(programs):
        try:
            agent = programs[name]
            if process.uids().real != os.getuid():
                continue
            one = _running(agent, process, env, panes)
            found += [one] if one.session != NONE else []
        except (psutil.Error, OSError):
            continue
    return sorted(found, key=lambda one: one.pid)


def _named(programs: Mapping[str, Agent]) -> Iterator[tuple[psutil.Process, str]]:
    """The processes of these names. Linux is asked for the names alone first: that takes a tenth of the time."""
    if not platform.LINUX:
        yield from ((one, one.info["name"]) for one in psutil.process_iter(["name"]) if one.info["name"] in programs)
        return
    for entry in os.listdir("/proc"):
        if not entry.isdigit():
            continue
        try:
            with open(f"/proc/{entry}/comm", "rb") as file:
                name = os.fsdecode(file.read().rstrip(b"\n"))
            if name in programs:
                yield psutil.Process(int(entry)), name
        except (OSError, psutil.Error):
            continue  # it has ended


def _running(agent: Agent, process: psutil.Process, env: Mapping[str, str], panes: _Panes) -> Running:
    named, terminal = process.environ(), _terminal(process)
    told = Process(
        process.pid, platform.start_ticks(process.pid), process.cmdline(), named or env, lambda: _files(process)
    )
    mark = named.get(attempt_pids.MARK)
    return Running(
        agent=agent.name,
        pid=process.pid,
        session=agent.sessions.session_of(told) if agent.sessions is not None else None,
        directory=_directory(process),
        since=clock.stamp(process.create_time()),
        terminal=terminal,
        pane=panes.of(terminal),
        run=mark.rpartition("/")[0] if mark else None,
    )


_FIRST_PTY, _LAST_PTY = 136, 143
"""Major numbers of pseudo-terminals on Linux."""


def _terminal(process: psutil.Process) -> str | None:
    """Its terminal. psutil asks once a process which ones there are, and knows none that was opened since."""
    fields = platform.stat_fields(process.pid) if platform.LINUX else None
    device = int(fields[4]) if fields else 0
    if _FIRST_PTY <= os.major(device) <= _LAST_PTY:
        return f"/dev/pts/{(os.major(device) - _FIRST_PTY) * 256 + os.minor(device)}"
    return process.terminal() if device or not platform.LINUX else None


def _files(process: psutil.Process) -> Sequence[str]:
    try:
        return [file.path for file in process.open_files()]
    except (psutil.Error, OSError):
        return []


def _directory(process: psutil.Process) -> str | None:
    try:
        return process.cwd() or None
    except (psutil.Error, OSError):
        return None


class _Panes:
    """The panes of the person's own tmux and of that of the home; they are asked for at the first terminal."""

    def __init__(self, home: str, env: Mapping[str, str]) -> None:
        self._home, self._env = home, env
        self._known: dict[str, str] | None = None

    def of(self, terminal: str | None) -> str | None:
        """The pane that this terminal is; None where it is none."""
        if terminal is None:
            return None
        if self._known is None:
            self._known = {
                path: pane for socket in _sockets(self._home, self._env) for path, pane in _of_server(socket)
            }
        return self._known.get(terminal)


def _sockets(home: str, env: Mapping[str, str]) -> list[str]:
    places = [tmux.server_of(home).socket, users_tmux.socket_of(env)]
    return [socket for socket in dict.fromkeys(places) if os.path.exists(socket)]


def _of_server(socket: str) -> Iterator[tuple[str, str]]:
    form = "#{pane_tty}\t#{session_name}:#{window_index}.#{pane_index}"
    try:
        ran = tmux.bounded(socket, ["tmux", "-u", "-S", socket, "list-panes", "-a", "-F", form], tmux.TIMEOUT)
    except Unreachable:
        return
    for line in ran.text().splitlines() if ran.ok else ():
        terminal, _, pane = line.partition("\t")
        if pane:
            yield terminal, pane
