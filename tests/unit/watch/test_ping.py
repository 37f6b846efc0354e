"""The ping after a tick: sent when all is done, kept on record, and never in the way."""

import os
import socket
import time
from pathlib import Path

import pytest

from tests.support import far_ends, records
from tests.support.far_ends import Reply
from workcell.rundir import heartbeat, home_creation, locks
from workcell.watch import ping, tick


@pytest.fixture
def home(tmp_path):
    made = str(tmp_path / "home")
    home_creation.ensure(made)
    os.makedirs(heartbeat.directory(made), 0o700)
    return made


def set_ping(home, url, more=""):
    Path(home, "config.yaml").write_text(f"watchdog:\n  ping: {url}\n{more}")


def kept(home):
    found = heartbeat.last_ping(home)
    if found is not None:
        records.adapter("ping").validate_python(found)
    return found


def test_a_tick_sends_a_get_when_its_lock_is_free(home):
    held = []

    def answer(request):
        held.append(locks.held(os.path.join(heartbeat.directory(home), heartbeat.LOCK)))
        return Reply(200, b"OK")

    with far_ends.web(answer) as server:
        set_ping(home, f"{server.url}/ping/1-secret")
        tick.tick(home)
    [request] = server.requests
    assert (request.method, request.path, request.body) == ("GET", "/ping/1-secret", b"")
    assert held == ["no"]
    found = kept(home)
    assert found["ok"] and found["said"] == "200" and found["failing_since"] is None


def test_a_failure_is_kept_with_its_begin_and_without_the_address(home):
    with far_ends.web(lambda request: Reply(503, b"down")) as server:
        set_ping(home, f"{server.url}/ping/1-secret")
        tick.tick(home)
        first = kept(home)
        tick.tick(home)
    second = kept(home)
    assert not first["ok"] and first["said"].startswith("503") and first["failing_since"] == first["at"]
    assert second["failing_since"] == first["at"] and second["at"] > first["at"]
    assert "secret" not in Path(heartbeat.directory(home), heartbeat.PING).read_text()


def test_an_address_without_a_server_is_a_failure_in_words(home):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        set_ping(home, f"http://127.0.0.1:{free.getsockname()[1]}/")
        tick.tick(home)
    assert kept(home)["said"] == "no connection: refused or unreachable"


def test_a_far_end_that_does_not_answer_is_waited_for_within_bounds(home, monkeypatch):
    monkeypatch.setattr(ping, "PATIENCE", 0.2)
    with far_ends.web(lambda request: Reply(late=20.0)) as server:
        set_ping(home, server.url)
        begun = time.monotonic()
        tick.tick(home)
        assert time.monotonic() - begun < 15
    assert not kept(home)["ok"] and "no answer in time" in kept(home)["said"]


def test_without_an_address_nothing_is_sent_and_an_old_record_goes(home):
    Path(heartbeat.directory(home), heartbeat.PING).write_text("{}")
    tick.tick(home)
    assert kept(home) is None
    Path(home, "config.yaml").write_text("# no ping here\nwatchdog:\n")
    tick.tick(home)
    assert kept(home) is None


def test_faults_of_the_file_are_said(home):
    set_ping(home, "ftp://example.org")
    tick.tick(home)
    found = kept(home)
    assert not found["ok"] and found["said"] == ping.FAULTY


def test_a_linked_file_counts(home, tmp_path):
    with far_ends.web(far_ends.accept) as server:
        set_ping(str(tmp_path), server.url)
        os.symlink(tmp_path / "config.yaml", os.path.join(home, "config.yaml"))
        tick.tick(home)
    assert kept(home)["ok"] and len(server.requests) == 1


def test_a_tick_that_finds_another_at_work_sends_none(home):
    lock = locks.take(os.path.join(heartbeat.directory(home), heartbeat.LOCK), 0)
    try:
        with far_ends.web(far_ends.accept) as server:
            set_ping(home, server.url)
            assert tick.tick(home).busy
        assert server.requests == []
    finally:
        os.close(lock)
