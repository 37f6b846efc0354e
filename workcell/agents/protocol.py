"""What a reader of one agent's records can do, and how an event is made."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Protocol

Event = dict[str, Any]
"""{id, type, source, agent_time, turn, confidence, text, ref{file, offset}, data{}}."""

MAX_TEXT = 400
"""Characters of an event's text: enough for a sentence, and for ten hours of work to stay a small file."""
MAX_DATA = 300
MAX_INPUT = 200_000
"""Characters of a tool call's input that tell it from another call."""


class Where(dict[str, Any]):
    """The place of one record: `file`, `offset` in bytes, `scope` (run and attempt: makes offsets unique).

    For a hook payload also `at`, the stamp of its coming: hooks tell no time of their own.
    """


class Reader(Protocol):
    """Turns the records of one agent into events. Pure: what it remembers is `memory`, a JSON-able dict."""

    agent: str

    def record(self, record: dict[str, Any], memory: dict[str, Any], where: Where) -> list[Event]:
        """The events of one line of a transcript or of the stream on stdout; unknown records become `raw`."""

    def hook(self, payload: dict[str, Any], memory: dict[str, Any], where: Where) -> list[Event]:
        """The events of one hook payload."""

    def close(self, memory: dict[str, Any], where: Where) -> list[Event]:
        """What is still owed when no more records will come (tokens of the last message)."""

    def transcripts(self, env: Mapping[str, str], cwd: str, session: str | None) -> list[str]:
        """Path patterns (glob) where the transcript of that session lies, the likeliest first."""


def event(
    kind: str,
    where: Where,
    key: str | None,
    text: str = "",
    *,
    at: str | None = None,
    turn: str | None = None,
    source: str = "transcript",
    confidence: float = 1.0,
    **data: Any,
) -> Event:
    """One event. `key` is the agent's own name of what happened (so that a second witness of it, or a replay,
    gives the same id); without one the id comes from scope, file and offset."""
    if key is None:
        key = digest(f"{where.get('scope')}|{where.get('file')}|{where.get('offset')}|{where.get('part', 0)}|{kind}")
    return {
        "id": f"{where.get('agent', 'agent')}:{key}",
        "type": kind,
        "source": source,
        "agent_time": at,
        "turn": turn,
        "confidence": confidence,
        "text": short(text),
        "ref": {"file": where.get("file"), "offset": where.get("offset")},
        "data": {name: value for name, value in data.items() if value is not None},
    }


def digest(text: str) -> str:
    """Sixteen hex digits that name a text."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def input_hash(tool: str | None, given: Any) -> str | None:
    """Names a tool call by its tool and its whole input: two calls with one hash do the same. None without an input."""
    if given is None:
        return None
    try:
        return digest(json.dumps([tool, given], sort_keys=True, default=str)[:MAX_INPUT])
    except (TypeError, ValueError, RecursionError):
        return None


def short(value: Any, limit: int = MAX_TEXT) -> str:
    """Text of at most `limit` characters on one line, its end marked when something was cut."""
    if not isinstance(value, str):
        value = "" if value is None else str(value)[: 4 * limit]
    cut = value[: 4 * limit]
    line = " ".join(cut.split())
    line = "".join(c for c in line if c.isprintable())
    if len(line) > limit or len(value) > len(cut):
        line = line[: limit - 1] + "…"
    return line


def text(value: Any) -> str | None:
    """The value if it is text."""
    return value if isinstance(value, str) else None


def mapping(value: Any) -> dict[str, Any]:
    """The value if it is a mapping, else an empty one: programs drift, readers do not fall."""
    return value if isinstance(value, dict) else {}


def items(value: Any) -> list[Any]:
    """The value if it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def number(value: Any) -> float | None:
    """The value if it is a finite number of a sane size."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not -1e15 < value < 1e15:
        return None
    return value


def count(value: Any) -> int:
    """A number of tokens; 0 for anything that is none."""
    found = number(value)
    return int(found) if found is not None and found > 0 else 0


def remember(memory: dict[str, Any], shelf: str, key: str, value: Any, most: int) -> None:
    """Put `value` under `key` on a shelf of at most `most` entries; the oldest goes first."""
    entries = memory.setdefault(shelf, {})
    entries.pop(key, None)
    entries[key] = value
    while len(entries) > most:
        del entries[next(iter(entries))]


def side(record: dict[str, Any]) -> bool | None:
    """True when a sub-agent speaks, whose ends and failures are not the session's."""
    aside = record.get("isSidechain") is True or record.get("parent_tool_use_id") or record.get("agent_id")
    return True if aside else None
