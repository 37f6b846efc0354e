"""Processes of agent programs: a program of that name that really runs, in a tmux of its own."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import lab as labs
from tests.support.agent_sessions import Claude, Codex
from workcell.sessions import running


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    """A directory with programs named claude and codex that stay until they are ended."""
    shutil.copy(shutil.which("sleep") or "/bin/sleep", tmp_path / "claude")
    shutil.copy(shutil.which("sh") or "/bin/sh", tmp_path / "codex")
    yield tmp_path
    for one in running.every(str(tmp_path / "home"), {}):
        if one.directory == str(tmp_path):
            os.kill(one.pid, 9)


def started(place: Path, *words: str, **more: str) -> subprocess.Popen[bytes]:
    env = {"HOME": str(place), "PATH": os.environ["PATH"], **more}
    stdin = subprocess.PIPE if words[0] == "codex" else subprocess.DEVNULL
    return subprocess.Popen([str(place / words[0]), *words[1:]], env=env, cwd=place, stdin=stdin)


def ours(place: Path, env: dict[str, str] | None = None) -> list[running.Running]:
    return [one for one in running.every(str(place / "home"), env or {}) if one.directory == str(place)]


def test_a_process_and_the_session_that_it_says_it_has(place: Path) -> None:
    process = started(place, "claude", "600", WORKCELL_ATTEMPT="20261120-0512-fix-7f3a/2")
    [one] = labs.eventually(lambda: ours(place))
    assert (one.agent, one.pid, one.session, one.terminal, one.pane) == ("claude", process.pid, None, None, None)
    assert one.run == "20261120-0512-fix-7f3a" and one.since is not None
    session = Claude().prompt("hi")
    session.keep(place)
    folder = place / ".claude" / "sessions"
    folder.mkdir()
    (folder / f"{process.pid}.json").write_text(json.dumps({"sessionId": session.id}))
    assert [one.session for one in ours(place)] == [session.id]
    process.kill()
    process.wait()
    assert ours(place) == []


def test_the_file_that_a_process_has_open_names_its_session(place: Path) -> None:
    thread = Codex().prompt("hi")
    process = started(place, "codex", "-c", f"exec 7>>{thread.keep(place)}; read wait")
    labs.eventually(lambda: [one.session for one in ours(place)] == [thread.id])
    assert process.stdin is not None
    process.stdin.close()
    process.wait()


@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")
def test_the_pane_of_the_persons_own_tmux(place: Path) -> None:
    socket = str(place / "sock")
    words = ["tmux", "-f", "/dev/null", "-S", socket]
    env = {"HOME": str(place), "PATH": os.environ["PATH"], "TERM": "xterm"}
    command = f"exec {place / 'claude'} 600"
    subprocess.run([*words, "new-session", "-d", "-s", "work", "-c", str(place), command], env=env, check=True)
    try:
        [one] = labs.eventually(lambda: ours(place, {"TMUX": f"{socket},1,0"}))
        assert one.pane == "work:0.0" and one.terminal is not None
        assert ours(place)[0].pane is None
    finally:
        subprocess.run([*words, "kill-server"], env=env, check=True)
