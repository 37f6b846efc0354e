"""A session that belongs to no run is exported and played like a run."""

import json
import os
from pathlib import Path

import pytest

from tests.support import recorded_runs as made
from tests.support.agent_sessions import Claude, Codex, tree
from workcell.base.errors import NoSuchRun, NotFound, Usage
from workcell.rundir.cell import Cell
from workcell.views import export, replay

TOKEN = "ghp_" + "a1B2" * 9
VALUE = "Zq8-own-Value"


@pytest.fixture
def session(tmp_path: Path) -> Codex:
    session = Codex(name="01a1f76b-3727-79c0").prompt("fix the login").call("make test").result("2 failed", 1)
    session.said(f"I used {TOKEN} and {VALUE}.")
    session.keep(tmp_path)
    return session


def cell_of(person: Path) -> Cell:
    return Cell(str(person / "home"), {"HOME": str(person), "MY_TOKEN": VALUE}, "/")


def exported(person: Path, word: str, form: str = "md", **more):
    path = person / "out"
    cell = cell_of(person)
    cell.output = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        found = export.perform(cell, export.Request(word, form, **more))
    finally:
        os.close(cell.output)
    text = path.read_text()
    path.unlink()
    return text, found


@pytest.mark.parametrize("form", export.FORMS)
def test_every_form_and_nothing_is_changed(tmp_path, session, form):
    before = tree(tmp_path)
    text, found = exported(tmp_path, "codex:01a1", form)
    for words in ("fix the login", "make test", "[redacted:github]", "[redacted:secret]"):
        assert words in text
    assert TOKEN not in text and VALUE not in text
    assert (found.id, found.attempts, found.form) == (session.id, [], form)
    assert tree(tmp_path) == before


def test_that_of_a_run_is_titled_by_the_objective_of_the_run(tmp_path):
    talk = Claude(name="5369a4b0-1").prompt("read the brief").said("A.")
    talk.keep(tmp_path)
    run = made.recorded(tmp_path, agent_session=talk.id, transcript=b"", objective="the login works")
    assert made.home_of(run) == cell_of(tmp_path).home
    assert exported(tmp_path, "claude:5369")[0].startswith("# the login works\n")


def test_its_lines_name_the_session(tmp_path, session):
    head, *events, end = map(json.loads, exported(tmp_path, "01a1f76b", "jsonl")[0].splitlines())
    assert head["session"] == session.id and "run" not in head and end["kind"] == "export.end"
    assert {one["session"] for one in events} == {session.id} and not [one for one in events if "attempt" in one]


def test_raw_takes_nothing_out(tmp_path, session):
    text, found = exported(tmp_path, "codex:01a1", raw=True)
    assert TOKEN in text and VALUE in text and not found.redacted


def test_it_is_played_at_the_times_of_its_records(tmp_path):
    Claude(name="5369a4b0-0000").prompt("hello").said("one").prompt("again").said("two").keep(tmp_path)
    steps = list(replay.perform(cell_of(tmp_path), replay.Request("claude:5369a4b0")))
    assert [step.text.strip() for step in steps if step.text.strip()] == ["> hello", "one", "> again", "two"]
    assert [step.at for step in steps] == sorted(step.at for step in steps) and steps[-1].at >= 3


def test_a_session_has_no_attempts(tmp_path, session):
    with pytest.raises(Usage, match="has no attempts"):
        exported(tmp_path, "codex:01a1", attempt=1)
    with pytest.raises(Usage, match="has no attempts"):
        replay.perform(cell_of(tmp_path), replay.Request("codex:01a1", attempt=1))


def test_words_that_name_neither(tmp_path, session):
    with pytest.raises(NoSuchRun):
        exported(tmp_path, "nobody")
    with pytest.raises(NotFound, match="no session"):
        exported(tmp_path, "claude:01a1")
