"""Sending what is due from the outbox: intent on disk before every send, its result after it."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from workcell.base import clock
from workcell.base.errors import Invalid
from workcell.channels import day, outbox, pauses
from workcell.channels import schedule as plan
from workcell.channels.one_send import Redact, ask, back_off, masked
from workcell.channels.outbox_store import BAD, GOOD, SENDING, WAITING, Files, Known, Letter, Room, first_entry
from workcell.channels.to import protocol, secrets
from workcell.channels.to.protocol import Sent
from workcell.rundir import locks, maildir, notice
from workcell.texts.adapter import Adapter

if TYPE_CHECKING:
    from workcell.channels.render import Texts
    from workcell.rundir import schema

TRY_SECONDS = {"openclaw": 30.0}
TRY_OTHERWISE = 15.0
"""The most that one try may take: openclaw's program needs 5 s on a quiet machine, 14 s on a busy one."""

LEAST_SECONDS = {"openclaw": 8.0, "command": 4.0, "apprise": 4.0}
LEAST_OTHERWISE = 1.0
"""With less left of the budget no further try of that kind is begun: cut short, its answer would be lost."""

LOST_MOST = 3
"""How often an answer may be lost before we stop: a far end that takes all and hangs up would get it for ever."""

_RETRY, _RETRY_MOST = 30.0, 3600.0
_PAUSE, _PAUSE_MOST = 30.0, 900.0


@dataclass
class Report:
    """What one flush did. Pairs are (adapter, id of the notice), triples have the reason or answer as well."""

    busy: bool = False
    out_of_budget: bool = False
    trouble: str | None = None
    delivered: list[tuple[str, str]] = field(default_factory=list)
    told: list[tuple[str, str]] = field(default_factory=list)
    delayed: list[tuple[str, str, str]] = field(default_factory=list)
    failed: list[tuple[str, str, str]] = field(default_factory=list)
    waiting: int = 0


@dataclass(frozen=True)
class Means:
    """What notices are sent with."""

    adapters: Sequence[Adapter]
    templates: Sequence[str]
    """Folders that hold `notices/*.j2`; the first match wins."""
    redact: Redact
    """Masks secrets."""
    broken: Sequence[str] = ()
    """Names of adapters whose files have faults: what may be for them waits."""
    day: day.Maker | None = None
    """Makes the report of a daily summary; without one, the notices alone are told."""


def flush(home: str, means: Means, now: float, budget_seconds: float) -> Report:
    """Send what is due; `now` is in epoch seconds.

    Never takes longer than `budget_seconds` (and what the disk takes); never raises for what a destination does or
    for a full disk: `Report.trouble` says what the disk said. `busy`: another process is sending, and looks into
    `new/` once more when it has let the lock go, as this one does.
    """
    report, begun = Report(), clock.monotonic()
    if not outbox.waiting(home):
        return report
    path = os.path.join(notice.box(home), notice.LOCK)
    try:
        while (lock := locks.take(path, 0)) is not None:
            past = clock.monotonic() - begun
            try:
                _Flush(home, means, now + past, budget_seconds - past, report).run()
            finally:
                os.close(lock)
            left = begun + budget_seconds - clock.monotonic()
            if report.trouble or left <= 0 or not maildir.waiting(notice.box(home), notice.NEW):
                return report
        report.busy = report == Report()
    except OSError as error:
        report.trouble = error.strerror or type(error).__name__
    return report


