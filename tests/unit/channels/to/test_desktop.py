"""Desktop notices against a real session bus with a notification daemon, and against real tmux terminals."""

import html
import json
import os
import pty
import shutil
import signal
import subprocess
import sys
import termios

import pytest

from tests.support import far_ends, tmux_servers
from tests.support.notices import ROOT, parse, send

DESKTOP = "name: d\nuses: desktop\nevents: all\n"


def _missing() -> str | None:
    for program in ("dbus-daemon", "notify-send"):
        if shutil.which(program) is None:
            return f"{program} is not installed"
    found = subprocess.run([sys.executable, "-c", "import jeepney"], capture_output=True)
    return None if found.returncode == 0 else "jeepney is not installed"


@pytest.fixture
def bus(tmp_path, monkeypatch):
    """A session bus of its own with a notification daemon; its output."""
    reason = _missing()
    if reason:
        pytest.skip(reason)
    daemon = subprocess.Popen(
        ["dbus-daemon", "--session", "--nofork", "--print-address=1", f"--address=unix:path={tmp_path}/bus"],
        stdout=subprocess.PIPE,
        text=True,
    )
    address = daemon.stdout.readline().strip()
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
    env = {**os.environ, "PYTHONPATH": ROOT}
    far_end = subprocess.Popen(
        [sys.executable, "-m", "tests.support.notification_daemon"],
        stdout=subprocess.PIPE,
        text=True,
        env=env,
        cwd=ROOT,
    )
    try:
        assert far_end.stdout.readline() == "ready\n"
        yield far_end.stdout
    finally:
        for process in (far_end, daemon):
            process.kill()
            process.wait()
            process.stdout.close()


def test_the_notification_daemon_gets_it(bus):
    sent = send(parse(DESKTOP + "method: notify-send\n"), {}, why="a <b>bold</b> & odd reason")
    assert sent.outcome == "delivered"
    got = json.loads(bus.readline())
    assert (got["app"], got["title"], got["urgency"]) == ("workcell", "✗ r1 failed", 2)
    assert "<b>" not in got["body"]
    assert "a <b>bold</b> & odd reason" in html.unescape(got["body"])


def test_auto_finds_the_session_bus(bus):
    assert send(parse(DESKTOP), {}).outcome == "delivered"
    assert json.loads(bus.readline())["title"] == "✗ r1 failed"


def test_what_begins_with_a_dash_is_no_option(bus):
    sent = send(parse(DESKTOP + "method: notify-send\n"), {}, why="--help")
    assert sent.outcome == "delivered" and json.loads(bus.readline())["body"].startswith("--help")


def test_a_daemon_that_refuses_is_tried_again(bus):
    sent = send(parse(DESKTOP + "method: notify-send\n"), {}, why="refuse this")
    assert sent.outcome == "retry" and "too many" in sent.said


def test_without_a_session_it_is_tried_again(monkeypatch, tmp_path):
    if shutil.which("notify-send") is None:
        pytest.skip("notify-send is not installed")
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path}/nobody")
    assert send(parse(DESKTOP + "method: notify-send\n"), {}).outcome == "retry"


@pytest.fixture
def tmux(tmp_path, monkeypatch):
    """A tmux server of its own with one attached terminal: its socket, and what the terminal shows."""
    if shutil.which("tmux") is None:
        pytest.skip("tmux is not installed")
    socket = str(tmp_path / "s")
    env = {**os.environ, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8"}
    env.pop("TMUX", None)
    base = ["tmux", "-S", socket, "-f", "/dev/null"]
    monkeypatch.delenv("TMUX", raising=False)
    with tmux_servers.private(socket, "sleep 60", 200, 20) as server:
        yield from _attached(server, socket, base, env)


def _attached(server, socket, base, env):
    pid, fd = pty.fork()
    if pid == 0:
        os.execvpe("tmux", [*base, "attach"], env)
    termios.tcsetwinsize(fd, (20, 200))
    os.set_blocking(fd, False)
    seen = bytearray()

    def look() -> bytes:
        try:
            while part := os.read(fd, 65536):
                seen.extend(part)
        except (BlockingIOError, OSError):
            pass
        return bytes(seen)

    def attached() -> bool:
        look()
        return bool(server.attached_sessions)

    try:
        far_ends.until(attached)
        yield socket, look
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(fd)


def test_every_attached_terminal_shows_it(tmux, tmp_path):
    socket, look = tmux
    marker = tmp_path / "ran"
    adapter = parse(DESKTOP + f"method: tmux\nsocket: {socket}\n")
    sent = send(adapter, {}, why=f"#(touch {marker}) #[fg=red] #{{pid}} %H done")
    assert sent.outcome == "delivered", sent
    far_ends.until(lambda: b"done" in look())
    print(look())
    assert b"#[fg=red] #{pid} %H" in look() and b"r1 failed" in look()
    assert not marker.exists(), "tmux ran a command out of a message"


def test_the_bell_rings(tmux):
    socket, look = tmux
    far_ends.until(lambda: b"\x1b" in look())
    before = look().count(b"\a")
    assert send(parse(DESKTOP + f"method: bell\nsocket: {socket}\n"), {}).outcome == "delivered"
    far_ends.until(lambda: look().count(b"\a") > before)


def test_no_tmux_server_is_tried_again(tmp_path):
    if shutil.which("tmux") is None:
        pytest.skip("tmux is not installed")
    sent = send(parse(DESKTOP + f"method: tmux\nsocket: {tmp_path}/none\n"), {})
    assert sent.outcome == "retry" and sent.said.startswith("tmux:")


@pytest.mark.skipif(sys.platform != "darwin", reason="osascript is of macOS")
def test_osascript_takes_words_as_words():
    assert send(parse(DESKTOP + "method: osascript\n"), {}, why='" & do shell script "true').outcome == "delivered"
