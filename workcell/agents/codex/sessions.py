"""Where Codex keeps its sessions: sessions/YYYY/MM/DD/rollout-<local time>-<thread>.jsonl, and archived_sessions/.

Seen of 0.169.0: a process has the rollout of its thread open from its first record to its end.
"""

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from workcell.agents import session_files
from workcell.agents.events import Foreign, mapping, short, text
from workcell.agents.session_files import About, Process, SessionFile

if TYPE_CHECKING:
    from workcell.rundir.schema import SessionVia

PROGRAMS: tuple[str, ...] = ("codex",)

_ROLLOUT = re.compile(r"rollout-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-(.+)\.jsonl")

_VIA: "dict[str, SessionVia]" = {
    "cli": "terminal",
    "exec": "headless",
    "vscode": "editor",
    "mcp": "sdk",
    "appServer": "sdk",
}
"""Values of `source`."""


def files(env: Mapping[str, str]) -> Iterator[SessionFile]:
    """All sessions, those that were put into the archive among them."""
    for home in session_files.home_of(env, "CODEX_HOME", ".codex"):
        yield from session_files.below("codex", os.path.join(home, "sessions"), 3, _session)
        yield from session_files.below("codex", os.path.join(home, "archived_sessions"), 0, _session)


def _session(name: str) -> str | None:
    found = _ROLLOUT.fullmatch(name)
    return found[1] if found else None


def about(record: Foreign, about: About) -> None:
    """Add what one record tells."""
    kind, body = record.get("type"), mapping(record.get("payload"))
    if kind == "turn_context":
        about.model = short(body.get("model"), 80) or about.model
    if kind != "session_meta":
        return
    about.directory = about.directory or text(body.get("cwd"))
    about.started_at = about.started_at or text(body.get("timestamp")) or text(record.get("timestamp"))
    about.version = short(body.get("cli_version"), 40) or about.version
    about.branch = short(mapping(body.get("git")).get("branch"), 100) or about.branch
    source = body.get("source")
    about.via = "sub-agent" if isinstance(source, dict) else _VIA.get(text(source) or "", "unknown")


def left_open(lines: Iterable[bytes]) -> str | None:
    """None: no hook of the program defers a call."""
    return None


def session_of(process: Process) -> str | None:
    """The thread whose rollout the process has open; None before its first record."""
    for path in process.files():
        found = _session(os.path.basename(path))
        if found is not None:
            return found
    return None
