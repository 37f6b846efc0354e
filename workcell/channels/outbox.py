"""Dropping a notice into the home's outbox, and telling whether anything waits there."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any, NamedTuple, TypeGuard

from workcell.base import clock, json_codec
from workcell.rundir import maildir, notice, seal, vocabulary

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workcell.rundir import schema


RISKY = ("destructive", "secret")
"""Risks of an approval whose notice passes quiet hours."""


class Subject(NamedTuple):
    """What a notice is about: an attempt of a run, and who is told of that run."""

    run: str
    name: str
    attempt: int = 1
    labels: Sequence[str] = ()
    notify: Sequence[str] | None = None
    """Names of adapters; None leaves it to the adapters, an empty list sends nothing."""


def make(
    subject: Subject,
    event: str,
    facts: schema.NoticeFacts,
    *,
    edge: str = "",
    at: str | None = None,
    risk: str | None = None,
) -> schema.Notice:
    """A notice, ready for `post`.

    `event` is one of `vocabulary.NOTICE_EVENTS` (ValueError otherwise); `edge` tells edges of one kind apart, see
    `notice.key`. `at` is the time of what happened, as of `clock.stamp`: now unless given. Without `command` among the
    facts a command that fits the event is shown. `risk` is that of an approval.
    """
    if not is_event(event):
        raise ValueError(f"no such event: {event!r}")
    # a cost that is no number must not keep a run from ending
    kept: Any = {key: value for key, value in facts.items() if not _no_number(value)}
    made: schema.Notice = {
        "schema": "workcell.file.notice/1",
        "id": notice.key(subject.run, subject.attempt, event, edge),
        "run": subject.run,
        "name": subject.name,
        "attempt": subject.attempt,
        "event": event,
        "at": at or clock.stamp(),
        "labels": list(subject.labels),
        "notify": None if subject.notify is None else list(subject.notify),
        "facts": kept,
    }
    if risk in RISKY:
        made["class"] = "approval.risky"
    return made


def is_event(word: str) -> TypeGuard[schema.NoticeEvent]:
    """Whether `word` is one of `vocabulary.NOTICE_EVENTS`."""
    return word in vocabulary.NOTICE_EVENTS


def _no_number(value: object) -> bool:
    return isinstance(value, float) and value - value != 0


def post(home: str, message: schema.Notice) -> str:
    """Drop a notice into the outbox and return its id; one whose id is known there already changes nothing.

    Durable on return. Raises OSError when the disk refuses, with nothing left behind.
    """
    identity = message["id"]
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
