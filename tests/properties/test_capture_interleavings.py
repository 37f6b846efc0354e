"""However writer, reader, drains and crashes interleave, and whatever befalls the file, each record is told once."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.evidence.test_capture import Run
from workcell.agents import jsonl, long_line
from workcell.evidence import capture, record_files
from workcell.rundir import events, layout

LONG = 240
"""Bytes of a record that is read as it stands; of a real one that is some megabytes."""

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("write"), st.integers(1, 700)),
        st.tuples(st.sampled_from(["read", "drain", "crash", "replace", "cut"]), st.integers(0, 5)),
    ),
    max_size=14,
)


@pytest.fixture(autouse=True, scope="module")
def short_memory():
    """A journal that knows only its last few ids: what is told twice much later must not rest on it."""
    before, events._TAIL = events._TAIL, 300
    yield
    events._TAIL = before


@pytest.fixture(autouse=True, scope="module")
def short_lines():
    """A reader for which some records are too long to be read as they stand."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jsonl, "CHUNK", LONG)
        patch.setattr(jsonl, "MAX_LINE", LONG)
        patch.setattr(record_files, "PIECE", LONG // 4)
        patch.setattr(long_line, "CHUNK", LONG // 3)
        patch.setattr(long_line, "TEXT", LONG // 2)
        yield


def line(number: int) -> bytes:
    """A record, every third one of which has no name of its own, every fifth bytes that are no text, and every seventh a
    text that is longer than a line may be."""
    if number % 3 == 2:
        return json.dumps({"type": f"new-{number:03}"}).encode() + b"\n"
    words = b"\xff\xfe" if number % 5 == 4 else b""
    more = "and so on " * (LONG // 5) if number % 7 == 4 else ""
    content = json.dumps([{"type": "text", "text": f"say-{number:03} {more}"}]).encode().replace(b' "}', words + b'"}')
    return b'{"type":"assistant","uuid":"u%d","message":{"id":"m%d","content":%b}}\n' % (number, number, content)


class Writer:
    """The transcript of an agent, and the records that were written to it as whole lines."""

    def __init__(self, run: Run) -> None:
        self.run, self.file = run, run.transcript
        self.file.touch()
        self.rest = b""
        self.number = 0
        self.kept: list[bytes] = []

    def write(self, size: int) -> None:
        while size > 0:
            if not self.rest:
                self.rest = line(self.number)
                self.kept.append(self.rest)
                self.number += 1
            part, self.rest = self.rest[:size], self.rest[size:]
            with open(self.file, "ab") as file:
                file.write(part)
            size -= len(part)

    def whole(self) -> None:
        self.write(len(self.rest) or 1)
        self.write(len(self.rest))

    def replace(self) -> None:
        """Another file of the same content takes the place of this one."""
        other = self.file.with_suffix(".new")
        shutil.copy(self.file, other)
        other.rename(self.file)

    def cut(self, lines: int) -> None:
        """All but the first lines are gone; what is written then stands where they stood."""
        self.whole()
        self.run.capture(seconds=30.0)
        self.kept = self.kept[:lines]
        with open(self.file, "r+b") as file:
            file.truncate(sum(map(len, self.kept)))


def crash(run: Run) -> None:
    """A reader that was killed once its events stood in the spool, before it wrote down how far it was."""
    state = run.attempt / layout.CAPTURE
    before = state.read_bytes() if state.exists() else b""
    run.capture()
    state.write_bytes(before)


def play(run: Run, steps: list[tuple[str, int]]) -> Writer:
    writer = Writer(run)
    for step, size in steps:
        if step == "write":
            writer.write(size)
        elif step == "read":
            run.capture()
        elif step == "drain":
            run.drain()
        elif step == "crash":
            crash(run)
        elif step == "replace":
            writer.replace()
        else:
            writer.cut(size)
    writer.whole()
    capture.last(str(run.path), events.Journal(str(run.path / layout.EVENTS)))
    return writer


def numbers(run: Run) -> list[int]:
    told: list[dict[str, Any]] = [one for one in run.told() if one["type"] in ("raw", "assistant.message")]
    return [int("".join(char for char in one["text"] if char.isdigit())) for one in told]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(STEPS)
def test_each_record_is_told_once(tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int]]) -> None:
    run = Run(Path(tmp_path_factory.mktemp("run")), io="terminal")
    writer = play(run, steps)
    assert numbers(run) == list(range(writer.number))
    assert all(one["data"]["record_bytes"] > LONG for one in run.told() if "and so on" in one["text"])


def test_a_long_conversation_that_is_written_anew_is_not_told_again(tmp_path: Path) -> None:
    """The journal remembers only its last ids."""
    run = Run(tmp_path, io="terminal")
    steps = [("write", 60_000), ("read", 0), ("drain", 0), ("replace", 0), ("read", 0), ("write", 3000), ("drain", 0)]
    writer = play(run, [*steps, ("cut", 2), ("write", 9000), ("read", 0), ("drain", 0)])
    assert writer.number > 400 and numbers(run) == list(range(writer.number))
