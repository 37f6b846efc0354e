"""show of a session that belongs to no run, and which words mean one."""

from pathlib import Path
from typing import Any

import pytest

from tests.support import recorded_runs as made
from tests.support.agent_sessions import Claude, Codex, tree
from workcell.base.errors import NoSuchRun, NotFound, Usage
from workcell.rundir.cell import Cell
from workcell.sessions import session_reading
from workcell.views import sessions, show

TOKEN = "ghp_" + "a1B2" * 9


@pytest.fixture
def session(tmp_path: Path) -> Codex:
    session = Codex(name="01a1f76b-3727-79c0").prompt("fix the login").call("make test").result("2 failed", 1)
    session.said(f"I used {TOKEN}.")
    session.keep(tmp_path)
    return session


def asked(person: Path, word: str, home: str | None = None, **more: Any) -> Any:
    cell = Cell(home or str(person / "home"), {"HOME": str(person)}, "/")
    return show.perform(cell, show.Request(word, **more))


@pytest.mark.parametrize("word", ["codex:01a1f76b-3727-79c0", "codex:01a1", "01a1f76b"])
def test_its_turns_and_nothing_is_changed(tmp_path: Path, session: Codex, word: str) -> None:
    before = tree(tmp_path)
    found = asked(tmp_path, word)
    assert (found.id, found.session, found.attempt, found.agent) == (session.id, session.id, None, "codex")
    assert (found.name, found.model, found.source, found.earlier) == ("fix the login", "gpt-a", "transcript", False)
    [turn] = found.turns
    assert turn.prompt == "fix the login" and [step.kind for step in turn.steps] == ["tool", "said"]
    assert "make test → exit 1" in turn.steps[0].line
    assert TOKEN not in repr(found) and tree(tmp_path) == before


def test_a_run_goes_before_a_session_of_its_name(tmp_path: Path) -> None:
    run = made.recorded(tmp_path, transcript=made.lines(made.prompt("in the run"), made.said("Done.")))
    name = Path(run).name
    Claude(name=name).prompt("in the session").keep(tmp_path)
    assert asked(tmp_path, name, made.home_of(run)).turns[0].prompt == "in the run"
    assert asked(tmp_path, f"claude:{name}", made.home_of(run)).turns[0].prompt == "in the session"


def test_that_of_a_run_has_the_title_that_sessions_shows(tmp_path: Path) -> None:
    talk = Claude(name="5369a4b0-1").prompt("read the brief").said("A.")
    talk.keep(tmp_path)
    run = made.recorded(tmp_path, agent_session=talk.id, transcript=b"", objective=f"the login works with {TOKEN}")
    home = made.home_of(run)
    cell = Cell(home, {"HOME": str(tmp_path)}, "/")
    [listed] = sessions.perform(cell, sessions.Request()).sessions
    assert asked(tmp_path, "claude:5369", home).name == listed.title == "the login works with [redacted:github]"
    talk.titled("my own name").keep(tmp_path)
    assert asked(tmp_path, "claude:5369", home).name == "my own name"


def test_words_that_name_neither_are_errors_of_runs_or_of_sessions(tmp_path: Path, session: Codex) -> None:
    for word in ("nobody", "01a1f", "zzzzzzzz"):
        with pytest.raises(NoSuchRun):
            asked(tmp_path, word)
    with pytest.raises(NotFound, match="no session"):
        asked(tmp_path, "claude:01a1")
    with pytest.raises(Usage, match="has no attempts"):
        asked(tmp_path, "codex:01a1", attempt=2)


def test_a_reader_who_follows_sees_what_is_written_and_ends_with_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session_reading, "POLL", 0.001)
    talk = Claude(name="5369a4b0-1").prompt("one").said("A.")
    path = talk.keep(tmp_path)
    lines = asked(tmp_path, "claude:5369", follow=True, last=1)
    assert next(lines).startswith("> one")
    size = path.stat().st_size
    whole = talk.prompt("two").call("make test").keep(tmp_path).read_bytes()
    assert whole[:size] == path.read_bytes()[:size]
    shown = [next(lines) for _ in range(4)]
    assert shown[:3] == ["  A.", "", "> two"] and "make test" in shown[3]
    path.unlink()
    assert list(lines) == []
