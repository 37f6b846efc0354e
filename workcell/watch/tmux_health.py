"""The one question that a tick asks of tmux, and the identity of the server that answered last."""

from __future__ import annotations

import os

from workcell.base import platform, probe
from workcell.base.errors import WorkcellError
from workcell.system import run_program

TYPE_CHECKING = False
if TYPE_CHECKING:
    from workcell.rundir import schema

TIMEOUT = 2.0
FORMAT = "#{pid} #{session_attached} #{session_name}"
MISSING, SILENT = "socket-missing", "tmux-unresponsive"


class Answer:
    """The answer of tmux. `trouble` is MISSING, SILENT or None."""

    def __init__(self, trouble: str | None, words: str = "", sessions: dict[str, bool] | None = None) -> None:
        self.trouble, self.words = trouble, words
        self.sessions = sessions
        """Our sessions, and whether a person is attached to each; None where tmux could not be asked."""

    def attended(self, session: str) -> str:
        """Whether a person is at that window, as `base.probe` says it."""
        return probe.answer(None if self.sessions is None else self.sessions.get(session, False))


def look(home: str, memory: schema.SeenTmux) -> Answer:
    """Ask the home's server once, if there ever was one; `memory` keeps who it is, and how it is asked.

    A socket that is gone is not asked: whether its server lives is known from its identity alone.
    """
    if "ask" not in memory:
        try:
            from workcell.system import tmux  # only for the first tick of a home: its answer is remembered

            server = tmux.server_of(home)
        except OSError as error:
            return Answer(None, str(error))
        memory["socket"], memory["ask"] = server.socket, server.command("list-sessions", "-F", FORMAT)
    known = memory.get("server")
    if not os.path.exists(memory["socket"]):
        if known and platform.alive(known) == probe.YES:
            return Answer(MISSING, f"{memory['socket']} is gone, and the server (pid {known['pid']}) is alive")
        memory.pop("server", None)
        return Answer(None, sessions={})
    try:
        # drain: a stopped server holds the pipes that the client passed to it, and has nothing to say
        ran = run_program.run_briefly(memory["ask"], timeout=TIMEOUT, env=_environment())
    except WorkcellError as error:
        return Answer(None, error.message)
    if ran.timed_out:
        return Answer(SILENT, f"the tmux server at {memory['socket']} does not answer")
    memory.pop("trouble", None)
    rows = [line.split(" ", 2) for line in ran.text().splitlines()] if ran.ok else []
    pid = rows[0][0] if rows else ""
    if pid.isdigit() and (not known or known.get("pid") != int(pid) or platform.alive(known) != probe.YES):
        memory["server"] = platform.identity(int(pid))
    return Answer(None, sessions={row[2]: row[1] != "0" for row in rows if len(row) == 3})


def _environment() -> dict[str, str]:
    return {"LC_ALL": "C.UTF-8", "PATH": os.environ.get("PATH") or "/usr/local/bin:/usr/bin:/bin"}


def is_tmux(who: schema.Identity) -> bool:
    """Whether the process of that identity is a tmux server still: asked directly before it is signalled."""
    if platform.alive(who) != probe.YES:
        return False
    try:
        with open(f"/proc/{who['pid']}/comm") as file:
            return file.read().startswith("tmux")
    except OSError:
        return False
