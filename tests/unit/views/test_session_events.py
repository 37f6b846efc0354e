"""The events of sessions outside of runs: what is told of them, in which order, and how much is read."""

import os
import time
from pathlib import Path
from typing import Any

import pytest

from tests.support import recorded_runs as made
from tests.support.agent_sessions import Claude, Codex, tree
from workcell.base import clock
from workcell.rundir.cell import Cell
from workcell.sessions import known, turn_start
from workcell.views import feed, session_events
from workcell.views.session_events import SessionEvents

BEGUN = clock.parse("2026-11-20T05:00:00.000Z")
TOKEN = "ghp_" + "a1B2" * 9


@pytest.fixture
def person(tmp_path: Path) -> Path:
    folder = tmp_path / "person"
    folder.mkdir()
    return folder


def cell(person: Path, **more: str) -> Cell:
    """An empty home and that person, an hour after the sessions began."""
    env = {"HOME": str(person), **more}
    return Cell(str(person.parent / "home"), env, "/", clock=lambda: BEGUN + 3600)


def told(found: list[Any]) -> list[tuple[str, str, str]]:
    return [(one["session"], one["type"], one["text"]) for one in found]


def append(path: Path, talk: Claude | Codex, told: int) -> None:
    """Write the records after the first `told` ones."""
    whole = path.read_bytes()
    talk.keep(path.parents[3] if isinstance(talk, Claude) else path.parents[5])
    new = b"".join(path.read_bytes().splitlines(keepends=True)[told:])
    with open(path, "wb") as file:
        file.write(whole)
        file.write(new)


def test_starts_and_ends_of_turns_of_both_programs_by_time(person: Path) -> None:
    claude = Claude().prompt("fix the login").call("ls").result("x").said(f"It was {TOKEN}.")
    codex = Codex().prompt("write tests").said("There are three.")
    claude.keep(person, BEGUN + 60)
    codex.keep(person, BEGUN + 90)
    before = tree(person)
    found = SessionEvents(cell(person), feed.NOTEWORTHY).latest(50)
    assert [one["at"] for one in found] == sorted(one["at"] for one in found)
    assert [one for one in told(found) if one[0] == claude.id] == [
        (claude.id, "user.prompt", "fix the login"),
        (claude.id, "turn.completed", "It was [redacted:github]."),
    ]
    assert [one for one in told(found) if one[0] == codex.id] == [
        (codex.id, "user.prompt", "write tests"),
        (codex.id, "turn.completed", "There are three."),
    ]
    assert {one["data"].get("asked") for one in found if one["type"] == "turn.completed"} == {
        "fix the login",
        "write tests",
    }
    assert {(one["run"], one["agent"]) for one in found} == {(None, "claude"), (None, "codex")}
    assert tree(person) == before
    calls = SessionEvents(cell(person), (*feed.NOTEWORTHY, "tool.call")).latest(50)
    assert "tool.call" in {one["type"] for one in calls}
    assert told(SessionEvents(cell(person), feed.NOTEWORTHY).latest(1)) == told(found)[-1:]


def test_a_session_that_did_not_change_of_late_or_that_a_run_has_is_left_out(person: Path) -> None:
    old, owned = Claude().prompt("old"), Claude().prompt("of a run")
    old.keep(person, BEGUN + 3600 - session_events.DAY - 1)
    assert SessionEvents(cell(person), feed.NOTEWORTHY).latest(50) == []
    assert len(SessionEvents(cell(person), feed.NOTEWORTHY, since=2 * session_events.DAY).latest(50)) == 1
    owned.keep(person)
    run = made.recorded(person.parent / "other", agent_session=owned.id)
    one = Cell(made.home_of(run), {"HOME": str(person)}, "/")
    assert SessionEvents(one, feed.NOTEWORTHY, since=time.time()).latest(50)[0]["session"] == old.id
    assert owned.id not in {event["session"] for event in SessionEvents(one, feed.NOTEWORTHY).latest(50)}


def test_only_the_ends_of_the_newest_files_are_read(person: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_events, "MOST", 3)
    monkeypatch.setattr(session_events, "END", 4096)
    for number in range(5):
        talk = Claude(name=f"s{number}").prompt("old").said("x").titled("x" * 4000).prompt(f"ask {number}")
        talk.keep(person, BEGUN + 60 + number)
    found = SessionEvents(cell(person), feed.NOTEWORTHY).latest(50)
    assert sorted(one["text"] for one in found) == ["ask 2", "ask 3", "ask 4"]


