"""Reads the records of Codex: `exec --json` on standard output, and the rollout of a thread."""

import os
from collections.abc import Mapping

from workcell.agents.codex import rollout, stream
from workcell.agents.codex.shared import raw
from workcell.agents.events import Event, Foreign, Memory, Record, Where


def transcripts(env: Mapping[str, str], cwd: str, session: str | None) -> list[str]:
    """`$CODEX_HOME` or `~/.codex`, then sessions/YYYY/MM/DD/rollout-<local time>-<thread>.jsonl."""
    homes = [env["CODEX_HOME"]] if env.get("CODEX_HOME") else []
    homes += [os.path.join(env["HOME"], ".codex")] if env.get("HOME") else []
    name = f"rollout-*-{session}.jsonl" if session else "rollout-*.jsonl"
    found = [os.path.join(home, "sessions", "*", "*", "*", name) for home in homes]
    return found + [os.path.join(home, "archived_sessions", name) for home in homes]


def begins(record: Foreign) -> bool:
    """Whether a stream of Codex begins with this record."""
    return record.get("type") == "thread.started"


def read(record: Foreign, memory: Memory, where: Where) -> list[Event]:
    """The events of one line of `exec --json` or of a rollout."""
    this = Record(record, memory, where)
    if not isinstance(record.get("type"), str):
        return [raw(this)]
    if isinstance(record.get("payload"), dict):
        return rollout.read(record, memory, where)
    return stream.read(this)


def close(memory: Memory, where: Where) -> list[Event]:
    """Nothing: Codex tells its tokens as running totals."""
    return []
