"""A line of the table of sessions."""

from dataclasses import replace

import pytest

from workcell.faces.cli import session_table
from workcell.sessions.running import Running
from workcell.views.sessions import Result, Session

PROCESS = Running("claude", 7, "5369-a", "/w/shop", "2026-11-20T05:00:00.000Z", "/dev/pts/3", "work:2.0", None)
SESSION = Session(
    agent="claude",
    id="5369-a",
    short="5369-a",
    path="/h/5369-a.jsonl",
    size=10,
    directory="/w/shop",
    branch="main",
    version="2.1.328",
    model=None,
    via="terminal",
    proved=True,
    title="fix the login",
    prompt="and the tests",
    said=None,
    turn="open",
    started_at=None,
    changed_at="2026-11-20T05:00:00.000Z",
    run=None,
    attempt=None,
    processes=[],
)


def texts(one: Session) -> list[str]:
    return [text for text, _ in session_table.row(one)]


def test_a_session_that_a_process_has_open_shows_its_pane() -> None:
    assert texts(replace(SESSION, processes=[PROCESS]))[::3] == ["●", "tmux work:2.0", "fix the login"]
    assert texts(replace(SESSION, processes=[PROCESS], turn="asks"))[0] == "!"
    assert texts(SESSION)[0] == "·" and texts(SESSION)[3] == "terminal"
    assert texts(replace(SESSION, via="desktop", proved=False))[3] == "desktop?"


def test_what_is_not_known_is_a_dash() -> None:
    bare = replace(SESSION, title=None, prompt=None, directory=None, via="unknown", turn=None, run=None)
    mark, name, _, via, where, run, title = texts(bare)
    assert (mark, name, via, where, title, run) == (" ", "claude:5369-a", "-", "-", "-", "-")


def test_a_long_title_widens_no_other_line(capsys: pytest.CaptureFixture[str]) -> None:
    session_table.show(Result([replace(SESSION, title="x" * 200), SESSION], 0, []))
    assert [len(line) > 200 for line in capsys.readouterr().out.splitlines()] == [False, True, False]


def test_processes_without_a_session_and_older_sessions_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    lost = replace(PROCESS, session=None, pane=None, run="20261120-0512-fix-7f3a")
    session_table.show(Result([SESSION], 2, [lost]))
    shown = capsys.readouterr()
    assert (
        "claude (process 7), in /w/shop, /dev/pts/3, of 20261120-0512-fix-7f3a, its session is not known" in shown.out
    )
    assert "and 2 older sessions" in shown.err
