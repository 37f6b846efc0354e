"""search, sessions and show of a file into which its program writes between any two of their reads.

The program appends, tears lines, cuts the file, writes it anew in its place or puts another in its place. Whatever it
does, nothing fails, nothing is told twice, and what stood in the file all the time is told.
"""

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.support.agent_sessions import Claude
from workcell.rundir.cell import Cell
from workcell.sessions import known, outline, search_file, session_reading, tail
from workcell.sessions.session_reading import SessionReading
from workcell.views import search, sessions, show_session

ACT = st.one_of(
    st.tuples(st.just("append"), st.integers(1, 400)),
    st.tuples(st.sampled_from(["cut", "rewrite", "shift", "drop", "replace", "rotate"]), st.integers(0, 6)),
    st.tuples(st.just("wait"), st.integers(0, 3)),
)
SIZES = st.sampled_from([64, 300, 5000])
"""Bytes of one read; those of the programs are made small, so that much happens between two of them."""


class Writer:
    """A session of Claude Code; each of its prompts has a number that no other has."""

    def __init__(self, person: Path) -> None:
        talk = Claude(cwd="/w/shop", name="5369a4b0-1")
        self.path = talk.path(person)
        self.path.parent.mkdir(parents=True)
        self._talk, self._number, self._rest = talk, 0, b""
        self.lines: list[bytes] = []
        """The whole lines of the file."""
        self.steady = 0
        """How many of the first of them stood there all the time."""
        self.written: set[str] = set()
        self.path.touch()

    def line(self) -> bytes:
        """A new record."""
        self._number += 1
        text = f"needle number-{self._number:03} and so on"
        self.written.add(f"number-{self._number:03}")
        record = {
            **self._talk.prompt(text).records[-1],
            "uuid": f"u{self._number:03}",
            "promptId": f"p{self._number:03}",
        }
        return json.dumps(record).encode() + b"\n"  # all have one length: another may come to stand where one stood

    def append(self, size: int) -> None:
        """So many bytes, wherever a record ends."""
        while size > 0:
            if not self._rest:
                self._rest = self.line()
                self.lines.append(self._rest)
            part, self._rest = self._rest[:size], self._rest[size:]
            with self.path.open("ab") as file:
                file.write(part)
            size -= len(part)

    def fill(self, count: int) -> None:
        """So many records, which stand there from the beginning."""
        for _ in range(count):
            self.whole()
            self.append(1)
        self.whole()
        self.steady = len(self.lines)

    def whole(self) -> None:
        """The rest of a torn line."""
        self.append(len(self._rest))

    def cut(self, count: int) -> None:
        """All but the first records are gone."""
        self._rest = b""
        self.lines = self.lines[:count]
        self.steady = min(self.steady, count)
        os.truncate(self.path, sum(map(len, self.lines)))

    def rewrite(self, count: int) -> None:
        """The file is emptied and written again, with as many records as before at most."""
        self._rest, self.steady = b"", 0
        self.lines = [self.line() for _ in range(min(count, len(self.lines)))]
        self.path.write_bytes(b"".join(self.lines))

    def shift(self, count: int) -> None:
        """It is written again in its place with what it had, behind new records."""
        self.whole()
        self.steady = 0
        self.lines = [*(self.line() for _ in range(count)), *self.lines]
        self.path.write_bytes(b"".join(self.lines))

    def drop(self, count: int) -> None:
        """It is written again in its place without its first records."""
        self.whole()
        self.steady = 0
        self.lines = self.lines[count:]
        self.path.write_bytes(b"".join(self.lines))

    def replace(self, count: int) -> None:
        """Another file with what this one has, and more, takes its place."""
        self.whole()
        other = self.path.with_suffix(".new")
        shutil.copy(self.path, other)
        other.rename(self.path)
        self.fill_after(count)

    def rotate(self, count: int) -> None:
        """The file gets another name, and a new one begins."""
        self.whole()
        self.path.rename(self.path.with_suffix(".jsonl.1"))
        self.steady, self.lines = 0, []
        self.path.touch()
        self.fill_after(count)

    def fill_after(self, count: int) -> None:
        for _ in range(count):
            self.append(1)
            self.whole()

    def act(self, name: str, size: int) -> None:
        if name != "wait":
            getattr(self, name)(size)

    def stood(self) -> list[str]:
        return [json.loads(line)["message"]["content"].split()[1] for line in self.lines[: self.steady]]


