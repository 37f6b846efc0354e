"""What the two ends of a session's file tell, whatever stands between them."""

import os
import tracemalloc
from pathlib import Path

import pytest

from tests.support.agent_sessions import Claude, Codex, written
from workcell.agents import registry
from workcell.sessions import known, outline


def outlined(tmp_path: Path) -> outline.Outline:
    [file] = known.every(str(tmp_path / "home"), {"HOME": str(tmp_path)})
    return outline.of(registry.load(file.agent), file)


@pytest.mark.parametrize("made", [Claude, Codex])
def test_what_was_asked_first_and_last_and_said_last(tmp_path: Path, made: type[Claude] | type[Codex]) -> None:
    made().prompt("fix the login").said("Done.").prompt("and the tests").said("All pass.").keep(tmp_path)
    found = outlined(tmp_path)
    assert (found.title, found.last_prompt, found.said, found.turn) == (
        "fix the login",
        "and the tests",
        "All pass.",
        "ended",
    )
    assert found.about.directory == "/w/repo" and not found.calls and not found.failures


def test_the_programs_own_title_goes_first(tmp_path: Path) -> None:
    Claude().prompt("fix it").titled("Login").keep(tmp_path)
    assert outlined(tmp_path).title == "Login"


def test_how_the_last_turn_stands(tmp_path: Path) -> None:
    session = Claude().prompt("run the tests").call("make test").result("Exit code 2", failed=True).call("ls", "t2")
    session.keep(tmp_path)
    found = outlined(tmp_path)
    assert (found.turn, list(found.calls), found.failures) == ("open", ["t2"], 1)
    session.result("a", "t2").said("Which one do you want?").keep(tmp_path)
    assert outlined(tmp_path).turn == "asks"
    session.prompt("this one").call("", "t3", "AskUserQuestion", questions=[{"question": "Sure?"}]).keep(tmp_path)
    found = outlined(tmp_path)
    assert (found.turn, found.failures) == ("asks", 0)
    session.prompt("[Request interrupted by user]").keep(tmp_path)
    assert outlined(tmp_path).turn == "failed"


def test_a_large_file_costs_its_ends(tmp_path: Path) -> None:
    session = Codex().prompt("fix the login")
    path = session.keep(tmp_path)
    with path.open("ab") as file:
        file.truncate(1 << 30)  # a gigabyte that has no room on the disk
        file.write(b"\n")
    last = written(tmp_path / "last", Codex().prompt("and now?").said("Yes.").records)
    with path.open("ab") as file:
        file.write(b"x" * outline.ENDS + b"\n" + last.read_bytes())
    tracemalloc.start()
    found = outlined(tmp_path)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (found.title, found.last_prompt, found.said) == ("fix the login", "and now?", "Yes.")
    assert most < 8 << 20


def test_a_last_record_that_is_longer_than_the_end_is_read_up_to_a_bound(tmp_path: Path) -> None:
    session = Claude().prompt("fix it").said("x" * (outline.ENDS * 3))
    path = session.keep(tmp_path)
    assert outlined(tmp_path).turn == "ended"
    with path.open("ab") as file:
        file.write(b'{"type": "user", "message": "' + b"y" * (outline.MOST + 10))
    found = outlined(tmp_path)
    assert found.title == "fix it" and found.turn is None


def test_torn_foreign_and_broken_records_are_left_out(tmp_path: Path) -> None:
    path = Claude().prompt("fix it").said("Done.").keep(tmp_path)
    with path.open("ab") as file:
        file.write(
            b'\xff\xfe\n{"type": 5}\n{"type": "assistant", "message": {"content": 7}}\n[1]\n{"type": "user", "mes'
        )
    assert outlined(tmp_path).turn == "ended"


def test_a_file_that_is_gone_tells_nothing(tmp_path: Path) -> None:
    Claude().prompt("fix it").keep(tmp_path)
    [file] = known.every(str(tmp_path / "home"), {"HOME": str(tmp_path)})
    os.unlink(file.path)
    assert outline.of(registry.load("claude"), file).title is None
