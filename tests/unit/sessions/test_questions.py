"""The questions on a session that lists answer."""

from pathlib import Path
from typing import Any

import pytest

from tests.support.agent_sessions import Claude, Codex
from workcell.agents import registry
from workcell.sessions import known, outline, questions
from workcell.sessions.search_words import Words


def outlined(tmp_path: Path, talk: Claude | Codex) -> outline.Outline:
    talk.keep(tmp_path)
    [file] = known.every(str(tmp_path / "home"), {"HOME": str(tmp_path)})
    return outline.of(registry.load(file.agent), file)


def test_what_asks_waits_and_what_is_done_waits_while_its_program_sits_there(tmp_path: Path) -> None:
    asks = outlined(tmp_path, Claude(name="one").prompt("x").said("Which one do you want?"))
    assert questions.waits(asks, False) and questions.waits(asks, True)
    done = outlined(tmp_path, Claude(name="one").prompt("x").said("Done."))
    assert not questions.waits(done, False) and questions.waits(done, True)
    works = outlined(tmp_path, Claude(name="one").prompt("x").call("sleep 9"))
    assert not questions.waits(works, True)


@pytest.mark.parametrize(
    ("made", "command", "runs"),
    [
        (Claude, "cd /w && make test", True),
        (Codex, "uv run pytest -q", True),
        (Claude, "ls tests", False),
        (Codex, "cat pytest.ini", False),
    ],
)
def test_a_call_that_runs_tests_and_has_no_answer(tmp_path: Path, made: Any, command: str, runs: bool) -> None:
    open_call = outlined(tmp_path, made(name="one").prompt("x").call(command))
    assert questions.tests(open_call, True) is runs and not questions.tests(open_call, False)
    assert not questions.tests(outlined(tmp_path, made(name="one").prompt("x").call(command).result("ok")), True)


def test_failures_of_the_last_turn(tmp_path: Path) -> None:
    talk = Claude(name="one").prompt("x").call("make").result("Exit code 2", failed=True).said("It fails.")
    assert questions.fails(outlined(tmp_path, talk))
    assert not questions.fails(outlined(tmp_path, talk.prompt("again").said("It works.")))
    assert questions.fails(outlined(tmp_path, talk.prompt("[Request interrupted by user]")))


def test_what_it_is_about(tmp_path: Path) -> None:
    found = outlined(tmp_path, Claude(name="one").prompt("fix the Login").said("The cookie was old."))
    assert questions.about(found, Words(["login", "cookie"])) and not questions.about(found, Words(["payment"]))
