"""The lines of `doctor --capture`."""

from dataclasses import replace

from workcell.base import clock
from workcell.evidence.capture_health import CaptureHealth
from workcell.upkeep.doctor_capture import lines
from workcell.upkeep.doctor_line import OK, WARN

NOW = clock.parse("2026-11-22T08:34:49.000Z")
GOOD = CaptureHealth(
    run="r-1", name="fix", attempt=1, reader="claude", on=True, trouble=None,
    read_at="2026-11-22T08:34:40.000Z", last_event="2026-11-22T08:34:18.000Z", behind_bytes=0, lag_seconds=0.0, unreadable=0,
)  # fmt: skip


def told(**more):
    (line,) = lines([replace(GOOD, **more)], NOW)
    return line.level, line.words, line.cure


def test_a_reader_that_keeps_up():
    assert told() == (OK, "claude: last read 9.0s ago, last event 31s ago, nothing waits", None)
    assert told(last_event="yesterday")[1] == "claude: last read 9.0s ago, no event has a time, nothing waits"
    assert told(read_at=None)[1] == "claude: nothing was read yet"


def test_what_waits_is_a_warning_once_it_is_late():
    level, words, cure = told(behind_bytes=12345, lag_seconds=3.0)
    assert (level, cure) == (OK, None) and words.endswith("12,345 bytes wait, 3.0s late")
    assert told(behind_bytes=1, lag_seconds=500.0)[::2] == (WARN, "workcell status r-1")


def test_what_is_unknown_is_named_with_a_command_that_shows_it():
    level, words, cure = told(unknown={"a": 1, "b": 5, "c": 2, "d": 1}, unreadable=1)
    assert level == WARN and cure == "workcell events r-1 --kind raw"
    assert words.endswith("9 records of an unknown kind (b, c, a and 1 more kinds), 1 line without JSON")


def test_what_is_not_read_says_why():
    assert told(on=False)[:2] == (OK, "claude: capture is off in its recipe")
    assert told(reader="none")[:2] == (OK, "its recipe names no reader: nothing is captured")
    assert told(trouble="no agent is named 'x'")[0] == WARN
    assert [line.words for line in lines([], NOW)] == ["no run is live or ended in the last day"]
