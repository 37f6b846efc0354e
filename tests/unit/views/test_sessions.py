"""sessions as an operation: every conversation of the agent programs, and nothing of it is changed."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.support import recorded_runs as made
from tests.support.agent_sessions import Claude, Codex, tree
from workcell.faces.cli import session_table
from workcell.rundir import layout, look, safe_open
from workcell.rundir.cell import Cell
from workcell.sessions import own_prompt, short_records
from workcell.texts import compose
from workcell.views import sessions

NOW = 1_800_000_000.0


@pytest.fixture
def person(tmp_path: Path) -> Path:
    Claude(cwd="/w/shop/api", entrypoint="sdk-cli").prompt("fix the login").said("Done.").keep(tmp_path, NOW - 100)
    Codex(cwd="/w/shop").prompt("write the docs").said("Which page?", end=False).keep(tmp_path, NOW - 200)
    Claude(cwd="/w/other").prompt("count").said("Three.").keep(tmp_path, NOW - 9000)
    return tmp_path


def asked(person: Path, home: str | None = None, **more: Any) -> sessions.Result:
    env = {"HOME": str(person), "MY_TOKEN": "Zx9-not-for-eyes"}
    cell = Cell(home or str(person / "home"), env, "/w", clock=lambda: NOW)
    found = sessions.perform(cell, sessions.Request(**more))
    assert isinstance(found, sessions.Result)
    return found


def titles(found: sessions.Result) -> list[str | None]:
    return [one.title for one in found.sessions]


def test_all_of_them_the_newest_first_and_the_directories_are_unchanged(person: Path) -> None:
    before = tree(person)
    found = asked(person)
    assert titles(found) == ["fix the login", "write the docs", "count"]
    first = found.sessions[0]
    assert (first.agent, first.directory, first.via, first.model) == ("claude", "/w/shop/api", "headless", "claude-a")
    assert (first.prompt, first.said, first.turn) == ("fix the login", "Done.", "ended")
    assert first.changed_at == "2027-01-15T07:58:20.000Z" and first.started_at == "2026-11-20T05:00:00.000Z"
    assert first.run is None and first.processes == [] and first.id.startswith(first.short)
    assert tree(person) == before and not (person / "home").exists()


@pytest.mark.parametrize(
    ("asked_for", "wanted"),
    [
        ({"agent": "codex"}, ["write the docs"]),
        ({"since": 1000.0}, ["fix the login", "write the docs"]),
        ({"repo": "shop"}, ["fix the login", "write the docs"]),
        ({"repo": "shop/api"}, ["fix the login"]),
        ({"repo": "/w/other"}, ["count"]),
        ({"repo": "/w/oth"}, []),
        ({"live": True}, []),
        ({"waiting": True}, ["which way?"]),
        ({"failing": True}, ["break it"]),
        ({"testing": True}, []),
        ({"about": "Docs write"}, ["write the docs"]),
    ],
)
def test_filters(person: Path, asked_for: dict[str, Any], wanted: list[str]) -> None:
    if {"waiting", "failing", "testing"} & set(asked_for):
        Claude(cwd="/q").prompt("which way?").said("Left or right?").keep(person, NOW - 20_000)
        Claude(cwd="/q").prompt("break it").call("x").result("Exit code 1", failed=True).keep(person, NOW - 20_001)
    assert titles(asked(person, **asked_for)) == wanted


def test_as_many_as_were_asked_for_and_how_many_more_there_are(person: Path) -> None:
    found = asked(person, last=2)
    assert titles(found) == ["fix the login", "write the docs"] and found.hidden == 1
    assert asked(person, last=1, everything=True).hidden == 0


def test_the_run_that_has_it_is_named_and_can_be_left_out(person: Path) -> None:
    session = Claude().prompt("inside a run")
    session.keep(person, NOW - 50)
    run = made.recorded(person, agent_session=session.id, transcript=b"")
    home = made.home_of(run)
    found = asked(person, home)
    assert (found.sessions[0].run, found.sessions[0].attempt) == (os.path.basename(run), look.at(run).n)
    assert "inside a run" not in titles(asked(person, home, foreign=True))
    assert [one.run for one in asked(person, home, foreign=True).sessions] == [None, None, None]


def test_the_session_of_a_run_has_its_summary_and_is_found_by_its_topics(person: Path) -> None:
    session = Claude().prompt("inside a run")
    session.keep(person, NOW - 50)
    run = made.recorded(person, agent_session=session.id, transcript=b"", objective="inside a run")
    analysis = {"schema": short_records.ANALYSIS, "at": "", "title": "inside a run", "summary": "Mended the parser.",
                "category": "fix", "topics": ["tokens"]}  # fmt: skip
    Path(look.at(run).directory, layout.ANALYSIS).write_text(json.dumps(analysis))
    first = asked(person, made.home_of(run)).sessions[0]
    assert (first.summary, first.topics) == ("Mended the parser.", ["tokens"])
    assert session_table.row(first)[-1][0] == "inside a run · Mended the parser."
    assert titles(asked(person, made.home_of(run), about="tokens parser")) == ["inside a run"]
    assert titles(asked(person, made.home_of(run), about="nothing")) == []
    assert [one.summary for one in asked(person).sessions[1:]] == [None, None, None]


def test_secrets_are_masked(person: Path) -> None:
    Claude().prompt("use Zx9-not-for-eyes").said("ghp_" + "a1B2" * 9).keep(person, NOW)
    shown = json.dumps([vars(one) for one in asked(person).sessions])
    assert "not-for-eyes" not in shown and "a1B2a1B2" not in shown


def test_the_content_of_those_that_are_not_shown_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(60):
        Claude(cwd=f"/w/r{number % 9}").prompt("older").keep(tmp_path, NOW - 10_000 - number)
    Claude().prompt("the newest").keep(tmp_path, NOW)
    opened: list[str] = []
    kept = safe_open.reader
    monkeypatch.setattr(safe_open, "reader", lambda path, folder=None: opened.append(path) or kept(path, folder))
    found = asked(tmp_path, last=1)
    assert titles(found) == ["the newest"] and found.hidden == 60
    # the sessions of programs that run on this machine meanwhile are looked at, too: they are of other persons
    assert len([path for path in opened if path.startswith(str(tmp_path / ".claude"))]) == 1


def test_a_session_that_a_run_began_is_titled_by_what_the_run_is_for(person: Path) -> None:
    typed = "You are working in the repository /w/repo. Read brief.md"
    session = Claude().prompt(typed).said("Done.")
    session.keep(person, NOW - 50)
    run = made.recorded(person, agent_session=session.id, objective="the login works")
    home = made.home_of(run)
    assert titles(asked(person, home))[0] == "the login works"
    assert titles(asked(person, home, about="login works")) == ["the login works"]
    session.titled("My login").keep(person, NOW - 50)
    assert titles(asked(person, home))[0] == "My login", "a person named it"
    adopted = Claude().prompt("look at the queue").said("Done.")
    adopted.keep(person, NOW - 40)
    made.record(run, agent_session=adopted.id, adopted={"file": "x", "size": 1, "inode": 1}, objective="go on")
    assert titles(asked(person, home))[0] == "look at the queue"


def test_what_workcell_asked_in_a_run_that_was_removed_is_no_conversation_of_the_person(person: Path) -> None:
    none = dict.fromkeys(("prose", "ports", "standby", "checked", "shared"), "")
    of_run = {"workspace": "/w", "brief": "/r/brief.md", "agent_dir": "/r/agent"}
    first = compose.render(
        "prompt.md.j2", {**none, **of_run, "brief_text": "---\nobjective: cure the clock\n---\nGo.\n"}
    )
    Claude(cwd="/w").prompt(first).said("Done.").keep(person, NOW - 10)
    told = dict.fromkeys(("verify_tail", "handoff", "brief_text", "repeated"), "")
    lists = dict.fromkeys(("stands", "open_boxes", "messages", "budget"), ())
    files = {"run_dir": "/r", "brief_file": "brief.md"}
    later = compose.render("resume.md.j2", {**told, **lists, **files, "attempt": 2, "objective": "mend the login"})
    Codex(cwd="/w").prompt(later).keep(person, NOW - 20)
    found = asked(person)
    assert titles(found)[:2] == ["cure the clock", "mend the login"]
    assert [(one.via, one.proved, one.run) for one in found.sessions[:2]] == [("workcell", True, None)] * 2
    assert titles(asked(person, foreign=True)) == ["fix the login", "write the docs", "count"]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("You are working in /w on one objective, unattended. The brief is below and in /r/b.\n", own_prompt.UNKNOWN),
        (
            "You are working in /w on one objective, unattended. The brief is below and in x\n\n# Brief\n\n# Mend it\n",
            "Mend it",
        ),
        ("You are working in /w on one objective.", None),
        ("# Attempt 2: mend it\n\nand then?", None),
        ("", None),
    ],
)
def test_a_prompt_of_workcell_is_known_by_its_first_lines(text: str, wanted: str | None) -> None:
    assert own_prompt.objective(text) == wanted
