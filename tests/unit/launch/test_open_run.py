"""`open` starts the terminal that config.yaml names onto a live run, and says what hinders it."""

import json
import os
import signal
from pathlib import Path

import pytest

from tests.support import runs, tmux_servers
from tests.support.lab import eventually
from workcell.base.errors import NotFound, Refused, Unreachable
from workcell.faces.cli import app
from workcell.launch import open_run
from workcell.rundir import layout, look, phase
from workcell.rundir.cell import Cell
from workcell.system import tmux, users_tmux
from workcell.texts.document import Faulty

TALKS = "recipe: {extends: shell, io: terminal, command: 'echo here I am; sleep 600'}\nverify: 'true'\n"


@pytest.fixture
def live(lab, monkeypatch):
    for name, value in lab.env().items():
        monkeypatch.setenv(name, value)
    path = Path(lab.top, "b.md")
    path.write_text(f"---\nobjective: talk\n{TALKS}---\n")
    run = runs.start(lab, str(path))
    lab.phase(run, phase.RUNNING)
    return run


def ask(lab, run, setting=None, **environment):
    if setting is not None:
        Path(lab.home, layout.CONFIG).write_text(f"open: {json.dumps(setting)}\n")
    cell = Cell(lab.home, {**lab.env(), **environment}, "/")
    return open_run.perform(cell, open_run.Request(os.path.basename(run)))


def script(lab, name, text):
    path = Path(lab.top, name)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return str(path)


def test_unset_the_command_is_told_and_nothing_is_started(lab, live, monkeypatch, capsys):
    done = ask(lab, live)
    assert (done.command, done.place, done.started) == (f"workcell attach {os.path.basename(live)}", None, [])
    assert app.main(["open", os.path.basename(live)]) == 0
    said = capsys.readouterr()
    assert said.out == f"{done.command}\n" and "workcell config edit" in said.err


def test_a_terminal_gets_the_command_and_the_tree_and_lives_on(lab, live):
    kept = os.path.join(lab.top, "kept")
    terminal = script(
        lab,
        "term",
        f'for word; do echo "$word"; done > {kept}; echo "$TMUX" >> {kept}; echo $$ >> {kept}; touch {kept}.all; exec sleep 60',
    )
    done = ask(lab, live, f"{terminal} --dir={{path}} {{attach}}", TMUX="/no/socket,1,0")
    assert done.place == "term" and done.started[0] == terminal
    eventually(lambda: os.path.exists(f"{kept}.all"), what="the terminal")
    *words, inside, pid = Path(kept).read_text().splitlines()
    os.kill(int(pid), signal.SIGTERM)  # it was alive
    assert words[0] == f"--dir={lab.repo}" and inside == ""
    assert words[1:3] == ["env", f"WORKCELL_HOME={lab.home}"] and words[-2:] == ["attach", os.path.basename(live)]


@pytest.mark.parametrize(
    ("text", "said"), [("echo no display >&2; exit 1", "no display"), ("kill -9 $$", "exit code -9")]
)
def test_one_that_ends_with_an_error_is_told_with_its_words_and_a_cure(lab, live, text, said):
    with pytest.raises(Unreachable, match=f"did not open: {said}") as raised:
        ask(lab, live, f"{script(lab, 'term', text)} {{attach}}")
    assert "workcell config edit" in raised.value.hint and "workcell attach" in raised.value.hint


def test_one_that_is_not_there_and_a_wrong_setting_are_named(lab, live):
    with pytest.raises(Unreachable, match="cannot start 'no-such-terminal'") as raised:
        ask(lab, live, "no-such-terminal {attach}")
    assert "workcell config edit" in raised.value.hint
    with pytest.raises(Faulty, match="names no preset: 'kity'"):
        ask(lab, live, "kity")


def test_without_a_terminal_there_is_nothing_to_attach_to_and_an_editor_still_opens(lab, live):
    terminal = script(lab, "term", f'echo "$1" > {lab.top}/kept')
    lab.workcell("stop", live, "--grace", "1s")
    lab.phase(live, phase.DONE)
    for setting in (None, f"{terminal} {{attach}}", "tmux"):
        with pytest.raises(Refused, match="is over, and has no terminal any more") as raised:
            ask(lab, live, setting)
        assert raised.value.hint == f"workcell logs {os.path.basename(live)}"
    assert ask(lab, live, f"{terminal} {{path}}").place == "term"
    assert Path(lab.top, "kept").read_text() == f"{look.at(live).cwd}\n"


def test_a_window_of_the_persons_tmux_shows_the_run_and_is_used_again(lab, live, tmp_path):
    socket = str(tmp_path / "s")
    with tmux_servers.private(socket, "sleep 600", 100, 30) as server:
        session = server.sessions[0]
        done = ask(lab, live, "tmux", TMUX=f"{socket},1,{str(session.session_id)[1:]}")
        name = os.path.basename(live)[14:]
        assert done.place == f"window {name} of your tmux session test"
        window = next(one for one in server.windows if one.window_name == name)
        eventually(lambda: "here I am" in "\n".join(window.active_pane.capture_pane()), what="the agent's terminal")
        session.new_window(window_name="other", attach=True)
        assert ask(lab, live, "tmux", TMUX=f"{socket},1,9").place == done.place
        assert [one.window_name for one in server.windows].count(name) == 1
        assert session.active_window.window_name == name


def test_a_tmux_that_is_not_there_hangs_or_is_our_own_is_named(lab, live, tmp_path):
    with pytest.raises(NotFound, match="you have no tmux that runs"):
        ask(lab, live, "tmux", TMUX="", TMUX_TMPDIR=str(tmp_path))
    with pytest.raises(Refused, match="the tmux of workcell itself"):
        ask(lab, live, "tmux", TMUX=f"{tmux.server_of(lab.home).socket},1,0")
    socket = str(tmp_path / "s")
    with tmux_servers.private(socket, "sleep 600", 100, 30) as server:
        pid = int(server.cmd("display-message", "-p", "#{pid}").stdout[0])
        os.kill(pid, signal.SIGSTOP)
        try:
            with pytest.raises(Unreachable, match="does not answer") as raised:
                ask(lab, live, "tmux", TMUX=f"{socket},{pid},0")
        finally:
            os.kill(pid, signal.SIGCONT)
    assert "workcell attach" in raised.value.hint


def test_the_default_server_of_a_user_is_found():
    assert users_tmux.socket_of({"TMUX": "/a/b,12,0"}) == "/a/b"
    assert users_tmux.socket_of({"TMUX_TMPDIR": "/t"}) == f"/t/tmux-{os.getuid()}/default"
    assert users_tmux.socket_of({}) == f"/tmp/tmux-{os.getuid()}/default"
