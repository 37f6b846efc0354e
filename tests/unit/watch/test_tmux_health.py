"""The question that a tick asks of tmux."""

import os
import shutil
import subprocess

import pytest

from tests.support.lab import eventually
from workcell.base import platform, probe
from workcell.watch import tmux_health
from workcell.watch.tmux_subject import TmuxServer

needs_tmux = pytest.mark.skipif(not shutil.which("tmux"), reason="tmux is not installed")


@pytest.fixture
def asked(tmp_path):
    """What ticks remember of a server with one session, which is ended in the end."""
    socket = str(tmp_path / "s")
    words = ["tmux", "-f", "/dev/null", "-S", socket]
    subprocess.run([*words, "new-session", "-d", "-s", "run one", "sleep 600"], check=True)
    yield {"socket": socket, "ask": [*words, "list-sessions", "-F", tmux_health.FORMAT]}
    subprocess.run([*words, "kill-server"], capture_output=True)


def test_a_home_without_a_server_has_no_sessions(tmp_path):
    memory = {}
    answer = tmux_health.look(str(tmp_path), memory)
    assert (answer.trouble, answer.sessions) == (None, {}) and set(memory) == {"socket", "ask"}
    assert answer.attended("r") == probe.NO


def test_where_tmux_was_not_asked_a_person_may_be_anywhere():
    assert tmux_health.Answer(None, "no").attended("r") == probe.UNKNOWN


@needs_tmux
def test_a_server_tells_its_sessions_and_is_remembered(asked):
    asked["trouble"] = {"word": tmux_health.SILENT, "first": 1.0}
    answer = tmux_health.look("", asked)
    assert (answer.trouble, answer.sessions) == (None, {"run one": False})
    assert tmux_health.is_tmux(asked["server"]) and "trouble" not in asked
    assert not tmux_health.is_tmux({**asked["server"], "start": 1})
    assert not tmux_health.is_tmux(platform.identity(os.getpid()))


@needs_tmux
def test_a_lost_socket_of_a_live_server_is_trouble_and_can_be_repaired(asked):
    tmux_health.look("", asked)
    os.unlink(asked["socket"])
    answer = tmux_health.look("", asked)
    assert answer.trouble == tmux_health.MISSING and "is gone" in answer.words
    subject = TmuxServer("/nonexistent", "p", answer, None, 0.0)
    assert subject.repair_socket().words == "the server that was known is gone"
    os.kill(asked["server"]["pid"], 10)  # SIGUSR1: tmux makes its socket again
    eventually(lambda: os.path.exists(asked["socket"]), what="the socket")
    assert tmux_health.look("", asked).trouble is None


@needs_tmux
def test_a_server_that_ended_is_forgotten(asked):
    tmux_health.look("", asked)
    subprocess.run([*asked["ask"][:5], "kill-server"], check=True)
    eventually(lambda: not tmux_health.is_tmux(asked["server"]), what="the end of the server")
    if os.path.exists(asked["socket"]):
        os.unlink(asked["socket"])
    assert tmux_health.look("", asked).sessions == {} and "server" not in asked


def test_a_server_that_does_not_answer_is_trouble(tmp_path, monkeypatch):
    monkeypatch.setattr(tmux_health, "TIMEOUT", 0.05)
    (tmp_path / "s").touch()
    answer = tmux_health.look("", {"socket": str(tmp_path / "s"), "ask": ["sleep", "60"]})
    assert (answer.trouble, answer.sessions) == (tmux_health.SILENT, None)


def test_a_tmux_that_is_not_installed_tells_nothing(tmp_path):
    (tmp_path / "s").touch()
    answer = tmux_health.look("", {"socket": str(tmp_path / "s"), "ask": ["/nonexistent/tmux"]})
    assert answer.trouble is None and answer.sessions is None and answer.words
