"""The check of an attempt: what is on record of it, who may break it off, and the lock that it is run under."""

import errno
import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.support import frozen
from tests.support.claimed_tree import ClaimedTree
from tests.support.lab import eventually
from tests.support.made_standby import MadeStandby
from workcell.base import clock, digest, probe
from workcell.base.errors import TryAgain
from workcell.finish import check, shared_tree
from workcell.rundir import events, find, inbox, layout, lease, locks, look, maildir, orders

LONG = 60.0
STOPS = """echo '{"schema": "workcell.message/1", "kind": "stop", "attempt": 1}' > "$WORKCELL_RUN_DIR/inbox/new/s"
"""


class Checked(MadeStandby):
    """A run whose attempt has ended, and is to be checked by a script."""

    def pins(self, script: str, seconds: float = LONG) -> None:
        data = f"#!/bin/sh\n{script}\n".encode()
        self.attempt["limits"] = {"verify_seconds": seconds}
        self.attempt["verify"] = {"sha256": digest.sha256(data)}
        Path(layout.attempt(self.run, 1), layout.VERIFY_SCRIPT).write_bytes(data)
        env = {"schema": "workcell.file.env/1", "env": {"PATH": os.environ["PATH"]}, "umask": 18}
        Path(self.run, layout.ENV).write_text(json.dumps(env))
        os.makedirs(os.path.join(self.run, layout.INBOX, maildir.NEW))
        self.ends()

    def check(self):
        held = events.Journal(os.path.join(self.run, layout.EVENTS))
        try:
            return check.run(self.run, 1, look.at(self.run), held)
        finally:
            held.close()

    def told(self):
        """The events of the run."""
        return [line["type"] for _, line in events.read(os.path.join(self.run, layout.EVENTS)) if line]

    def said(self):
        return Path(layout.attempt(self.run, 1), layout.VERIFY_LOG).read_text()

    @property
    def lock(self) -> str:
        return os.path.join(self.run, layout.AGENT_LOCK)

    def stop(self, attempt: int = 1) -> None:
        inbox.post(self.run, {"kind": "stop", "attempt": attempt, "by": "person"})


@pytest.fixture
def made(tmp_path):
    return Checked(tmp_path)


@pytest.fixture
def held_by():
    """Starts a program that holds a lock, with these variables; all are ended afterwards."""
    started = []

    def start(path, **env):
        words = ["flock", "-x", path, "sleep", "600"]
        started.append(subprocess.Popen(words, env={"PATH": os.environ["PATH"], **env}, start_new_session=True))
        eventually(lambda: locks.held(path) == probe.YES)
        return started[-1]

    yield start
    for one in started:
        one.kill()
        one.wait()


@pytest.mark.parametrize("code", [0, 3])
def test_the_record_says_how_the_script_ended_and_its_output_is_in_the_log(made, code):
    made.pins(f"echo said; pwd; exit {code}")
    found = made.check()
    assert (found["schema"], found["attempt"]) == ("workcell.file.verify/1", 1)
    assert (found["how"], found["code"], found["signal"], found["error"]) == ("exited", code, None, None)
    assert (found["dropped_bytes"], "beside" in found) == (0, False) and clock.parse(found["at"]) > 0
    assert made.said() == f"said\n{made.attempt['cwd']}\n"
    assert not os.path.exists(os.path.join(layout.attempt(made.run, 1), layout.VERIFY)), "it is the caller who seals it"
    assert made.told() == ["verify.started"]


def test_a_script_that_is_not_the_pinned_one_is_not_run(made):
    made.pins("echo said")
    Path(layout.attempt(made.run, 1), layout.VERIFY_SCRIPT).write_text("#!/bin/sh\ntouch ran\n")
    assert made.check()["how"] == "tampered"
    assert made.said() == "" and not os.path.exists(os.path.join(made.attempt["cwd"], "ran"))


def test_without_a_script_there_is_no_record(made):
    made.ends()
    assert made.check() is None and made.told() == []


def test_it_runs_under_the_lock_of_the_agent_and_gives_it_back(made):
    made.pins('flock -n "$WORKCELL_RUN_DIR/agent.lock" true && echo free || echo held')
    made.check()
    assert made.said() == "held\n" and locks.held(made.lock) == probe.NO


def test_a_stop_that_was_asked_for_before_keeps_it_from_running(made):
    made.pins("touch ran")
    made.stop()
    assert made.check() is None and made.told() == []
    assert not os.path.exists(os.path.join(made.attempt["cwd"], "ran")) and not os.path.exists(made.lock)


def test_a_stop_in_its_middle_breaks_it_off_and_leaves_no_record(made):
    made.pins(STOPS + "exec sleep 600")
    assert made.check() is None
    assert made.told() == ["verify.started"] and locks.held(made.lock) == probe.NO


def test_a_check_that_ended_before_it_could_be_broken_off_is_on_record(made):
    made.pins(STOPS + "exit 4")
    assert made.check()["code"] == 4


def test_one_at_its_time_limit_is_on_record(made):
    made.pins("exec sleep 600", seconds=0.1)
    found = made.check()
    assert (found["how"], found["code"]) == ("limit", None)


def test_a_stop_of_another_attempt_and_other_messages_are_none_of_this_one(made):
    made.pins("true")
    made.stop(2)
    inbox.post(made.run, {"kind": "text", "text": "stop", "attempt": 1, "by": "person"})
    assert not check.stop_asked(made.run, 1) and check.stop_asked(made.run, 2)
    assert made.check()["code"] == 0


