"""The file of a session while its program writes to it."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.agent_sessions import Claude, written
from workcell.agents import registry
from workcell.agents.session_files import SessionFile
from workcell.base.errors import NotFound
from workcell.sessions import known, session_reading
from workcell.sessions.session_reading import SessionReading


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_reading, "POLL", 0.001)


def found(person: Path) -> SessionFile:
    [file] = known.every(str(person / "home"), {"HOME": str(person)})
    return file


def reading(person: Path) -> SessionReading:
    return SessionReading(registry.load("claude"), found(person))


def until(pieces: Iterator[bytes | None], wanted: bytes | None) -> list[bytes | None]:
    """The pieces up to the first that holds `wanted`, without the empty ones."""
    got: list[bytes | None] = []
    for piece in pieces:
        if piece != b"":
            got.append(piece)
        if (piece is None and wanted is None) or (piece is not None and wanted and wanted in piece):
            return got
    raise AssertionError(f"ended after {got}")


def test_the_last_turns_and_what_comes_after_them_without_a_gap(tmp_path: Path) -> None:
    session = Claude().prompt("one").said("A.").prompt("two").said("B.")
    path = session.keep(tmp_path)
    with reading(tmp_path) as open_file:
        turns = open_file.last_turns(1)
        assert [turn.prompt for turn in turns.turns.closed()] == ["two"] and turns.earlier
        with path.open("a") as file:
            file.write('{"more"')
        pieces = open_file.grown()
        assert until(pieces, b"more") == [b'{"more"']
        with path.open("a") as file:
            file.write(": 1}\n")
        assert until(pieces, b"1}") == [b": 1}\n"]


def test_a_file_that_is_cut_or_replaced_begins_anew(tmp_path: Path) -> None:
    path = Claude().prompt("one").said("A.").keep(tmp_path)
    with reading(tmp_path) as open_file:
        open_file.last_turns(5)
        pieces = open_file.grown()
        path.write_bytes(b"{}\n")
        assert until(pieces, b"{}") == [None, b"{}\n"]
        os.rename(written(tmp_path / "other", [{"b": 2}] * 9), path)
        got = until(pieces, b"b")
        assert got[0] is None and got[1] == b'{"b": 2}\n' * 9


def test_a_file_that_was_written_anew_and_has_grown_beyond_its_old_end_begins_anew(tmp_path: Path) -> None:
    path = Claude().prompt("one").said("A.").keep(tmp_path)
    with reading(tmp_path) as open_file:
        open_file.last_turns(5)
        pieces = open_file.grown()
        assert next(pieces) == b""
        whole = path.read_bytes().replace(b"one", b"a new one") * 3
        path.write_bytes(whole)
        assert until(pieces, b"new") == [None, whole]


def test_it_ends_with_the_file(tmp_path: Path) -> None:
    path = Claude().prompt("one").keep(tmp_path)
    with reading(tmp_path) as open_file:
        open_file.last_turns(5)
        path.unlink()
        assert b"".join(piece or b"" for piece in open_file.grown()) == b""
    gone = SessionFile("claude", "s", str(path), 1, 1.0, 1)
    with pytest.raises(NotFound, match="is gone"):
        SessionReading(registry.load("claude"), gone)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.one_of(st.binary(min_size=1, max_size=40), st.just("read"), st.just("replace")), max_size=25))
def test_whatever_is_written_between_two_looks_comes_once_and_in_order(steps: list[bytes | str]) -> None:
    """A writer that appends pieces of any form, or puts another file in its place, and a reader that looks at any time."""
    with tempfile.TemporaryDirectory() as top:
        path = Path(top, "session.jsonl")
        path.write_bytes(b"")
        file = SessionFile("claude", "s", str(path), 0, 0.0, 0)
        with SessionReading(registry.load("claude"), file) as open_file:
            open_file.last_turns(1)
            pieces = open_file.grown()
            written, got = b"", b""

            def look() -> bool:
                """One look; whether anything came. What was read of a file that is gone is no concern any more."""
                nonlocal got
                piece = next(pieces)
                got = b"" if piece is None else got + piece
                return piece != b""

            for step in steps:
                if step == "read":
                    look()
                elif step == "replace":
                    while look():
                        pass
                    other = Path(top, "other")
                    other.write_bytes(b"new\n")
                    os.rename(other, path)
                    written = b"new\n"
                    while got != written:
                        look()
                elif isinstance(step, bytes):
                    with path.open("ab") as writer:
                        writer.write(step)
                    written += step
            while look():
                pass
            assert got == written
