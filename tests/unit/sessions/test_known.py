"""The sessions on a machine, and the one that a person means."""

from pathlib import Path

import pytest

from tests.support.agent_sessions import Claude, Codex
from workcell.base.errors import NotFound, Usage
from workcell.sessions import known

FIRST, SECOND = "01a1f76b-3727-79c0-86e7-945c798706be", "01a1f76b-3729-7f60-a14a-127d8a079e59"


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    Codex(name=FIRST).keep(tmp_path, 100.0)
    Codex(name=SECOND).keep(tmp_path, 300.0)
    Claude(name="feed0000-1").prompt("hi").keep(tmp_path, 200.0)
    return {"HOME": str(tmp_path)}


def test_those_that_were_written_to_last_are_first(tmp_path: Path, env: dict[str, str]) -> None:
    home = str(tmp_path / "home")
    assert [file.id for file in known.every(home, env)] == [SECOND, "feed0000-1", FIRST]
    assert [file.id for file in known.every(home, env, "claude-code")] == ["feed0000-1"]
    with pytest.raises(NotFound, match="no agent is named 'parrot'"):
        known.every(home, env, "parrot")


def test_of_two_files_of_one_session_the_newer_counts(tmp_path: Path, env: dict[str, str]) -> None:
    archive = tmp_path / ".codex" / "archived_sessions"
    archive.mkdir()
    Codex(name=FIRST).keep(tmp_path, 900.0).rename(archive / Codex(name=FIRST).path(tmp_path).name)
    Codex(name=FIRST).keep(tmp_path, 100.0)
    [file] = [one for one in known.every(str(tmp_path), env) if one.id == FIRST]
    assert "archived" in file.path and file.changed == 900.0


@pytest.mark.parametrize("word", [FIRST, f"codex:{FIRST}", "01a1f76b-3727", "codex:01a1f76b-3727"])
def test_an_id_a_beginning_and_the_agent_before_it_name_a_session(
    tmp_path: Path, env: dict[str, str], word: str
) -> None:
    assert known.find(str(tmp_path), env, word).id == FIRST


def test_a_word_that_fits_several_or_none_is_refused_with_a_cure(tmp_path: Path, env: dict[str, str]) -> None:
    with pytest.raises(Usage, match="fits 2 sessions") as several:
        known.find(str(tmp_path), env, "01a1f76b")
    assert several.value.details == [f"codex:{SECOND}", f"codex:{FIRST}"]
    for word in ("nothing", "claude:01a1f76b-3727", "codex:", ""):
        with pytest.raises(NotFound, match="no session") as none:
            known.find(str(tmp_path), env, word)
        assert "workcell sessions" in none.value.hint


def test_a_short_id_is_as_long_as_it_takes(tmp_path: Path, env: dict[str, str]) -> None:
    files = known.every(str(tmp_path), env)
    shown = known.short_ids(files, files)
    assert shown == {FIRST: "01a1f76b-3727", SECOND: "01a1f76b-3729", "feed0000-1": "feed0000"}
    assert all(known.find(str(tmp_path), env, short).id == name for name, short in shown.items())
