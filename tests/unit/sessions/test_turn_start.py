"""The prompt of the turn in which a place of a file stands."""

import os
import tracemalloc
from itertools import product
from pathlib import Path

import pytest

from tests.support.agent_sessions import Claude
from tests.support.lab import ROOT
from workcell.agents import jsonl, registry
from workcell.sessions import turn_start
from workcell.sessions.records import Reader
from workcell.sessions.turn_start import TurnStarts


def before(talk: Claude, folder: Path, starts: TurnStarts | None = None) -> str | None:
    """The prompt that opened the turn at the end of the file."""
    path = talk.keep(folder)
    fd = os.open(path, os.O_RDONLY)
    try:
        found = (starts or TurnStarts()).before(registry.load("claude", str(folder)), fd, path.stat().st_size)
    finally:
        os.close(fd)
    return None if found is None else found["text"]


def test_it_is_found_over_pieces_of_any_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    talk = Claude().prompt("old").said("Yes.").prompt("fix\nthe login").call("ls").result("y" * 5000)
    for step in (1 << 20, 4096, 1000, 97):
        monkeypatch.setattr(turn_start, "STEP", step)
        assert before(talk, tmp_path) == "fix\nthe login", step
    assert before(talk.said("Done."), tmp_path) is None, "that turn is over"
    assert before(Claude().call("ls"), tmp_path) is None
    assert TurnStarts().before(registry.load("claude", str(tmp_path)), -1, 0) is None


def test_the_lines_are_those_of_the_file_in_pieces_of_any_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [b"a" * 3, b"", b"b" * 40, b'{"c":"' + b"d" * 25 + b'"}', b"e", b"f" * 90, b"g"]
    path = tmp_path / "lines"
    path.write_bytes(b"\n".join(lines) + b"\n")
    fd = os.open(path, os.O_RDONLY)
    try:
        for longest, step in product((1 << 20, 20), range(1, 60)):
            monkeypatch.setattr(jsonl, "MAX_LINE", longest)
            monkeypatch.setattr(turn_start, "STEP", step)
            found = [line for line in TurnStarts()._lines(fd, path.stat().st_size) if line]
            assert found == [line for line in reversed(lines) if line], (longest, step)
    finally:
        os.close(fd)


def test_it_is_found_before_many_mebibytes_and_lines_that_are_too_long_to_hold(tmp_path: Path) -> None:
    talk = Claude().prompt("old").said("Yes.").prompt("fix the login")
    for _ in range(3):
        talk.call("cat big").result("y" * (jsonl.MAX_LINE * 3 // 2)).call("ls").result("x\ny" * 20_000)
    path = talk.keep(tmp_path)
    del talk
    agent = registry.load("claude", str(tmp_path))
    fd = os.open(path, os.O_RDONLY)
    tracemalloc.start()
    try:
        found = TurnStarts().before(agent, fd, path.stat().st_size)
        assert found is not None and found["text"] == "fix the login"
        assert tracemalloc.get_traced_memory()[1] < 3 * jsonl.MAX_LINE < path.stat().st_size
    finally:
        tracemalloc.stop()
        os.close(fd)


@pytest.mark.parametrize("name", ["claude", "codex"])
def test_every_prompt_and_every_end_of_a_turn_is_known_by_its_bytes(tmp_path: Path, name: str) -> None:
    agent, found, lines, few = registry.load(name, str(tmp_path)), 0, 0, 0
    assert agent.may_bound_turn is not None
    for path in (ROOT / "tests" / "data" / "conversations").glob(f"{name}-*.jsonl"):
        for line in path.read_bytes().splitlines(keepends=True):
            bounds = turn_start.last(Reader(agent, "", "transcript").read(line)) is not None
            assert agent.may_bound_turn(line) or not bounds, line
            found, lines, few = found + bounds, lines + 1, few + agent.may_bound_turn(line)
    assert found > 20 and few < lines / 2, "most lines are not decoded"


def test_one_file_and_all_of_them_are_read_up_to_a_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turn_start, "STEP", 1024)
    long = Claude().prompt("fix the login").result("y" * 9000)
    starts = TurnStarts()
    assert before(long, tmp_path, starts) == "fix the login"
    monkeypatch.setattr(turn_start, "MOST", 4096)
    assert before(long, tmp_path, starts) is None
    monkeypatch.setattr(turn_start, "MOST", 1 << 20)
    monkeypatch.setattr(turn_start, "ALL", 4096)
    starts = TurnStarts()
    assert before(long, tmp_path, starts) is None
    assert before(Claude().prompt("short"), tmp_path, starts) is None, "as much was read as may be"
