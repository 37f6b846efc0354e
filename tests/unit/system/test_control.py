"""Telling a runner that something waits for it."""

import os
import socket

from workcell.rundir import layout
from workcell.system import control


def test_where_no_runner_listens_none_is_notified(tmp_path):
    assert not control.notify_runner(str(tmp_path)) and not control.notify_runner(str(tmp_path / "none"))


def test_what_listens_is_told_and_another_process_than_the_runner_is_not(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(layout.CONTROL)
        listener.listen()
        listener.settimeout(5.0)
        assert control.notify_runner(str(tmp_path), b"H", {"pid": os.getpid()})
        connection, _ = listener.accept()
        with connection:
            assert connection.recv(8) == b"H"
        assert not control.notify_runner(str(tmp_path), b"S", {"pid": os.getpid() + 1})
