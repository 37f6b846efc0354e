"""What a window says of its run: the configuration that shows it, the options that it shows, and the keys that leave."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support import tmux_servers
from workcell.rundir import layout
from workcell.system import tmux, window_status

needs_tmux = pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")

UNMARKED = b"""\
# Written by workcell for its own tmux server; changes are kept.
set -g exit-empty on
set -g destroy-unattached off
set -g remain-on-exit off
set -g default-size 200x50
set -g window-size latest
set -g history-limit 2000
set -g default-terminal screen-256color
set -g mouse on
set -s escape-time 10
set -g status-right ""
set -g set-titles off
set -g update-environment ""
"""


@pytest.fixture
def conf(tmp_path):
    return tmp_path / layout.TMUX_CONF


def test_a_home_without_a_configuration_gets_one(tmp_path, conf):
    assert window_status.renew(str(tmp_path)) is False, "no server can have read another one"
    assert conf.read_bytes() == window_status.conf()
    assert window_status.renew(str(tmp_path)) is False


def test_one_of_an_earlier_version_that_no_person_changed_is_renewed(tmp_path, conf, monkeypatch):
    conf.write_bytes(UNMARKED)
    assert window_status.renew(str(tmp_path)) is True
    assert conf.read_bytes() == window_status.conf()
    monkeypatch.setattr(window_status, "BODY", window_status.BODY + "set -g status-style bg=blue\n")
    assert window_status.renew(str(tmp_path)) is True
    assert b"bg=blue" in conf.read_bytes()


@pytest.mark.parametrize("before", [UNMARKED, window_status.conf()])
def test_one_that_a_person_changed_is_kept(tmp_path, conf, before):
    mine = before.replace(b"mouse on", b"mouse off")
    conf.write_bytes(mine)
    assert window_status.renew(str(tmp_path)) is False
    assert conf.read_bytes() == mine


def test_one_that_a_person_keeps_elsewhere_is_kept(tmp_path, conf):
    (tmp_path / "mine").write_bytes(UNMARKED)
    conf.symlink_to(tmp_path / "mine")
    assert window_status.renew(str(tmp_path)) is False
    assert conf.is_symlink() and conf.read_bytes() == UNMARKED


@pytest.fixture
def server(lab):
    os.makedirs(lab.home, 0o700)
    found = tmux.server_of(lab.home)
    yield found
    subprocess.run(found.command("kill-server"), capture_output=True, timeout=10)


@needs_tmux
def test_a_server_that_runs_reads_the_renewed_one(lab, server):
    Path(lab.home, layout.TMUX_CONF).write_bytes(UNMARKED)
    server.open("first", ["sleep", "1000"], lab.top)
    assert server.ask("show-options", "-gv", "set-titles").text() == "off\n"
    tmux.prepare(server)
    assert server.ask("show-options", "-gv", "set-titles").text() == "on\n"


@needs_tmux
@pytest.mark.parametrize(
    "name", ["plain", "it's; done;", 'a "b" $HOME `id` \\', "#[fg=red]#(touch /tmp/x)%H", "früh\x1b[31m"]
)
def test_what_a_name_holds_is_shown_and_nothing_else(lab, server, name):
    tmux.prepare(server)
    server.open("one", ["sleep", "1000"], lab.top, window_status.options(name, None, "● running", ["true"]))
    shown = server.ask("display-message", "-p", "-t", "=one:", "#{T:set-titles-string}").text()
    assert shown == f"{window_status.text(name)} · ● running · workcell\n"
    assert "#" not in shown and "\x1b" not in shown


@needs_tmux
def test_a_state_is_told_once_it_is_another(lab, server):
    tmux.prepare(server)
    server.open("one", ["sleep", "1000"], lab.top, window_status.options("one", "shell", "● running", ["true"]))
    for state in ("● working", "! question", "! question"):
        server.show_state("one", state)
        assert server.ask("show-options", "-v", "-t", "=one:", "@workcell_state").text() == state + "\n"


def test_keys_are_written_as_people_write_them():
    assert [window_status.key(name) for name in ("C-b", "M-x", "C-M-a", "F5", "`")] == [
        "Ctrl-b", "Alt-x", "Ctrl-Alt-a", "F5", "`",
    ]  # fmt: skip


def test_outside_of_any_tmux_no_key_needs_saying(monkeypatch):
    monkeypatch.delenv("TMUX", raising=False)
    assert window_status.leave("C-b") is None


@needs_tmux
@pytest.mark.parametrize(
    ("commands", "keys"),
    [
        ([], "Ctrl-b Ctrl-b d"),
        (["set -g prefix C-a", "unbind C-b", "bind C-a send-prefix"], "Ctrl-b d"),
        (["bind b send-prefix", "unbind C-b"], "Ctrl-b b d"),
        (["unbind C-b"], "close this pane"),
        (["set -g prefix C-a", "set -g prefix2 C-b"], "Ctrl-b Ctrl-b d"),
    ],
)
def test_inside_a_persons_tmux_its_own_prefix_counts(tmp_path, monkeypatch, commands, keys):
    with tmux_servers.private(str(tmp_path / "own"), "sleep 1000", 80, 24) as own:
        for command in commands:
            own.cmd(*command.split())
        pane = own.cmd("display-message", "-p", "#{pane_id}").stdout[0]
        monkeypatch.setenv("TMUX", f"{tmp_path}/own,1,0")
        monkeypatch.setenv("TMUX_PANE", pane)
        assert window_status.leave("C-b") == keys


@needs_tmux
def test_a_persons_tmux_that_cannot_be_asked_is_taken_for_an_unchanged_one(tmp_path, monkeypatch):
    monkeypatch.setenv("TMUX", f"{tmp_path}/nothing,1,0")
    monkeypatch.delenv("TMUX_PANE", raising=False)
    assert window_status.leave("C-b") == "Ctrl-b Ctrl-b d"


def test_only_a_terminal_that_has_titles_is_sent_one(monkeypatch):
    monkeypatch.setenv("TERM", "xterm-256color")
    assert window_status.title("a\x07b") == b"\x1b]2;a\\x07b\x1b\\"
    for name in ("dumb", "linux", "vt100"):
        monkeypatch.setenv("TERM", name)
        assert window_status.keep_title() + window_status.title("x") + window_status.put_back_title() == b""
