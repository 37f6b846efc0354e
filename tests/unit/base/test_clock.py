"""Times for people: in their zone, which is named, and without a date only where it is that of today."""

import time

import pytest

from workcell.base import clock


@pytest.fixture
def berlin(monkeypatch):
    monkeypatch.setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def test_a_moment_of_another_day_has_its_date_and_zone(berlin):
    assert clock.local(clock.parse("2020-01-20T23:30:00.000Z")) == "2020-01-21 00:30 CET"
    assert clock.local(clock.parse("2020-07-20T12:05:59.999Z")) == "2020-07-20 14:05 CEST"


def test_a_moment_of_today_needs_no_date(berlin):
    now = time.time()
    assert clock.local(now) == time.strftime("%H:%M %Z", time.localtime(now))
