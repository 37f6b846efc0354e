"""Every record in a home, held against its type with no key more than the type has."""

import json
import os
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from workcell.rundir import schema, vocabulary

ATTEMPT = r"runs/[^/.]+/attempts/\d+/"
KINDS = (
    (r"runs/[^/.]+/(launch|env|status)\.json", None),
    (ATTEMPT + r"(attempt|policy|start|exit|facts|verify|next|result|capture|summary|analysis)\.json", None),
    (ATTEMPT + r"agent/steps\.jsonl", "runbook-step"),
    (r"runs/[^/.]+/hold", "run-hold"),
    (r"runs/[^/.]+/events\.jsonl", "event"),
    (r"runs/[^/.]+/inbox/(?:new|cur|typed|refused)/[^/.][^/]*", "message"),
    (r"runs/[^/.]+/inbox/said/[^/.][^/]*", "said"),
    (r"ledger/[^/.]+\.jsonl", "ledger"),
    (r"ledger/[^/.]+\.slot", "slot"),
    (r"ended/[^/.]+", "status"),
    (r"orders/[^/]+/[^/.]+\.json", "order"),
    (r"leases/[^/.]+", "lease"),
    (r"holds/[^/.]+\.json", "hold"),
    (r"acks/[^/.][^/]*", "ack"),
    (r"trust/[^/.]+\.json", "trust"),
    (r"outbox/(?:new|cur|sent|failed)/[^/]+\.json", "notice"),
    (r"outbox/to/[^/.]+\.json", "destination"),
    (r"watchdog/last\.json", "tick"),
    (r"watchdog/seen\.json", "seen"),
    (r"watchdog/actions\.jsonl", "action"),
    (r"watchdog/installed\.json", "installed"),
    (r"watchdog/ping\.json", "ping"),
    (r"watchdog/progress\.json", "progress"),
)
"""Patterns of paths in a home, and the kind of record there; without one it is the name of the file."""


@cache
def adapter(kind: str) -> "TypeAdapter[Any]":
    return TypeAdapter(schema.FILES[kind])


def faults(kind: str, record: Any) -> list[str]:
    """Where a record is not what its type says, keys that the type does not have included."""
    try:
        adapter(kind).validate_python(record, extra="forbid")
    except ValidationError as error:
        return [f"{'.'.join(map(str, one['loc']))}: {one['msg']} ({one['input']!r:.80})" for one in error.errors()]
    return []


def kind_of(path: str) -> str | None:
    """The kind of the records in a file, by its path relative to the home; None for a file without records."""
    for pattern, kind in KINDS:
        found = re.fullmatch(pattern, path)
        if found:
            return kind or found.group(1)
    return None


def every(home: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(kind, path, record) of every record in a home; what is no JSON (fsck names it) or just went is passed over."""
    for folder, _, names in os.walk(home):
        for name in sorted(names):
            path = os.path.join(folder, name)
            kind = kind_of(os.path.relpath(path, home))
            if kind is None or os.path.islink(path):
                continue
            try:
                data = Path(path).read_bytes().strip(b"\0")
            except FileNotFoundError:  # the flush of an outbox moves its files
                continue
            lines = data.splitlines() if path.endswith(".jsonl") else [data]
            for line in lines:
                try:
                    yield kind, path, json.loads(line)
                except ValueError:
                    continue


def drift(home: str) -> dict[str, list[str]]:
    """What records of a home have that their types do not say, by the kind and the name of the file."""
    found: dict[str, list[str]] = {}
    for kind, path, record in every(home):
        wrong = faults(kind, record)
        if kind == "event" and record.get("type") not in (*vocabulary.RUN_EVENTS, *vocabulary.AGENT_EVENTS):
            wrong.append(f"type: {record.get('type')!r} is no event of the vocabulary")
        if kind == "event" and record.get("type") in vocabulary.AGENT_EVENTS and "ref" in record:
            wrong += faults("agent-event", {key: record[key] for key in record if key not in ("n", "at", "attempt")})
        if wrong:
            found.setdefault(f"{kind} ({os.path.relpath(path, home)})", []).extend(wrong)
    return found
