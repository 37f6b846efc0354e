"""What the last tick left behind, and what follows from its age."""

import json

import pytest

from workcell.base import clock, platform
from workcell.rundir import heartbeat, layout


@pytest.fixture
def home(tmp_path):
    (tmp_path / layout.WATCHDOG).mkdir()
    return tmp_path


def put(home, name, **record):
    (home / layout.WATCHDOG / name).write_text(json.dumps(record))


def ticked(home, ago, boot=None):
    put(home, heartbeat.LAST, boot=boot or platform.boot_id(), monotonic=clock.monotonic() - ago, at="then")


def test_without_a_tick_nobody_goes_on(home):
    assert heartbeat.age(str(home)) is None and not heartbeat.there(str(home))


@pytest.mark.parametrize(("ago", "there"), [(0.0, True), (heartbeat.PRESENT - 5, True), (heartbeat.PRESENT + 1, False)])
def test_a_tick_counts_for_ten_minutes(home, ago, there):
    ticked(home, ago)
    assert ago <= heartbeat.age(str(home)) < ago + 5
    assert heartbeat.there(str(home)) is there


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
    put(home, heartbeat.INSTALLED, **{"with": "cron"})
    assert "it has never ticked" in heartbeat.warning(str(home))
    ticked(home, 1.0)
    assert heartbeat.warning(str(home)) is None
    ticked(home, heartbeat.LATE + 60)
    assert "its last tick was" in heartbeat.warning(str(home)) and "cron" in heartbeat.warning(str(home))
    ticked(home, 0.0, boot="another")
    assert "since this machine was started (last at then)" in heartbeat.warning(str(home))


def test_a_timer_that_was_installed_just_now_is_not_late(home):
    put(home, heartbeat.INSTALLED, **{"with": "cron", "boot": platform.boot_id(), "monotonic": clock.monotonic()})
    assert heartbeat.warning(str(home)) is None
