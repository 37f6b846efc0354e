"""The prompt of the turn in which a place of a file stands."""

import os
from pathlib import Path

import pytest

from tests.support.agent_sessions import Claude
from workcell.agents import registry
from workcell.sessions import turn_start
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