def test_the_prompt_of_a_turn_that_is_longer_than_the_end_is_told(person: Path) -> None:
    talk = Claude().prompt("the turn before").said("Yes.").prompt("fix the login")
    for number in range(9):
        talk.call("make test", f"t{number}").result("x" * 300_000, f"t{number}")
    path = talk.keep(person)
    assert [one[1:] for one in told(SessionEvents(cell(person), feed.NOTEWORTHY).latest(50))] == [
        ("user.prompt", "fix the login")
    ]
    talk.said("It works.").keep(person)
    [asked, ended] = SessionEvents(cell(person), feed.NOTEWORTHY).latest(50)
    assert (asked["text"], ended["text"], ended["data"]["asked"]) == ("fix the login", "It works.", "fix the login")
    assert path.stat().st_size > 20 * session_events.END


def test_a_turn_that_is_too_long_is_told_without_its_prompt(person: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(2):
        talk = Claude(name=f"s{number}").prompt("fix the login")
        for call in range(8):
            talk.call("make test", f"t{call}").result("x" * 100_000, f"t{call}")
        talk.said("It works.").keep(person, BEGUN + 60 + number)
    monkeypatch.setattr(turn_start, "STEP", 1 << 19)
    monkeypatch.setattr(turn_start, "ALL", 1 << 20)
    found = SessionEvents(cell(person), feed.NOTEWORTHY).latest(50)
    assert [one["type"] for one in found] == ["user.prompt", "turn.completed", "turn.completed"]


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is waited for between two looks."""
    for name in ("POLL", "LIST", "SHARE", "SETTLE", "OWNED_FOR"):
        monkeypatch.setattr(session_events, name, 1e-9 if name != "SHARE" else 1e9)


def now(talk: Claude) -> Claude:
    """The same, with the records after the first one written now."""
    for record in talk.records[1:]:
        record["timestamp"] = clock.stamp()
    return talk


def test_what_is_appended_is_told_once_with_what_was_asked_before(person: Path, at_once: None) -> None:
    talk = Claude().prompt("fix the login")
    path = talk.keep(person)
    one = Cell(str(person.parent / "home"), {"HOME": str(person)}, "/")
    events = SessionEvents(one, feed.NOTEWORTHY)
    assert events.new() == []
    append(path, now(talk.said("Done.")), 1)
    [found] = events.new()
    assert (found["type"], found["text"], found["data"]["asked"]) == ("turn.completed", "Done.", "fix the login")
    assert events.new() == []
    append(path, now(talk.prompt("again")), 2)
    assert [event["text"] for event in events.new()] == ["again"]


def test_one_that_begins_is_told_and_one_of_a_run_is_not(person: Path, at_once: None) -> None:
    run = made.recorded(person.parent / "other", agent_session="of-a-run")
    events = SessionEvents(Cell(made.home_of(run), {"HOME": str(person)}, "/"), feed.NOTEWORTHY)
    now(Claude(name="of-a-run").prompt("").prompt("mine")).keep(person)
    new = now(Claude().prompt("").prompt("hello"))
    path = new.keep(person)
    assert events.new() == [], "a run may have begun it"
    assert [event["text"] for event in events.new()] == ["hello"]
    path.write_bytes(b"")
    assert events.new() == []
    now(new.prompt("written anew")).keep(person)
    assert "written anew" in [event["text"] for event in events.new()]
    path.unlink()
    assert events.new() == []


def test_a_look_that_is_not_due_asks_for_no_file(person: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Claude().prompt("x").keep(person)
    events = SessionEvents(cell(person), feed.NOTEWORTHY)
    events.new()
    monkeypatch.setattr(os, "stat", None)
    monkeypatch.setattr(known, "every", None)
    assert events.new() == []


def test_what_was_asked_long_before_is_known_when_the_turn_ends(person: Path, at_once: None) -> None:
    talk = Claude().prompt("fix the login").call("make test").result("x" * 900_000)
    path = talk.keep(person)
    events = SessionEvents(Cell(str(person.parent / "home"), {"HOME": str(person)}, "/"), feed.NOTEWORTHY)
    assert events.new() == []
    append(path, now(talk.said("Done.")), 3)
    [found] = events.new()
    assert (found["type"], found["data"]["asked"]) == ("turn.completed", "fix the login")
