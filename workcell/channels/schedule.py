"""Which notices go to a destination now, which wait, which are told together: pure functions of time and state."""

from __future__ import annotations

import datetime
import zoneinfo
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workcell.rundir import notice as words
from workcell.texts.adapter import Adapter
from workcell.texts.adapter_keys import Daily, Quiet

if TYPE_CHECKING:
    from workcell.rundir import schema


@dataclass(frozen=True)
class Waiting:
    """One notice that a destination has not got yet. `not_before` is in epoch seconds, 0 for at once."""

    name: str
    run: str
    event: str
    happened_at: float
    not_before: float
    risky: bool = False
    """Whether it is of a class that passes quiet hours."""


@dataclass(frozen=True)
class Message:
    """What goes out as one: `carrier` is shown whole, `also` are told with it, oldest first."""

    carrier: Waiting
    also: tuple[Waiting, ...] = ()
    summary: bool = False


def interested(adapter: Adapter, notice: schema.Notice) -> bool:
    """Whether a notice goes to that adapter: by event, then by the brief's own list, else by label."""
    if not adapter.enabled or notice["event"] not in adapter.events:
        return False
    return told_of(adapter, notice.get("notify"), notice.get("labels") or ())


def told_of(adapter: Adapter, named: object, labels: Iterable[str]) -> bool:
    """Whether the adapter is told of a run with these labels whose brief names these adapters, or no list of them."""
    if isinstance(named, list):
        return adapter.name in named
    return not adapter.labels or bool(set(adapter.labels) & set(labels))


def of_the_day(adapter: Adapter, message: Message) -> bool:
    """Whether the message is the daily summary of that adapter, and not what gathered over quiet hours."""
    daily = adapter.daily
    return daily is not None and message.summary and message.carrier.event in daily.events


def plan(queue: Sequence[Waiting], adapter: Adapter, now: float, sent_at: Sequence[float]) -> list[Message]:
    """What to send now, in order.

    `queue` is what waits, oldest first; `sent_at` the times of earlier messages. Nothing of a run overtakes what
    is older in that run: a notice that may not go yet holds back those behind it, except that an urgent one in
    quiet hours takes those before it along.
    """
    held: dict[str, list[Waiting]] = {}
    blocked: set[str] = set()
    alone: set[str] = set()
    batch: list[Waiting] = []
    singles: list[Message] = []
    quiet_now = adapter.quiet is not None and in_quiet(adapter.quiet, now)
    for one in queue:
        if one.run in blocked:
            continue
        if one.not_before > now:
            blocked.add(one.run)
            continue
        due = release(one, adapter, now, quiet_now)
        if due is None:
            held.setdefault(one.run, []).append(one)
        elif due and one.run not in alone:
            batch += [*held.pop(one.run, ()), one]
        else:
            singles.append(Message(one, tuple(held.pop(one.run, ()))))
            alone.add(one.run)
    messages = singles
    if batch:
        # what was gathered is older than what is sent by itself, so it goes first
        messages = [Message(batch[-1], tuple(batch[:-1]), summary=len(batch) > 1), *singles]
    return _within_cap(messages, adapter, now, sent_at)


def release(one: Waiting, adapter: Adapter, now: float, quiet_now: bool) -> bool | None:
    """None while a notice is gathered for later, True when what was gathered is due, False for one sent singly."""
    daily = adapter.daily
    if daily is not None and one.event in daily.events:
        return True if now >= next_time(daily, one.happened_at) and not quiet_now else None
    quiet = adapter.quiet
    if quiet is None or one.risky or one.event in quiet.urgent:
        return False
    if quiet_now:
        return None
    return in_quiet(quiet, one.happened_at)


def _within_cap(messages: list[Message], adapter: Adapter, now: float, sent_at: Sequence[float]) -> list[Message]:
    """As many as the cap lets through; the last of them tells what else there was."""
    room = adapter.at_most - sum(now - adapter.per_seconds < at <= now for at in sent_at)
    if room >= len(messages):
        return messages
    if room <= 0:
        return []
    first, rest = messages[: room - 1], messages[room - 1 :]
    everything = [one for message in rest for one in (*message.also, message.carrier)]
    carrier = min(reversed(everything), key=_rank)
    also = tuple(one for one in everything if one is not carrier)
    return [*first, Message(carrier, also)]


def _rank(one: Waiting) -> int:
    """The most urgent is shown whole; among equals the newest."""
    return words.URGENT.index(one.event) if one.event in words.URGENT else len(words.URGENT)


def in_quiet(quiet: Quiet, at: float) -> bool:
    """Whether that moment (epoch seconds) lies in the quiet hours, by the wall clock of their zone."""
    there = _local(at, quiet.zone)
    minute = there.hour * 60 + there.minute
    if quiet.begin < quiet.end:
        return quiet.begin <= minute < quiet.end
    return minute >= quiet.begin or minute < quiet.end


def next_time(daily: Daily, after: float) -> float:
    """The first moment behind `after` (epoch seconds) at which the daily summary is due."""
    there = _local(after, daily.zone)
    due = there.replace(hour=daily.minute // 60, minute=daily.minute % 60, second=0, microsecond=0, fold=0)
    # the same wall clock a day later, not 24 hours later: a day of a clock change has 23 or 25
    while (found := _moment(due, daily.zone)) <= after:
        due = (due.replace(tzinfo=None) + datetime.timedelta(days=1)).replace(tzinfo=due.tzinfo)
    return found


def _local(at: float, zone: str | None) -> datetime.datetime:
    if zone is None:
        return datetime.datetime.fromtimestamp(at).astimezone()
    return datetime.datetime.fromtimestamp(at, zoneinfo.ZoneInfo(zone))


def _moment(wall: datetime.datetime, zone: str | None) -> float:
    # without a zone `astimezone` froze today's offset; a naive time is read by the machine's rules for that day
    return wall.replace(tzinfo=None).timestamp() if zone is None else wall.timestamp()
