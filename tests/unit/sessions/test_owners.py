"""Which run has a session."""

import json
import shutil
from pathlib import Path
from typing import Any

from tests.support import recorded_runs as made
from workcell.agents.session_files import SessionFile
from workcell.evidence import capture_state
from workcell.judgement import session as sessions
from workcell.rundir import layout
from workcell.sessions import owners


def owner(run: str, session: str, changed: float = 5000.0) -> owners.Owner | None:
    return owners.Owners(made.home_of(run)).of(SessionFile("claude", session, "/none", 1, changed, 1))


def test_the_sessions_of_an_attempt_and_those_that_were_captured(tmp_path: Path) -> None:
    run = made.recorded(tmp_path, transcript=b"", agent_session="s1")
    assert owner(run, "s1") == owners.Owner(Path(run).name, 1)
    assert owner(run, "s2") is None


def test_the_conversations_before_one_that_was_cleared_stay_those_of_the_attempt(tmp_path: Path) -> None:
    run = made.recorded(tmp_path, transcript=b"", agent_session="s1")
    state: Any = {"schema": capture_state.SCHEMA, "session": None, "journal": 0, "told": [], "final": False}
    state["sources"] = {"hook": {"memory": {}, "session": sessions.empty(), "transcript": None}}
    for session in ("s2", "s3", "s2", "s4"):
        capture_state.follow(state, session)
    assert state["earlier"] == ["s3", "s2"], "the newest last, each once"
    Path(layout.attempt(run, 1), layout.CAPTURE).write_text(json.dumps(state))
    assert all(owner(run, one) == owners.Owner(Path(run).name, 1) for one in ("s1", "s2", "s3", "s4"))


def test_a_run_that_ended_before_the_file_was_written_to_does_not_have_it(tmp_path: Path) -> None:
    run = made.recorded(tmp_path, transcript=b"", agent_session="s1")
    places = Path(made.home_of(run)) / layout.OUTCOMES
    shutil.rmtree(places, ignore_errors=True)
    places.mkdir()
    (places / f"{Path(run).name}.1.passed.1000").touch()
    assert owner(run, "s1", 5000.0) is None
    assert owner(run, "s1", 1000.0 + owners.LATER) == owners.Owner(Path(run).name, 1)


def test_a_program_without_records_has_no_session(tmp_path: Path) -> None:
    run = made.recorded(tmp_path, reader="none", agent_session="s1")
    assert owner(run, "s1") is None
