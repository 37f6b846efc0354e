"""Reads records as an agent's program would have written them, with the agent's own reader."""

import json
from typing import Any

from workcell.agents import jsonl, registry
from workcell.agents.events import Where


def events(agent: str, *records: dict[str, Any], kind: str = "transcript", final: bool = True) -> list[dict[str, Any]]:
    """The events of these records, each of which is one line of a file."""
    data = b"".join(json.dumps(record).encode() + b"\n" for record in records)
    found, _ = jsonl.consume(registry.load(agent), jsonl.start("001", kind), data, "t.jsonl", final=final)
    return found


def hooked(agent: str, *payloads: dict[str, Any], memory: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    """The events of these hook payloads, which arrive one after another."""
    known: dict[str, Any] = {} if memory is None else memory
    found = []
    for number, payload in enumerate(payloads):
        where = Where(
            agent=agent, file=f"spool/{number}", offset=0, scope="001", kind="hook", at="2026-03-02T10:00:00Z"
        )
        found += registry.load(agent).hook(payload, known, where)
    return found


def brief(events: list[dict[str, Any]]) -> list[tuple[str, str, dict[str, Any]]]:
    """Type, text and data of each event."""
    return [(event["type"], event["text"], event["data"]) for event in events]
