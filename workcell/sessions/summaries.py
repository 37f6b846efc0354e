"""A summary of the last turns by a command that a person named in config.yaml; where none is named, nothing is asked.

The command gets the turns on its standard input, with the secrets of the run masked, and prints the summary. What it
said stands in `summary.json` of the attempt, with the number of times that it was asked.
"""

from __future__ import annotations

import os
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workcell.base import clock, json_codec
from workcell.base.digest import sha256
from workcell.base.errors import WorkcellError
from workcell.cleaning.clean import Cleaner
from workcell.rundir import attending, layout, locks, look, seal
from workcell.sessions import conversation, short_records, turn_lines
from workcell.system import run_program
from workcell.texts import config

if TYPE_CHECKING:
    from workcell.rundir import schema

TURNS = 5
"""Number of the last turns that are summarized."""
MOST_IN = 8192
"""Maximum bytes that a command gets: the end of the turns, where they are longer."""
MOST_OUT = short_records.LONGEST
APART = 30.0
"""Minimum seconds between two times that a command is asked about one attempt."""
TIMEOUT = 30.0
"""Seconds after which a command is ended."""


@dataclass(frozen=True)
class Commands:
    """What may be asked: `local` first, `cloud` where that is not named or fails."""

    local: str | None = None
    cloud: str | None = None

    def named(self) -> list[tuple[schema.SummaryWay, str]]:
        """Those that are named, in the order in which they are asked."""
        found: list[tuple[schema.SummaryWay, str]] = []
        if self.local:
            found.append(("local", self.local))
        if self.cloud:
            found.append(("cloud", self.cloud))
        return found


def commands(home: str) -> Commands:
    """The commands that config.yaml of the home names; none where the file has faults, which `config lint` tells."""
    try:
        settings = config.read(os.path.join(home, layout.CONFIG))
    except WorkcellError:
        return Commands()
    return Commands(settings["summarize"]["local"], settings["summarize"]["cloud"])


def current(
    seen: look.Look, cleaner: Cleaner, asked: Commands, now: float, patience: float = 0.0
) -> schema.Summary | None:
    """The summary of the current attempt; a command is asked where its turns have changed since the last time.

    None where there is none. `now` is in seconds since the epoch. A command that cannot be started, fails, says
    nothing or takes longer than TIMEOUT is counted, and the summary before stays. It stays also where a command is
    being asked about a run of this home for longer than `patience` seconds: none is asked beside another.
    """
    before = short_records.summary(seen.directory)
    named = asked.named()
    if not named or (before and now - clock.parse(before["asked_at"]) < APART):
        return before
    words = material(seen, cleaner)
    name = sha256(words)
    if not words or (before and before["of"] == name and before["text"]):
        return before
    one = attending.take_in(layout.home_of(seen.run), attending.SUMMARIES, patience)
    if one is None:
        return before
    try:
        return _changed(seen, cleaner, _Question(named, words, name), now)
    finally:
        os.close(one)


@dataclass(frozen=True)
class _Question:
    named: list[tuple[schema.SummaryWay, str]]
    words: bytes
    name: str


def _changed(seen: look.Look, cleaner: Cleaner, question: _Question, now: float) -> schema.Summary | None:
    """Ask, and write down what was said; what was there where another process has just written."""
    before = short_records.summary(seen.directory)
    if before and before["of"] == question.name and before["text"]:
        return before
    lock = locks.take(os.path.join(seen.directory, layout.SUMMARY), 0.0, alone=True)
    if lock is None:
        return before
    try:
        made = _ask(question.named, question.words, before)
        made["of"], made["asked_at"] = question.name, clock.stamp(now)
        if made["text"] is not None:
            made["text"] = cleaner.line(made["text"])
        seal.replace(seen.directory, layout.SUMMARY, json_codec.encode(made))
    finally:
        os.close(lock)
    return made


def material(seen: look.Look, cleaner: Cleaner) -> bytes:
    """The last turns as lines, masked, at most MOST_IN bytes of their end; empty where none can be read."""
    talk = conversation.of_attempt(seen, seen.n)
    if talk is None:
        return b""
    found = talk.last_turns(TURNS).turns.closed()
    lines = turn_lines.turns([turn.masked(cleaner.mask) for turn in found])
    text = "\n".join(lines).encode("utf-8", "replace")
    return text[-MOST_IN:].decode("utf-8", "ignore").encode()


def _ask(named: list[tuple[schema.SummaryWay, str]], words: bytes, before: schema.Summary | None) -> schema.Summary:
    made: schema.Summary = {
        "schema": short_records.SUMMARY,
        "asked_at": "",
        "of": "",
        "text": before["text"] if before else None,
        "by": before["by"] if before else None,
        "calls": before["calls"] if before else 0,
        "failed": before["failed"] if before else 0,
    }
    for by, command in named:
        made["calls"] += 1
        try:
            ran = run_program.run(shlex.split(command), timeout=TIMEOUT, input=words)
            said = " ".join(ran.text().split()) if ran.ok else ""
        except (WorkcellError, ValueError):
            said = ""
        if said:
            made["text"] = said if len(said) <= MOST_OUT else said[: MOST_OUT - 1] + "…"
            made["by"] = by
            return made
        made["failed"] += 1
    return made