class _Flush:
    """One flush, by the holder of the outbox's lock."""

    def __init__(self, home: str, means: Means, now: float, budget_seconds: float, report: Report) -> None:
        self._begun = clock.monotonic()
        self._end = self._begun + budget_seconds
        self._start = now
        self._files = Files(home)
        self._adapters = {adapter.name: adapter for adapter in means.adapters}
        self._broken = frozenset(means.broken)
        self._means = means
        self._report = report
        self._letters: dict[str, Letter] = {}
        self._unfinished: set[str] = set()
        self._texts: Texts | None = None

    @property
    def now(self) -> float:
        return self._start + clock.monotonic() - self._begun

    def run(self) -> None:
        report = self._report
        try:
            self._files.prepare()
            self._files.tidy()
            for name in self._files.take_in(self.now):
                report.failed.append(("", name, "this is no notice"))
            self._letters = {letter.name: letter for letter in self._files.letters()}
            for name in self._files.put_aside(self._letters):
                report.failed.append(("", name, "this cannot be read"))
            self._settle_told()
            for letter in self._letters.values():
                self._route(letter)
            for name in sorted(self._adapters, key=lambda name: self._files.destination(name).failures):
                self._serve(self._adapters[name])
            self._archive()
            self._files.prune(self.now)
        except OSError as error:
            report.trouble = error.strerror or type(error).__name__
        report.waiting = len(self._letters)

    def _left(self) -> float:
        return self._end - clock.monotonic()

    def _settle_told(self) -> None:
        """Finish what an earlier flush had told in a message that was delivered."""
        for letter in list(self._letters.values()):
            for name, entry in letter.to.items():
                if entry["state"] == "delivered" and entry.get("told"):
                    self._mark_told(letter, name)

    def _mark_told(self, carrier: Letter, name: str) -> None:
        """Settle what was told with `carrier`; what the budget leaves over keeps the carrier here."""
        for other in carrier.to[name].get("told", ()):
            letter = self._letters.get(other)
            if letter is None or _is_settled(letter.to.get(name)):
                continue
            if self._left() <= 0:
                self._report.out_of_budget = True
                self._unfinished.add(carrier.name)
                return
            letter.to[name] = {"state": "told", "in": carrier.name}
            self._files.write(letter)
            self._report.told.append((name, letter.notice["id"]))

    def _route(self, letter: Letter) -> None:
        """Decide on destinations once, and again for adapters that could not be read then."""
        if letter.changed:  # read from a file without destinations: it is seen for the first time
            self._choose(letter)
        for name, entry in letter.to.items():
            if entry["state"] in (*GOOD, *BAD):
                continue
            adapter = self._adapters.get(name)
            if adapter is None:
                self._without_adapter(letter, name)
            elif self._still_wanted(letter, name, adapter):
                self._check_age(letter, name, adapter)

    def _choose(self, letter: Letter) -> None:
        """The destinations of a new notice: adapters that want it, and those that cannot be read yet."""
        named = letter.notice.get("notify")
        wanted = set(named) if isinstance(named, list) else None
        for name, adapter in self._adapters.items():
            if plan.interested(adapter, letter.notice):
                letter.to[name] = first_entry()
        for name in self._broken - set(self._adapters):
            if wanted is None or name in wanted:
                letter.to[name] = {**first_entry(), "unread": True}
        for name in (wanted or set()) - set(self._adapters) - self._broken:
            self._fail(letter, name, "missing", "there is no adapter of that name")

    def _without_adapter(self, letter: Letter, name: str) -> None:
        """A destination that has no adapter now: it waits while the file is broken, and fails once it is gone."""
        if name in self._broken:
            return
        entry = letter.to[name]
        if entry.get("unread"):
            _skip(letter, name, "the adapter's file is gone, and was never readable")
        else:
            self._fail(letter, name, "missing", "there is no adapter of that name any more")

    def _still_wanted(self, letter: Letter, name: str, adapter: Adapter) -> bool:
        entry = letter.to[name]
        if entry.pop("unread", False):
            letter.changed = True
            if not plan.interested(adapter, letter.notice):
                entry["state"] = "skipped"
                return False
        if not adapter.enabled:
            _skip(letter, name, "the adapter was disabled")
            return False
        return True

    def _check_age(self, letter: Letter, name: str, adapter: Adapter) -> None:
        """Settle a send that was interrupted, and end what has waited too long."""
        entry = letter.to[name]
        if entry["state"] == SENDING:
            # the process that wrote this died before the answer was on disk
            self._lose(letter, name, "the sender was interrupted before it had the answer")
        since = max(letter.happened_at, _epoch(letter.notice.get("again_at")))
        if entry["state"] == WAITING and self.now - since > adapter.expire_seconds:
            self._fail(letter, name, "expired", f"not sent in time; the last answer: {entry.get('said') or 'none'}")

    def _lose(self, letter: Letter, name: str, said: str) -> None:
        entry = letter.to[name]
        entry["lost"] = entry.get("lost", 0) + 1
        entry["state"], entry["said"] = WAITING, said
        letter.changed = True
        if entry["lost"] >= LOST_MOST:
            self._fail(letter, name, "lost", f"it may have arrived: {entry['lost']} times the answer was lost; {said}")

    def _fail(self, letter: Letter, name: str, state: schema.DeliveryState, reason: str) -> None:
        entry = letter.to.setdefault(name, {"state": state})
        entry["state"], entry["said"] = state, reason
        letter.changed = True
        self._report.failed.append((name, letter.notice["id"], reason))

    def _serve(self, adapter: Adapter) -> None:
        """Send what one destination may get now."""
        known = self._files.destination(adapter.name)
        if _ahead(known, self.now) or pauses.standing(self._files.home, adapter.name, self.now):
            return
        queue = [letter for letter in self._letters.values() if _waits(letter, adapter.name)]
        messages = plan.plan([_waiting(one, adapter.name, self.now) for one in queue], adapter, self.now, known.sent_at)
        if not messages or not self._enough_left(adapter):
            return
        fetched: dict[str, str] = {}
        for key, secret in adapter.secrets.items():
            try:
                fetched[key] = secrets.fetch(secret.how, secret.where, min(TRY_OTHERWISE, max(self._left(), 0.1)))
            except secrets.Unavailable as error:
                self._pause(adapter, known, None, f"{key}: {error}", None)
                return
        for message in messages:
            if not self._enough_left(adapter):
                return
            try:
                sent = self._send(adapter, known, message, fetched)
            except Invalid as error:  # a template of the user's: mended, everything that waits goes out
                self._pause(adapter, known, None, error.message, None)
                return
            if sent.outcome in (protocol.RETRY, protocol.UNKNOWN):
                self._pause(adapter, known, self._letters[message.carrier.name], sent.said, sent.after)
                return
            if known.failures or known.state != sent.outcome:
                known.failures, known.not_before = 0, 0.0
                known.state, known.said = sent.outcome, sent.said
                self._files.write_destination(adapter.name, known)

    def _enough_left(self, adapter: Adapter) -> bool:
        needed = LEAST_SECONDS.get(adapter.uses, LEAST_OTHERWISE)
        if self._left() >= min(needed, 0.9 * (self._end - self._begun)):  # a small budget is better than no try
            return True
        self._report.out_of_budget = True
        return False

    def _send(self, adapter: Adapter, known: Known, message: plan.Message, fetched: Mapping[str, str]) -> Sent:
        """One message: room and intent first, then the far end, then the result."""
        letter = self._letters[message.carrier.name]
        also = [self._letters[one.name] for one in message.also]
        rendered = self._render(adapter, letter, also, message)
        entry = letter.to[adapter.name]
        entry["state"] = SENDING
        entry["tries"] = entry.get("tries", 0) + 1
        entry["tried_at"] = clock.stamp(self.now)
        told = [one.name for one in also]
        known.sent_at = [*known.sent_at, self.now][-adapter.at_most :]
        known.tried_at = self.now
        room = Room(self._files.cur, _room_for(letter, told))
        try:
            self._files.write_destination(adapter.name, known)
            self._files.write(letter)
            sent = self._ask(adapter, rendered, fetched)
            self._note(letter, adapter, sent, told)
            room.put(letter.name, letter.encode())
            letter.changed = False
        except OSError:
            # the file says `sending` or `waiting`, and so shall what we know of it in the rest of this flush
            entry["state"] = SENDING
            raise
        finally:
            room.close()
        if sent.outcome == protocol.DELIVERED:
            self._report.delivered.append((adapter.name, letter.notice["id"]))
            if told:
                self._mark_told(letter, adapter.name)
        return sent

    def _note(self, letter: Letter, adapter: Adapter, sent: Sent, told: list[str]) -> None:
        entry = letter.to[adapter.name]
        if sent.outcome == protocol.DELIVERED:
            entry.pop("not_before", None)
            entry["state"], entry["said"] = "delivered", sent.said
            entry["delivered_at"] = clock.stamp(self.now)
            if told:
                entry["told"] = told
            return
        if sent.outcome == protocol.REFUSED:
            self._fail(letter, adapter.name, "refused", sent.said)
            return
        entry["state"], entry["said"] = WAITING, sent.said
        if sent.outcome == protocol.UNKNOWN:
            self._lose(letter, adapter.name, sent.said)
        pause = back_off(f"{letter.name} {adapter.name}", entry.get("tries", 1), _RETRY, _RETRY_MOST)
        entry["not_before"] = clock.stamp(self.now + max(sent.after or 0.0, pause if sent.after is None else 0.0))

    def _pause(self, adapter: Adapter, known: Known, letter: Letter | None, said: str, after: float | None) -> None:
        """Leave a destination alone for a while: what is wrong for one message is wrong for the next."""
        known.failures += 1
        pause = back_off(adapter.name, known.failures, _PAUSE, _PAUSE_MOST)
        shown = self._masked(said, {})
        known.tried_at = self.now
        known.not_before = self.now + (pause if after is None else after)
        known.state, known.said = protocol.RETRY, shown
        self._files.write_destination(adapter.name, known)
        self._report.delayed.append((adapter.name, letter.notice["id"] if letter else "", shown))

    def _render(
        self, adapter: Adapter, letter: Letter, also: Sequence[Letter], message: plan.Message
    ) -> protocol.Rendered:
        if self._texts is None:
            from workcell.channels import render  # Jinja costs 40 ms, and most flushes find nothing that is due

            self._texts = render.Texts(self._means.templates, self._means.redact)
        make = self._means.day if plan.of_the_day(adapter, message) else None
        report = day.made(make, adapter, min(one.happened_at for one in [letter, *also]), self.now)
        others = [one.notice for one in also]
        return self._texts.render(adapter.uses, letter.notice, others, summary=message.summary, day=report)

    def _ask(self, adapter: Adapter, rendered: protocol.Rendered, fetched: Mapping[str, str]) -> Sent:
        sent = ask(adapter, rendered, fetched, min(TRY_SECONDS.get(adapter.uses, TRY_OTHERWISE), self._left()))
        return Sent(sent.outcome, self._masked(sent.said, fetched), sent.after)

    def _masked(self, said: str, fetched: Mapping[str, str]) -> str:
        return masked(said, fetched, self._means.redact)

    def _archive(self) -> None:
        for letter in list(self._letters.values()):
            if letter.settled() and letter.name not in self._unfinished:
                self._files.archive(letter)
                del self._letters[letter.name]


