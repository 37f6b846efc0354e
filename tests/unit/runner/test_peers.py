"""Who may type into a run or stop it by its socket; the process of the test stands in for the runner."""

import os
import subprocess
import sys

import pytest

from tests.support.lab import eventually
from workcell.base import ancestry
from workcell.base.light import socket
from workcell.rundir import events, layout
from workcell.runner import peers, windows

CALL = """
import os, socket, sys
if sys.argv[2] == "orphan" and os.fork():
    os._exit(0)
connection = socket.socket(socket.AF_UNIX)
connection.connect("control.sock")
print(os.getpid(), flush=True)
if sys.argv[2] != "gone":
    sys.stdin.read()
"""


class Runner:
    """A listening socket in the working directory, and a journal."""

    def __init__(self):
        self.listener = windows.listen(layout.CONTROL)
        self.listener.setblocking(True)
        self.journal = events.Journal(layout.EVENTS)

    def calls(self, how):
        """(the process that was started, our end of its connection)."""
        words = [sys.executable, "-c", CALL, "x", how]
        process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        fd, _ = self.listener._accept()
        caller = int(process.stdout.readline())
        if how == "orphan":
            process.wait()
            eventually(lambda: ancestry.parent(caller) != process.pid)
        if how == "gone":
            process.wait()
        return process, socket.socket(fileno=fd)


@pytest.fixture
def runner(tmp_path, monkeypatch):
    run = tmp_path / "home" / "runs" / "one"
    run.mkdir(parents=True)
    monkeypatch.chdir(run)
    made = Runner()
    yield made
    made.listener.close()
    made.journal.close()


@pytest.mark.parametrize(
    ("how", "refused"),
    [("child", b"WS"), ("gone", b"WS"), ("orphan", b"")],
)
def test_who_is_refused_what(runner, how, refused):
    process, connection = runner.calls(how)
    try:
        for kind in (b"W", b"S", b"R", b"P"):
            assert (peers.refused(kind, connection) is not None) == (kind in refused), kind
    finally:
        connection.close()
        process.stdin.close()
        process.stdout.close()
        process.wait()


def test_a_refusal_is_an_event_and_words_in_the_window(runner):
    process, connection = runner.calls("child")
    ours, theirs = os.openpty()
    try:
        assert not peers.admitted(b"W", theirs, connection, runner.journal, 3)
        assert peers.admitted(b"R", theirs, connection, runner.journal, 3)
        assert b"no window that types" in os.read(ours, 1000)
    finally:
        for fd in (ours, theirs):
            os.close(fd)
        connection.close()
        process.stdin.close()
        process.stdout.close()
        process.wait()
    found = [event for _, event in events.read(layout.EVENTS)]
    assert [(event["type"], event["verb"], event["attempt"]) for event in found] == [("access.refused", "attach", 3)]
