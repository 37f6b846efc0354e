"""What the last tick left behind, and what follows from its age."""

import json
import os
import shutil
import subprocess

import pytest

from tests.support.lab import eventually
from workcell.base import clock, platform
from workcell.rundir import heartbeat, layout, locks


@pytest.fixture
def home(tmp_path):
    (tmp_path / layout.WATCHDOG).mkdir()
    return tmp_path


def put(home, name, **record):
    (home / layout.WATCHDOG / name).write_text(json.dumps(record))


def ticked(home, ago, boot=None, regular=True):
    last = {"boot": boot or platform.boot_id(), "monotonic": clock.monotonic() - ago, "at": "then", "regular": regular}
    put(home, heartbeat.LAST, **last)


def test_without_a_tick_no_watchdog_goes_on(home):
    assert heartbeat.age(str(home)) is None and not heartbeat.there(str(home))
    assert heartbeat.missing(str(home)) == "no watchdog ticks: workcell watchdog install"


@pytest.mark.parametrize(("ago", "there"), [(0.0, True), (heartbeat.PRESENT - 5, True), (heartbeat.PRESENT + 1, False)])
def test_a_tick_of_a_regular_watchdog_counts_for_ten_minutes(home, ago, there):
    ticked(home, ago)
    assert ago <= heartbeat.age(str(home)) < ago + 5
    assert heartbeat.there(str(home)) is there


def test_a_single_tick_counts_only_where_something_repeats_it(home):
    ticked(home, 1.0, regular=False)
    assert not heartbeat.there(str(home))
    said = "a watchdog ticked once, and nothing repeats that: workcell watchdog install"
    assert heartbeat.missing(str(home)) == heartbeat.Watchdog(str(home)).words() == said
    assert heartbeat.warning(str(home), 1) == f"1 run waits to go on, and {said}"
    put(home, heartbeat.INSTALLED, **{"with": "systemd"})
    assert heartbeat.there(str(home)) and heartbeat.Watchdog(str(home)).words().startswith("ticks (systemd), last ")
    os.unlink(home / layout.WATCHDOG / heartbeat.INSTALLED)
    lock = locks.take(str(home / layout.WATCHDOG / heartbeat.LOOP), 0)
    try:
        assert heartbeat.there(str(home)) and "in the foreground, last" in heartbeat.Watchdog(str(home)).words()
    finally:
        os.close(lock)


def last(at, **more):
    return {"schema": "workcell.file.tick/1", "boot": "b", "monotonic": at, **more}


@pytest.mark.parametrize(
    ("before", "boot", "now", "found"),
    [
        (None, "b", 1000.0, (1000.0, False)),
        (last(1000.0), "b", 1003.0, (1000.0, False)),
        (last(1003.0, first=1000.0), "b", 1031.0, (1000.0, True)),
        (last(1000.0), "b", 1060.0, (1000.0, True)),
        (last(1000.0, regular=True, first=1.0), "b", 1001.0, (1.0, True)),
        (last(1000.0, regular=True, first=1.0), "b", 1000.0 + heartbeat.PRESENT, (1600.0, False)),
        (last(1000.0, regular=True), "another", 10.0, (10.0, True)),
        (last(1000.0, regular=False), "another", 10.0, (10.0, False)),
        (last(1000.0, regular=True), "b", 10.0, (10.0, False)),
        (last("soon", regular=True, first=None), "b", 10.0, (10.0, False)),
        (last(1000.0, first="then"), "b", 1040.0, (1000.0, True)),
    ],
)
def test_ticks_are_regular_when_they_come_again_and_go_on_after_a_reboot(before, boot, now, found):
    assert heartbeat.series(before, boot, now) == found


def test_a_tick_of_another_boot_and_one_from_the_future_count_for_nothing(home):
    ticked(home, 0.0, boot="another")
    assert heartbeat.age(str(home)) is None
    ticked(home, -1000.0)
    assert heartbeat.age(str(home)) is None
    put(home, heartbeat.LAST, boot=platform.boot_id(), monotonic="soon")
    assert heartbeat.age(str(home)) is None


