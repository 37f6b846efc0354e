"""A tmux server that is stopped costs a process two seconds, however often it is asked; one that answers is not hurried."""

import os
import shutil
import signal
import subprocess
import time

import pytest

from tests.support import tmux_servers
from workcell.base.errors import Unreachable
from workcell.system import tmux

pytestmark = pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")

SLACK = 0.9 * tmux.BUDGET
"""Seconds for starting a few processes on a busy machine: less than one question to a stopped server waits for."""


@pytest.fixture
def server(lab):
    os.makedirs(lab.home, 0o700)
    found = tmux.server_of(lab.home)
    tmux.prepare(found)
    found.open("first", ["sleep", "1000"], lab.top)
    yield found
    for pid in lab.servers():
        os.kill(pid, signal.SIGCONT)
    subprocess.run(found.command("kill-server"), capture_output=True, timeout=10)


def refused(call, *args):
    with pytest.raises(Unreachable, match="does not answer"):
        call(*args)


def test_all_questions_to_a_stopped_server_share_one_budget(lab, server):
    (pid,) = lab.servers()
    os.kill(pid, signal.SIGSTOP)
    begun = time.monotonic()
    refused(server.ask, "list-sessions")
    assert time.monotonic() - begun < tmux.BUDGET + SLACK
    once = time.monotonic()
    for number in range(5):
        refused(server.open, f"more-{number}", ["sleep", "1000"], lab.top)
        assert server.sessions() is None
        tmux.check_room(tmux.running(server))
    assert time.monotonic() - once < SLACK, "nothing is left of the budget"


def test_what_another_question_waited_for_counts_too(lab, server):
    (pid,) = lab.servers()
    os.kill(pid, signal.SIGSTOP)
    tmux.waited_in_vain(server.socket, tmux.BUDGET)
    begun = time.monotonic()
    refused(server.open, "second", ["sleep", "1000"], lab.top)
    assert time.monotonic() - begun < SLACK


def test_a_server_that_goes_on_is_asked_again(lab, server, monkeypatch):
    (pid,) = lab.servers()
    os.kill(pid, signal.SIGSTOP)
    refused(server.ask, "list-sessions")
    os.kill(pid, signal.SIGCONT)
    assert server.sessions() is None, "not in the same call"
    monkeypatch.setattr(tmux, "FORGET", 0.0)
    server.open("second", ["sleep", "1000"], lab.top)
    assert sorted(server.sessions()) == ["first", "second"]


def test_another_program_sees_the_windows_that_were_opened(lab, server):
    server.open("second", ["sleep", "1000"], lab.top)
    assert tmux_servers.sessions(lab.home) == ["first", "second"] == sorted(server.sessions())
    [pane] = tmux_servers.of(lab.home).sessions.get(session_name="second").panes
    assert pane.pane_current_path == os.path.realpath(lab.top)
    tmux_servers.of(lab.home).sessions.get(session_name="second").kill()
    assert list(server.sessions()) == ["first"]


def test_a_server_that_answers_tells_its_pid_and_its_version(lab, server):
    (pid,) = lab.servers()
    found = tmux.running(server)
    assert (found.pid, found.version) == (pid, tmux.version())
    subprocess.run(server.command("kill-server"), capture_output=True, timeout=10)
    assert tmux.running(server) is None
