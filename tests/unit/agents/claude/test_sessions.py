"""Where Claude Code keeps its sessions, and what its records tell of them."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.agent_sessions import Claude
from workcell.agents.claude import sessions
from workcell.agents.session_files import NONE, About, Process


def told(*records: dict[str, Any]) -> About:
    about = About()
    for record in records:
        sessions.about(record, about)
    return about


def test_the_sessions_of_a_person_without_those_of_sub_agents(tmp_path: Path) -> None:
    one, two = Claude().prompt("hi"), Claude(cwd="/other")
    one.keep(tmp_path)
    two.keep(tmp_path)
    inside = one.path(tmp_path).with_suffix("") / "subagents" / "agent-x.jsonl"
    inside.parent.mkdir(parents=True)
    inside.write_text("{}\n")
    (one.path(tmp_path).parent / "agent-17.jsonl").write_text("{}\n")
    found = {file.id: file.path for file in sessions.files({"HOME": str(tmp_path)})}
    assert found == {one.id: str(one.path(tmp_path)), two.id: str(two.path(tmp_path))}
    moved = {"HOME": "/none", "CLAUDE_CONFIG_DIR": str(tmp_path / ".claude")}
    assert {file.id for file in sessions.files(moved)} == set(found)


def test_what_the_records_tell() -> None:
    session = Claude(entrypoint="sdk-cli").prompt("hi").said("hello")
    about = told(*session.records)
    assert (about.directory, about.branch, about.version, about.model) == ("/w/repo", "main", "2.1.328", "claude-a")
    assert (about.via, about.started_at, about.title) == ("headless", "2026-11-20T05:00:00.000Z", None)


@pytest.mark.parametrize(
    ("entrypoint", "via"),
    [
        ("cli", "terminal"),
        ("claude-vscode", "editor"),
        ("claude-desktop", "desktop"),
        ("sdk-py", "sdk"),
        ("new", "unknown"),
    ],
)
def test_through_what_it_was_begun(entrypoint: str, via: str) -> None:
    assert told(*Claude(entrypoint=entrypoint).prompt("hi").records).via == via


def test_a_background_job_of_the_program_and_the_sessions_of_the_desktop(tmp_path: Path) -> None:
    job = Claude().prompt("hi")
    assert told(*({**record, "sessionKind": "bg"} for record in job.records)).via == "background"
    top = tmp_path / "Library" / "Application Support" / "Claude" / "local-agent-mode-sessions" / "a" / "w" / "local_1"
    desktop = Claude(entrypoint="local-agent").prompt("hi")
    desktop.keep(top)
    assert [file.id for file in sessions.files({"HOME": str(tmp_path)})] == [desktop.id]


def test_the_title_that_a_person_gave_stays() -> None:
    made = {"type": "ai-title", "aiTitle": "made"}
    given = {"type": "custom-title", "customTitle": "given"}
    assert told(made).title == "made"
    assert told(made, given, made).title == "given"
    assert told({"type": "summary", "summary": "short"}, {"type": "custom-title"}).title == "short"


def test_records_of_another_form_tell_nothing() -> None:
    assert told(
        {"type": "user", "cwd": 3, "timestamp": []}, {}, {"type": ["x"], "cwd": "/a", "entrypoint": {}}
    ) == About(directory="/a")


def process(tmp_path: Path, pid: int, started: float | None, *words: str) -> Process:
    return Process(pid, started, ["claude", *words], {"HOME": str(tmp_path)}, list)


def test_a_process_says_which_session_it_has_open(tmp_path: Path) -> None:
    folder = tmp_path / ".claude" / "sessions"
    folder.mkdir(parents=True)
    (folder / "7.json").write_text(json.dumps({"pid": 7, "sessionId": "s7", "procStart": "1234"}))
    assert sessions.session_of(process(tmp_path, 7, 1234.0)) == "s7"
    assert sessions.session_of(process(tmp_path, 7, None)) == "s7"
    # the file of a process that was killed, and its pid given to another one
    assert sessions.session_of(process(tmp_path, 7, 99.0, "--resume", "given")) == "given"
    assert sessions.session_of(process(tmp_path, 8, 1.0, "--session-id", "told")) == "told"
    for words in (["daemon", "run"], ["--bg-spare", "/tmp/x"], ["--bg-pty-host", "/tmp/x"]):
        assert sessions.session_of(process(tmp_path, 8, 1.0, *words)) == NONE
    (folder / "9.json").write_text("{torn")
    assert sessions.session_of(process(tmp_path, 9, 1.0)) is None
