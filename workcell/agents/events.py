"""Makes events of what an agent recorded, and reads single values of records whose form may change."""

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

Event = dict[str, Any]
"""{id, type, source, agent_time, turn, confidence, text, ref{file, offset}, data{}}."""

MAX_TEXT = 400
"""Characters of an event's text: enough for a sentence, and for ten hours of work to stay a small file."""
MAX_DATA = 300
"""Characters of one longer value in an event's `data`."""
MAX_INPUT = 200_000
"""Characters of a tool call's input that tell it from another call."""


class Where(dict[str, Any]):
    """The place of one record: `agent`, `file`, `offset` in bytes, `kind` (transcript, stream or hook), and `scope`,
    which names run and attempt and so makes offsets unique.

    For a hook payload also `at`, the time stamp of its arrival: hooks give no time of their own.
    """


@dataclass(frozen=True)
class Record:
    """One record while it is read: its content, its place, and what all events made from it have in common.

    `memory` is what the reader keeps from one record to the next; it can be written as JSON. `at` is the agent's own
    time stamp and `turn` its name of the turn, each None where the record gives none. `key` names the record: the
    events of a record that is read a second time get the same ids.
    """

    body: dict[str, Any]
    memory: dict[str, Any]
    where: Where
    at: str | None = None
    turn: str | None = None
    key: str | None = None
    data: dict[str, Any] = field(default_factory=dict)
    """What every event of this record carries in its `data`."""

    def event(
        self, kind: str, text: Any = "", *, key: str | None = None, part: str | None = None, **data: Any
    ) -> "Event":
        """An event at this place, with time and turn of the record. Its key is `key`, else the record's own with
        `part` behind it."""
        if key is None and self.key is not None:
            key = f"{self.key}:{part}" if part else self.key
        given = {"at": self.at, "turn": self.turn, **self.data, **data}
        return event(kind, self.where, key, text, **given)


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
    """One event. `key` is the agent's own name of what happened, so that another source that reports the same, or a
    second reading, gives the same id; without one the id is made from scope, file and offset."""
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
    """The value if it is a mapping, else an empty one: a record of another form must not end the reading."""
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


def remember(memory: dict[str, Any], name: str, key: str, value: Any, most: int) -> None:
    """Put `value` under `key` into the mapping `name` of the memory, which keeps the `most` newest entries."""
    entries = memory.setdefault(name, {})
    entries.pop(key, None)
    entries[key] = value
    while len(entries) > most:
        del entries[next(iter(entries))]


def side(record: dict[str, Any]) -> bool | None:
    """True for a record of a sub-agent, whose ends and failures are not those of the session."""
    aside = record.get("isSidechain") is True or record.get("parent_tool_use_id") or record.get("agent_id")
    return True if aside else None