def test_where_orders_are_kept_only_they_stop_and_those_of_playbooks_do_not(tmp_path):
    run = frozen.run_of(frozen.thaw(tmp_path / "home"), "frozen-lost")
    message = {"schema": inbox.SCHEMA, "kind": "stop", "attempt": 1, "by": "person"}
    maildir.deliver(os.path.join(run, layout.INBOX), message)
    assert check.stops(run, 1) == [], "anything may write into the inbox"
    inbox.post(run, {"kind": "stop", "attempt": 1, "by": "playbook:turn-over"})
    assert len(orders.stops(run, 1)) == 1 and check.stops(run, 1) == []
    inbox.post(run, {"kind": "stop", "attempt": 1, "by": "run:boss/1"})
    assert [one["by"] for one in check.stops(run, 1)] == ["run:boss/1"] and not check.stop_asked(run, 2)


def test_a_log_that_something_has_the_name_of_is_made_anew(made):
    made.pins("echo said")
    log = Path(layout.attempt(made.run, 1), layout.VERIFY_LOG)
    other = Path(made.home, "other")
    other.write_text("mine\n")
    log.symlink_to(other)
    made.check()
    assert made.said() == "said\n" and not log.is_symlink() and other.read_text() == "mine\n"


def test_nothing_is_run_from_or_written_through_a_link_in_place_of_its_directory(made):
    made.pins("touch ran")
    folder, away = layout.attempt(made.run, 1), os.path.join(made.run, "away")
    os.rename(folder, away)
    os.symlink(away, folder)
    assert made.check()["how"] == "tampered" and not os.path.islink(folder)
    assert not os.path.exists(os.path.join(away, layout.VERIFY_LOG))
    assert not os.path.exists(os.path.join(made.attempt["cwd"], "ran"))


@pytest.mark.parametrize(("number", "raised"), [(errno.ENOSPC, True), (errno.EIO, True), (errno.EACCES, False)])
def test_a_disk_that_refuses_the_log_is_an_error_and_a_directory_that_does_is_none(made, monkeypatch, number, raised):
    made.pins("true")
    opens = os.open

    def refuse(path, flags, *more, **named):
        if str(path).endswith(layout.VERIFY_LOG):
            raise OSError(number, os.strerror(number))
        return opens(path, flags, *more, **named)

    monkeypatch.setattr(os, "open", refuse)
    if raised:
        with pytest.raises(OSError, match=os.strerror(number)):
            made.check()
    else:
        assert made.check()["code"] == 0
    monkeypatch.undo()
    assert locks.held(made.lock) == probe.NO


@pytest.fixture
def impatient(monkeypatch):
    """Who asks for a lock does so for an instant, where it says no other time."""
    monkeypatch.setattr(locks.take, "__defaults__", (0.05,))


@pytest.mark.usefixtures("impatient")
def test_the_lock_is_taken_from_what_the_attempt_left_running(made, held_by):
    made.ends()
    left = held_by(made.lock, WORKCELL_ATTEMPT="r/1")
    lock = check.take_agent_lock(made.run, 1)
    left.wait(10)
    assert locks.held(made.lock) == probe.YES
    os.close(lock)
    assert locks.held(made.lock) == probe.NO


@pytest.mark.usefixtures("impatient")
def test_a_holder_that_may_not_be_ended_is_named_and_nothing_runs_beside_it(made):
    made.pins("touch ran")
    mine = locks.take(made.lock)
    try:
        with pytest.raises(TryAgain, match=r"agent.lock (is held by|cannot be had)"):
            made.check()
    finally:
        os.close(mine)
    assert made.told() == [] and not os.path.exists(os.path.join(made.attempt["cwd"], "ran"))


@pytest.fixture
def shared(made):
    """A run whose tree another one shares, which is in the middle of a turn."""
    tree = ClaimedTree(made.attempt["cwd"] + "/shared")
    tree.run("other")
    lease.claim(tree.home, tree.top, "other", lambda run: find.is_live(tree.home, run), shared=True).close()
    made.home, made.run = tree.home, os.path.join(tree.home, layout.RUNS, "r")
    os.makedirs(layout.attempt(made.run, 1))
    made.attempt.update(cwd=tree.top, share={"wait_seconds": 1.0})
    yield tree
    tree.close()


def test_in_a_shared_tree_it_names_the_runs_that_it_did_not_wait_for(made, shared, monkeypatch):
    made.pins("true")
    times = iter([0.0, shared_tree.LONGEST + 1])
    monkeypatch.setattr(clock, "monotonic", lambda: next(times))
    assert made.check()["beside"] == ["other"]


def test_a_stop_while_it_waits_for_them_keeps_it_from_running(made, shared, monkeypatch):
    made.pins("touch ran")
    monkeypatch.setattr(shared_tree.time, "sleep", lambda seconds: made.stop())
    assert made.check() is None
    assert made.told() == [] and not os.path.exists(os.path.join(shared.top, "ran"))


def test_a_run_beside_it_that_is_over_is_not_waited_for(made, shared):
    made.pins("true")
    os.makedirs(os.path.join(made.home, layout.ENDED))
    Path(made.home, layout.ENDED, "other").touch()
    assert "beside" not in made.check()
