"""Where Codex keeps its sessions, and what its records tell of them."""

from pathlib import Path
from typing import Any

import pytest

from tests.support.agent_sessions import Codex
from workcell.agents.codex import sessions
from workcell.agents.session_files import About, Process


def told(*records: dict[str, Any]) -> About:
    about = About()
    for record in records:
        sessions.about(record, about)
    return about


def test_the_sessions_of_a_person_and_of_the_archive(tmp_path: Path) -> None:
    one, old = Codex(), Codex()
    one.keep(tmp_path)
    archive = tmp_path / ".codex" / "archived_sessions"
    archive.mkdir()
    old.keep(tmp_path).rename(archive / old.path(tmp_path).name)
    (archive / "note.jsonl").write_text("{}\n")
    assert {file.id for file in sessions.files({"HOME": str(tmp_path)})} == {one.id, old.id}
    assert {file.id for file in sessions.files({"CODEX_HOME": str(tmp_path / ".codex")})} == {one.id, old.id}


@pytest.mark.parametrize(
    ("source", "via"),
    [
        ("cli", "terminal"),
        ("exec", "headless"),
        ("vscode", "editor"),
        ({"subagent": "review"}, "sub-agent"),
        (3, "unknown"),
    ],
)
def test_what_the_records_tell(source: Any, via: str) -> None:
    about = told(*Codex(source=source).prompt("hi").records)
    assert (about.directory, about.branch, about.version, about.model) == ("/w/repo", "main", "0.169.0", "gpt-a")
    assert (about.via, about.started_at) == (via, "2026-11-20T05:00:00.000Z")


def test_records_of_another_form_tell_nothing() -> None:
    assert told({"type": "session_meta", "payload": 3}, {"payload": {"cwd": "/x"}}) == About()


def test_a_process_has_its_rollout_open() -> None:
    name = "/h/.codex/sessions/2026/11/20/rollout-2026-11-20T05-00-00-0199-ab.jsonl"
    opened = Process(7, None, ["codex"], {}, lambda: ["/h/.codex/state_5.sqlite", name])
    assert sessions.session_of(opened) == "0199-ab"
    assert sessions.session_of(Process(7, None, ["codex"], {}, list)) is None