def _ahead(known: Known, now: float) -> bool:
    """Whether a pause still holds; one that was set in the future was set by a clock that has been put right."""
    return known.not_before > now >= known.tried_at


def _waits(letter: Letter, name: str) -> bool:
    entry = letter.to.get(name)
    return entry is not None and entry["state"] == WAITING


def _is_settled(entry: schema.Delivery | None) -> bool:
    return entry is not None and entry["state"] in (*GOOD, *BAD)


def _skip(letter: Letter, name: str, why: str) -> None:
    entry = letter.to[name]
    entry["state"], entry["said"] = "skipped", why
    letter.changed = True


def _waiting(letter: Letter, name: str, now: float) -> plan.Waiting:
    entry = letter.to[name]
    not_before = _epoch(entry.get("not_before"))
    if _epoch(entry.get("tried_at")) > now:
        not_before = 0.0  # set by a clock that has been put right since
    notice = letter.notice
    return plan.Waiting(letter.name, letter.run, notice["event"], letter.happened_at, not_before, "class" in notice)


def _epoch(stamp: object) -> float:
    try:
        return clock.parse(stamp) if isinstance(stamp, str) else 0.0
    except ValueError:
        return 0.0


def _room_for(letter: Letter, told: Sequence[str]) -> int:
    """More than the result takes: what stands there, the names that were told, an answer of 300 characters."""
    return len(letter.encode()) + sum(len(name) + 40 for name in told) + 4096