def test_a_torn_record_is_none(home):
    (home / layout.WATCHDOG / heartbeat.LAST).write_text('{"boot": ')
    assert heartbeat.last_tick(str(home)) is None


def test_how_much_was_acted(home):
    assert heartbeat.acted(str(home)) == 0
    (home / layout.WATCHDOG / heartbeat.ACTIONS).write_text("{}\n")
    assert heartbeat.acted(str(home)) == 3


def test_a_late_timer_is_told_and_one_that_was_never_installed_is_not(home):
    assert heartbeat.warning(str(home)) is None
    put(home, heartbeat.INSTALLED, **{"with": "systemd"})
    assert "it has never ticked" in heartbeat.warning(str(home))
    ticked(home, 1.0)
    assert heartbeat.warning(str(home)) is None
    ticked(home, heartbeat.LATE + 60)
    assert "its last tick was" in heartbeat.warning(str(home)) and "systemd" in heartbeat.warning(str(home))
    ticked(home, 0.0, boot="another")
    assert "it has not ticked since this machine was started" in heartbeat.warning(str(home))
    assert not heartbeat.there(str(home))


def test_a_timer_that_was_installed_just_now_is_not_late(home):
    put(home, heartbeat.INSTALLED, **{"with": "systemd", "boot": platform.boot_id(), "monotonic": clock.monotonic()})
    assert heartbeat.warning(str(home)) is None and not heartbeat.there(str(home))
    assert "and has not ticked yet: workcell doctor --as-cron" in heartbeat.Watchdog(str(home)).words()


def test_runs_that_wait_to_go_on_while_nothing_ticks_are_warned_of(home):
    assert heartbeat.warning(str(home), 0) is None
    assert heartbeat.warning(str(home), 2) == "2 runs wait to go on, and no watchdog ticks: workcell watchdog install"
    ticked(home, 10.0)
    assert heartbeat.warning(str(home), 2) is None, "a timer of the person's own, just now"
    ticked(home, heartbeat.LATE + 1)
    assert "1 run waits to go on, and the last tick was 3m 01s ago" in str(heartbeat.warning(str(home), 1))
    assert heartbeat.warning(str(home)) is None and heartbeat.there(str(home))
    ticked(home, heartbeat.PRESENT + 1)
    assert "1 run waits to go on, and no watchdog ticks" in str(heartbeat.warning(str(home), 1))


def test_a_loop_in_the_foreground_owes_ticks(home):
    ticked(home, heartbeat.LATE + 10)
    lock = locks.take(str(home / layout.WATCHDOG / heartbeat.LOOP), 0)
    try:
        assert "in the foreground and is late: 3m 10s" in str(heartbeat.warning(str(home)))
    finally:
        os.close(lock)


def test_cron_without_its_daemon_is_told_with_what_ticks_without_one(home, tmp_path):
    if platform.cron_runs():
        pytest.skip("a cron daemon runs on this machine")
    put(home, heartbeat.INSTALLED, **{"with": "cron", "boot": platform.boot_id(), "monotonic": clock.monotonic()})
    begun = "the watchdog is installed (cron), no cron daemon runs on this machine"
    assert heartbeat.warning(str(home)) == f"{begun}, and it does not tick: workcell watchdog run"
    assert heartbeat.missing(str(home)) == heartbeat.warning(str(home))
    ticked(home, heartbeat.LATE + 60)
    assert heartbeat.warning(str(home)) == f"{begun}, and its last tick was 4m 00s ago: workcell watchdog run"
    assert not heartbeat.there(str(home))
    ticked(home, 1.0)
    assert heartbeat.warning(str(home)) is None, "a tick that comes, comes from somewhere"
    daemon = tmp_path / "cron"
    shutil.copy(str(shutil.which("sleep")), daemon)
    put(home, heartbeat.INSTALLED, **{"with": "cron"})
    ticked(home, heartbeat.LATE + 60)
    with subprocess.Popen([str(daemon), "60"]) as child:
        try:
            eventually(platform.cron_runs, what="a process of that name")
            assert str(heartbeat.warning(str(home))).endswith("ago: workcell doctor --as-cron")
        finally:
            child.kill()
