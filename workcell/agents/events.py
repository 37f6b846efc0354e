"""Makes events of the records of an agent, and reads single values of records whose form may change."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from typing import Unpack

    from workcell.rundir import schema
    from workcell.rundir.schema import AgentEventType, EventData

    Event = schema.AgentEvent
else:
    Event = dict  # only fsck loads the types of records

Foreign = dict[str, Any]
"""A record of an agent program, or a part of one, as its JSON was parsed: each program and each version has keys of its
own, so a value is read with `text`, `number`, `mapping` and the like, which say what it is."""

Memory = dict[str, Any]
"""The values that a reader keeps from one record to the next, in a form of its own; can be written as JSON. It is read
back from a file that the agent can write to, so its values are read like those of a foreign record."""

MAX_TEXT = 400
"""Maximum characters of an event's text: enough for a sentence, and for ten hours of work to stay a small file."""
MAX_WHOLE = 32_768
"""Maximum characters of an event's text that is read whole, for a person."""
MAX_DATA = 300
"""Maximum characters of one longer value in an event's `data`."""
MAX_INPUT = 200_000
"""Maximum characters of a tool call's input that go into its hash."""


_Copied = TypeVar("_Copied")


@dataclass(frozen=True)
class Where:
    """The place of one record."""

    agent: str
    """Name of the agent."""
    file: str
    """Name of the file, or id of the hook payload."""
    offset: int
    """Where the record begins in the file, in bytes."""
    scope: str | None = None
    """Names run and attempt, and so makes offsets unique."""
    kind: str = "transcript"
    """transcript, stream or hook"""
    part: int = 0
    """Number of the record in a line that holds several."""
    at: str | None = None
    """For a hook payload, the time stamp of its arrival: hooks give no time of their own."""
    whole: bool = False
    """Whether texts keep their lines, up to MAX_WHOLE characters: for a person who reads them, never for a file."""
    record_bytes: int | None = None
    """Bytes of a record whose long texts were cut before it was read; None for one that was read as it stands."""

    def of_record(self, offset: int, part: int, record_bytes: int | None) -> Where:
        """The same file at another record."""
        return _copy(self, offset=offset, part=part, record_bytes=record_bytes)


@dataclass(frozen=True)
class Record:
    """One record while it is read: its content, its place, and the values that all events made from it share."""

    body: Foreign
    memory: Memory
    where: Where
    at: str | None = None
    """The agent's own time stamp; None where the record gives none."""
    turn: str | None = None
    """The agent's name of the turn; None where the record gives none."""
    key: str | None = None
    """Names the record: the events of a record that is read a second time get the same ids."""
    data: EventData = field(default_factory=dict)  # type: ignore[assignment]
    """What every event of this record carries in its `data`."""

    def stamped(self, at: str | None, turn: str | None) -> Record:
        """The record with its time and its turn."""
        return _copy(self, at=at, turn=turn)

    def event(
        self,
        kind: AgentEventType,
        text: Any = "",
        *,
        key: str | None = None,
        part: str | None = None,
        **data: Unpack[EventData],
    ) -> Event:
        """An event at this place, with time and turn of the record. Its key is `key`, else the record's own with
        `part` behind it."""
        if key is None and self.key is not None:
            key = f"{self.key}:{part}" if part else self.key
        told: EventData = {**self.data, **data}
        return event(kind, self.where, key, text, at=self.at, turn=self.turn, **told)


def _copy(known: _Copied, **changed: object) -> _Copied:
    """As `dataclasses.replace`, which takes a sixth of all the time in which a conversation is read."""
    made = object.__new__(type(known))
    made.__dict__.update(known.__dict__, **changed)
    return made


def event(
    kind: AgentEventType,
    where: Where,
    key: str | None,
    text: Any = "",
    *,
    at: str | None = None,
    turn: str | None = None,
    **data: Unpack[EventData],
) -> Event:
    """One event. `key` is the agent's own name of what happened, so that another source of the same
    report, or a second reading, gives the same id; without one the id is made from scope, file, offset and text."""
    if key is None:
        # with the words: a file that was written anew may have another record at that place
        key = digest(f"{where.scope}|{where.file}|{where.offset}|{where.part}|{kind}|{short(text)}")
    told: Any = {name: value for name, value in data.items() if value is not None}
    if where.record_bytes is not None:
        told["record_bytes"] = where.record_bytes
    return {
        "id": f"{where.agent}:{key}",
        "type": kind,
        "source": "hook" if where.kind == "hook" else "transcript",
        "agent": where.agent,
        "session": None,
        "parent": None,
        "agent_time": at,
        "turn": turn,
        "confidence": 1.0,
        "text": whole(text, where.record_bytes) if where.whole else short(text),
        "ref": {"file": where.file, "offset": where.offset},
        "data": told,
    }


def digest(text: str) -> str:
    """Sixteen hex digits that name a text."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def input_hash(tool: str | None, given: Any) -> str | None:
    """The hash of a tool call and its whole input: two calls with one hash do the same. None without an input."""
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
    if not line.isprintable():
        line = "".join(c for c in line if c.isprintable())
    if len(line) > limit or len(value) > len(cut):
        line = line[: limit - 1] + "…"
    return line


def whole(value: Any, record_bytes: int | None = None) -> str:
    """Text of at most MAX_WHOLE characters with its lines, and a last line that says how much was left out.

    With `record_bytes` the value may have been cut before: the last line says how large its record is.
    """
    if not isinstance(value, str):
        return short(value)
    kept = value[:MAX_WHOLE].replace("\r\n", "\n").strip("\n").rstrip()
    left = len(value) - MAX_WHOLE
    if left <= 0:
        return kept
    more = f"{left} more characters" if record_bytes is None else f"cut: its record has {record_bytes >> 20} MiB"
    return f"{kept}\n… ({more})"


def text(value: Any) -> str | None:
    """The value if it is text."""
    return value if isinstance(value, str) else None


def mapping(value: Any) -> Foreign:
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
    """The value as a number of tokens; 0 for any other value."""
    found = number(value)
    return int(found) if found is not None and found > 0 else 0


def remember(memory: Memory, name: str, key: str, value: Any, most: int) -> None:
    """Put `value` under `key` into the mapping `name` of the memory, which keeps the `most` newest entries."""
    entries = memory.setdefault(name, {})
    entries.pop(key, None)
    entries[key] = value
    while len(entries) > most:
        del entries[next(iter(entries))]


def side(record: Foreign) -> bool | None:
    """True for a record of a sub-agent, whose ends and failures are not those of the session."""
    aside = record.get("isSidechain") is True or record.get("parent_tool_use_id") or record.get("agent_id")
    return True if aside else None