class Beside:
    """A writer, a reader, and the acts of the writer of which the next comes before each read."""

    def __init__(self, top: Path, patch: pytest.MonkeyPatch, size: int) -> None:
        self.writer, self.top = Writer(top), top
        self.cell = Cell(str(top / "home"), {"HOME": str(top)}, "/")
        self._real, self._patch = os.pread, patch
        for module, name in ((search_file, "CHUNK"), (session_reading, "CHUNK"), (outline, "ENDS"), (tail, "FIRST")):
            patch.setattr(module, name, size)
        patch.setattr(session_reading, "POLL", 0.0)

    @contextmanager
    def acting(self, acts: list[tuple[str, int]]) -> Iterator[None]:
        left = iter(acts)

        def pread(fd: int, size: int, start: int) -> bytes:
            if (act := next(left, None)) is not None:
                self.writer.act(*act)
            return self._real(fd, size, start)

        self._patch.setattr(os, "pread", pread)
        try:
            yield
        finally:
            self._patch.setattr(os, "pread", self._real)

    def file(self) -> Any:
        return known.find(self.cell.home, self.cell.environment, "claude:5369a4b0-1")


@contextmanager
def beside(count: int, size: int) -> Iterator[Beside]:
    with tempfile.TemporaryDirectory() as top, pytest.MonkeyPatch.context() as patch:
        made = Beside(Path(top), patch, size)
        made.writer.fill(count)
        yield made


def check(made: Beside, told: list[str]) -> None:
    assert len(told) == len(set(told)), "told twice"
    assert set(told) <= made.writer.written, "nobody wrote that"
    assert set(made.writer.stood()) <= set(told), "what stood there all the time is missing"


@settings(max_examples=60)
@given(st.integers(0, 12), SIZES, st.lists(ACT, max_size=12))
@example(6, 5000, [("wait", 0), ("wait", 0), ("wait", 0), ("drop", 1)])  # the last record, in place of the one before
@example(6, 5000, [("wait", 0), ("wait", 0), ("wait", 0), ("wait", 0), ("wait", 0), ("drop", 1)])
def test_search(count: int, size: int, acts: list[tuple[str, int]]) -> None:
    with beside(count, size) as made, made.acting(acts):
        hits = list(search.perform(made.cell, search.Request(("needle",), last=1000)))
        check(made, [hit.text.split()[1] for hit in hits])


@settings(max_examples=60)
@given(st.integers(0, 12), SIZES, st.lists(ACT, max_size=6))
def test_sessions(count: int, size: int, acts: list[tuple[str, int]]) -> None:
    with beside(count, size) as made, made.acting(acts):
        [found] = sessions.perform(made.cell, sessions.Request()).sessions
        told = [text.split()[1] for text in (found.title, found.prompt) if text]
        assert set(told) <= made.writer.written
        if made.writer.steady and size > 1000:
            assert told[0] == made.writer.stood()[0]


@settings(max_examples=60)
@given(st.integers(0, 12), SIZES, st.lists(ACT, max_size=12))
def test_show(count: int, size: int, acts: list[tuple[str, int]]) -> None:
    with beside(count, size) as made, made.acting(acts):
        shown = show_session.last(made.cell, made.file(), 1000)
        check(made, [turn.prompt.split()[1] for turn in shown.turns if turn.prompt])


def follow(made: Beside, acts: list[tuple[str, int]]) -> bytes:
    """What a reader that follows the file has of it in the end, since it began anew."""
    agent = search.registry.load("claude")
    with SessionReading(agent, made.file()) as reading:
        reading.last_turns(1)
        pieces = reading.grown()
        got, quiet = Path(made.writer.path).read_bytes(), 0
        with made.acting(acts):
            while quiet < len(acts) + 3:
                piece = next(pieces)
                got = b"" if piece is None else got + piece
                quiet = quiet + 1 if piece == b"" else 0
        return got


@settings(max_examples=60)
@given(st.integers(1, 12), SIZES, st.lists(ACT, max_size=12))
@example(1, 300, [("append", 1), ("rewrite", 2)])  # written anew when what was read of it has been compared
def test_show_that_follows(count: int, size: int, acts: list[tuple[str, int]]) -> None:
    """In the end it has the file as it is, each byte once: from where it stood, or anew from its beginning."""
    with beside(count, size) as made:
        assert follow(made, acts) == made.writer.path.read_bytes()
