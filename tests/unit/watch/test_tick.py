"""One pass over a home: what it looks at, what it acts on, and what it leaves on record."""

import errno
import os
import shutil
from pathlib import Path

import pytest

from tests.support import frozen
from tests.support.made_runs import MadeRun
from tests.support.made_standby import MadeStandby
from workcell.base.errors import InputOutput, Invalid
from workcell.rundir import heartbeat, inbox, layout, locks, look, phase, watches
from workcell.upkeep import doctor
from workcell.watch import act, observe, tick, tick_failure


def at(seconds):
    return observe.Now(wall=1.8e9 + seconds, mono=1e5 + seconds, boottime=1e5 + seconds, boot="b")


@pytest.fixture
def home(tmp_path):
    """A home whose runs are over."""
    made = frozen.thaw(tmp_path / "home")
    for name in frozen.OPEN:
        run = frozen.run_of(made, name)
        os.rename(run, tmp_path / name)
    return made


@pytest.fixture
def broken(tmp_path):
    """A home with one run whose records cannot be read."""
    made = MadeRun(tmp_path)
    os.chmod(made.home, 0o700)
    Path(made.run, layout.LAUNCH).write_text("{")
    return made


def test_a_home_that_was_never_used_is_left_as_it_is(tmp_path):
    os.chmod(tmp_path, 0o700)
    assert tick.tick(str(tmp_path)).live == 0 and os.listdir(tmp_path) == []


def test_the_first_tick_counts_and_leaves_its_clocks(home):
    report = tick.tick(home, at(0))
    assert (report.did, report.grace, report.busy) == ([], "the first tick", False)
    assert report.done == len(os.listdir(os.path.join(home, layout.RUNS))) == len(frozen.DONE)
    last = heartbeat.last_tick(home)
    assert last is not None and (last["monotonic"], last["done"], last["grace"]) == (1e5, report.done, "the first tick")
    assert tick.tick(home, at(60)).grace is None


def test_of_two_ticks_at_once_one_looks(home, monkeypatch):
    os.makedirs(heartbeat.directory(home), exist_ok=True)
    lock = locks.take(os.path.join(heartbeat.directory(home), heartbeat.LOCK), 0)
    try:
        assert tick.tick(home, at(0)).busy
    finally:
        os.close(lock)
    assert heartbeat.last_tick(home) is None or not tick.tick(home, at(0)).busy


def test_a_state_seen_twice_is_acted_on(broken):
    assert tick.tick(broken.home, at(0)).did == []
    assert tick.tick(broken.home, at(60)).did == ["r: unknown-state: notify: told as escalated"]
    assert tick.tick(broken.home, at(120)).did == []
    assert heartbeat.acted(broken.home) > 0


def test_a_disk_that_takes_nothing_is_said_and_other_errors_are_not_hidden(home, monkeypatch):
    for number, raised in ((errno.ENOSPC, InputOutput), (errno.EBADF, OSError)):

        def full(self, counts, number=number):
            raise OSError(number, "no")

        monkeypatch.setattr(observe.Memory, "stamp", full)
        with pytest.raises(raised):
            tick.tick(home, at(0))


def test_a_watchdog_directory_that_is_a_file_is_said(home):
    Path(heartbeat.directory(home)).touch()
    with pytest.raises(InputOutput, match="the watchdog cannot write"):
        tick.tick(home, at(0))


def test_notices_that_were_sent_are_looked_through_once_an_hour(home):
    tick.tick(home, at(0))
    first = heartbeat.last_tick(home)["pruned_at"]
    tick.tick(home, at(60))
    assert heartbeat.last_tick(home)["pruned_at"] == first
    tick.tick(home, at(tick.PRUNE + 1.0))
    assert heartbeat.last_tick(home)["pruned_at"] == first + tick.PRUNE + 1.0


def test_an_attempt_of_a_playbook_is_taken_up_once_its_agent_writes(tmp_path):
    made = MadeRun(tmp_path)
    made.attempt["asked_by"] = {"who": "playbook", "playbook": "p"}
    memory = observe.Memory(made.home, made.now())
    seen = made.seen(phase.RUNNING)
    memory.silence(seen, memory.of_run(seen))
    tick._taken_up(seen, memory)
    assert "taken_up" not in memory.of_run(seen)
    Path(seen.directory, layout.AGENT_LOG).write_text("x")
    memory.silence(seen, memory.of_run(seen))
    tick._taken_up(seen, memory)
    tick._taken_up(seen, memory)
    assert memory.of_run(seen)["taken_up"] and len(os.listdir(os.path.join(made.run, layout.SPOOL, "new"))) == 1


def test_a_run_on_standby_is_looked_at_once_and_again_when_something_waits_for_it_or_it_is_watched(
    tmp_path, monkeypatch
):
    made = MadeStandby(tmp_path)
    made.with_ledger()
    os.chmod(made.home, 0o700)
    assert tick.tick(made.home, at(0)).live == 1
    looked, really = [], look.at
    monkeypatch.setattr(look, "at", lambda run, **more: looked.append(run) or really(run, **more))
    assert tick.tick(made.home, at(60)).live == 1 and looked == []
    watches.place(made.home, "r", {"run": "other", "attempt": 1}, "idle")
    tick.tick(made.home, at(120))
    assert set(looked) == {made.run}
    shutil.rmtree(watches.directory(made.home))
    del looked[:]
    inbox.post(made.run, {"kind": "text", "text": "a", "by": "person"})
    monkeypatch.setattr(act, "act", lambda home, memory, todo, *_: [word for _, word in todo])
    assert tick.tick(made.home, at(180)).did == ["due"] and looked == [made.run]


def test_a_tick_that_fails_says_why_until_one_goes_well(home):
    tick.tick(home, at(0))
    seen = Path(heartbeat.directory(home), heartbeat.LAST)
    seen.unlink()
    seen.mkdir()
    with pytest.raises(OSError, match=heartbeat.LAST):
        tick.tick(home, at(60))
    told = str(heartbeat.warning(home))
    assert told.startswith("the last tick of the watchdog failed, at ") and "IsADirectoryError" in told
    [line] = doctor._ticks(home)
    assert (line.level, line.cure) == ("fail", "workcell watchdog tick")
    seen.rmdir()
    tick.tick(home, at(120))
    assert heartbeat.failure(home) is None and list(doctor._ticks(home)) == []


def test_faults_of_the_configuration_have_their_own_cure_and_a_planted_record_says_nothing(home):
    tick.tick(home, at(0))
    tick_failure.note(home, Invalid(f"{home}/config.yaml:1: unknown key 'nosuch'"))
    told = str(heartbeat.warning(home))
    assert "unknown key 'nosuch'" in told and told.endswith(": workcell config lint")
    Path(heartbeat.directory(home), heartbeat.FAILED).write_text('{"at": 3}')
    assert heartbeat.failure(home) is None
