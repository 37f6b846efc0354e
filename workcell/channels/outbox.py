"""Dropping a notice into the home's outbox, and telling whether anything waits there."""

import os
import time

from workcell.base import clock, json_codec
from workcell.rundir import maildir, notice, seal, vocabulary

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

FACTS = (
    "why", "command", "objective", "files", "added", "removed",
    "seconds", "cost_usd", "attempts", "branch", "due_at",
)  # fmt: skip
"""What the texts know how to show; other keys are kept and not shown."""


def make(
    *,
    run: str,
    name: str,
    attempt: int,
    event: str,
    edge: str = "",
    at: "str | None" = None,
    labels: "Sequence[str]" = (),
    notify: "Sequence[str] | None" = None,
    facts: "Mapping[str, Any] | None" = None,
) -> "dict[str, Any]":
    """A notice, ready for `post`.

    `event` is one of `vocabulary.NOTICE_EVENTS` (ValueError otherwise); `edge` tells edges of one kind apart, see
    `notice.key`. `at` is the time of what happened, as of `clock.stamp`: now unless given. `notify` is the
    brief's list of adapter names: None leaves it to the adapters, an empty list sends nothing. `facts`: `why`
    (one line), `command` (what answers it; a fitting one is chosen when it is missing), `objective`, `files`,
    `added`, `removed` (counts), `seconds`, `cost_usd`, `attempts`, `branch`, `due_at` (stamp).
    """
    if event not in vocabulary.NOTICE_EVENTS:
        raise ValueError(f"no such event: {event!r}")
    return {
        "schema": notice.SCHEMA,
        "id": notice.key(run, attempt, event, edge),
        "run": run,
        "name": name,
        "attempt": attempt,
        "event": event,
        "at": at or clock.stamp(),
        "labels": list(labels),
        "notify": None if notify is None else list(notify),
        # a cost that somebody computed to be no number must not keep a run from ending
        "facts": {key: value for key, value in (facts or {}).items() if not _no_number(value)},
    }


def _no_number(value: object) -> bool:
    return isinstance(value, float) and value - value != 0


def post(home: str, message: "Mapping[str, Any]") -> str:
    """Drop a notice into the outbox and return its id; one whose id is known there already changes nothing.

    Durable on return. Raises OSError when the disk refuses, with nothing left behind.
    """
    identity = str(message["id"])
    name = notice.file_name(identity) + ".json"
    box = notice.box(home)
    new = os.path.join(box, notice.NEW)
    for part in (notice.NEW, notice.CUR, notice.SENT, notice.FAILED):
        if os.path.lexists(os.path.join(box, part, name)):
            return identity
    for directory in (box, new):
        try:
            os.mkdir(directory, 0o700)
        except FileExistsError:
            pass
    # `posted` orders notices of one run that carry the same `at`
    seal.seal(new, name, json_codec.encode_line({**message, "posted": time.time_ns()}))
    return identity


def waiting(home: str) -> bool:
    """Whether the outbox holds anything that is not settled: two directory listings, nothing is opened."""
    box = notice.box(home)
    return bool(maildir.waiting(box, notice.NEW) or maildir.waiting(box, notice.CUR))
