from datetime import UTC
from zoneinfo import ZoneInfo

import pytest

from workcell.base import clock
from workcell.judgement import reset

SAID = clock.parse("2026-11-20T05:22:14.000Z")
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("7:30am (UTC)", "2026-11-20T07:30:00.000Z"),
        ("7am (America/New_York)", "2026-11-20T12:00:00.000Z"),
        ("Nov 22, 1:03pm (UTC)", "2026-11-22T13:03:00.000Z"),
        ("November 22 at 1pm (Asia/Tokyo)", "2026-11-22T04:00:00.000Z"),
        ("7:22 AM.", "2026-11-20T06:22:00.000Z"),
        ("Nov 22nd, 2026 12:55 PM.", "2026-11-22T11:55:00.000Z"),
        ("tomorrow at 7", "2026-11-21T06:00:00.000Z"),
        ("tomorrow, 7:30 PM (UTC)", "2026-11-21T19:30:00.000Z"),
        ("Monday 9am (Europe/Berlin)", "2026-11-23T08:00:00.000Z"),
        ("19:30", "2026-11-20T18:30:00.000Z"),
        ("noon", "2026-11-20T11:00:00.000Z"),
        ("12am (UTC)", "2026-11-21T00:00:00.000Z"),
        ("12:15pm (UTC)", "2026-11-20T12:15:00.000Z"),
        ("10pm PST", "2026-11-20T06:00:00.000Z"),
        ("9:00 UTC+2", "2026-11-20T07:00:00.000Z"),
        ("in 1h 59m", "2026-11-20T07:21:14.000Z"),
        ("in 1 day 3 hours 5 minutes", "2026-11-21T08:27:14.000Z"),
        ("2 days, 3 hours", "2026-11-22T08:22:14.000Z"),
        ("1.898s", "2026-11-20T05:22:15.898Z"),
        ("1795159961", "2026-11-20T07:32:41.000Z"),
        ("|1795159961000", "2026-11-20T07:32:41.000Z"),
        ("2026-11-22T13:03:00Z", "2026-11-22T13:03:00.000Z"),
        ("2026-11-22 13:03:00+01:00", "2026-11-22T12:03:00.000Z"),
    ],
)
def test_words_of_all_kinds(words: str, expected: str) -> None:
    found = reset.parse(words, SAID, BERLIN)
    assert found is not None
    assert found["resets_at"] == expected
    assert not found["clamped"]


@pytest.mark.parametrize("words", ["", "later", "soon (UTC)", "Feb 31", "25:99", "13pm", "at", "5", "9" * 300])
def test_what_is_no_time(words: str) -> None:
    assert reset.parse(words, SAID, BERLIN) is None


def test_a_zone_that_is_not_named_is_the_machine_s_and_said_to_be_assumed() -> None:
    named, assumed = reset.parse("7:30am (UTC)", SAID, BERLIN), reset.parse("7:30am", SAID, BERLIN)
    assert named and assumed
    assert (named["zone"], named["zone_assumed"]) == ("UTC", False)
    assert (assumed["zone"], assumed["zone_assumed"]) == ("Europe/Berlin", True)
    unknown = reset.parse("7:30am (Mars/Base)", SAID, BERLIN)
    assert unknown and unknown["zone_assumed"] and unknown["at"] == assumed["at"]


def test_a_time_of_day_just_past_is_now_and_one_long_past_is_tomorrow() -> None:
    just, long = reset.parse("5:15am (UTC)", SAID), reset.parse("4:15am (UTC)", SAID)
    assert just and long
    assert (just["at"], just["clamped"]) == (SAID, True)
    assert long["resets_at"] == "2026-11-21T04:15:00.000Z"


def test_a_date_without_a_year_in_the_turn_of_the_year() -> None:
    said = clock.parse("2026-12-30T22:00:00.000Z")
    found = reset.parse("Jan 2, 9am (UTC)", said)
    assert found and found["resets_at"] == "2027-01-02T09:00:00.000Z"


def test_what_is_past_or_too_far_is_cut() -> None:
    past, far = reset.epoch(SAID - 5000, SAID), reset.epoch(SAID + 400 * 86400, SAID)
    assert (past["at"], past["clamped"]) == (SAID, True)
    assert (far["at"], far["clamped"]) == (SAID + reset.FARTHEST, True)
    assert reset.after(7200, SAID)["at"] == SAID + 7200
    assert reset.after(-5, SAID)["at"] == SAID


def test_the_hour_that_comes_twice_is_the_second_and_the_one_that_is_skipped_comes_after() -> None:
    autumn = clock.parse("2026-10-24T22:00:00.000Z")  # clocks in Berlin go back at 01:00 UTC
    twice = reset.parse("2:30am", autumn, BERLIN)
    assert twice and twice["resets_at"] == "2026-10-25T01:30:00.000Z"
    spring = clock.parse("2026-03-28T22:00:00.000Z")  # and forward at 01:00 UTC
    skipped = reset.parse("2:30am", spring, BERLIN)
    assert skipped and skipped["resets_at"] == "2026-03-29T01:30:00.000Z"


def test_without_any_zone_at_all_it_is_utc() -> None:
    found = reset.parse("7:30am", SAID, None)
    assert found and found["at"] == reset.parse("7:30am", SAID, UTC)["at"]  # type: ignore[index]
