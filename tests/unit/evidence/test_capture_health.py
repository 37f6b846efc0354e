"""How far and how late the records of an agent are read, and what of them is not known."""

import os
import time

import pytest

from tests.unit.evidence.test_growth import say, transcript  # noqa: F401 (a fixture)
from workcell.evidence import capture, capture_health, capture_state
from workcell.rundir import layout


@pytest.fixture
def live(made_live, transcript):  # noqa: F811
    made_live.file = transcript
    return made_live


def test_nothing_is_read_yet_and_then_nothing_waits(live):
    before = capture_health.of_run(live.run)
    assert (before.reader, before.on, before.read_at, before.behind_bytes) == ("claude", True, None, 0)
    capture.capture(live.run)
    after = capture_health.of_run(live.run)
    assert after.read_at and (after.behind_bytes, after.lag_seconds, after.unknown) == (0, 0.0, {})


def test_what_was_written_since_waits_and_is_late(live):
    capture.capture(live.run)
    say(live.file, "two")
    os.utime(live.file, (time.time(), time.time() + 50))
    found = capture_health.of_run(live.run)
    assert found.behind_bytes > 50 and 45 < found.lag_seconds < 60


def test_unknown_kinds_and_lines_without_json_are_counted_once(live):
    with open(live.file, "a") as file:
        file.write('{"type": "brand-new"}\n{"type": "brand-new"}\n{"type": "newer"}\n{broken\n')
    capture.capture(live.run)
    capture.capture(live.run)
    found = capture_health.of_run(live.run)
    assert found.unknown == {"brand-new": 2, "newer": 1} and found.unreadable == 1


def test_a_transcript_that_is_read_anew_is_counted_anew(live):
    live.file.write_text('{"type": "brand-new"}\n' * 3)
    capture.capture(live.run)
    live.file.write_text('{"type": "brand-new"}\n')
    capture.capture(live.run)
    assert capture_health.of_run(live.run).unknown == {"brand-new": 1}


def test_where_capture_is_off_nothing_is_read_or_copied(live):
    live.attempt["recipe"] = {"values": {"capture": "off"}}
    live.store()
    assert capture.capture(live.run) is None and capture.read_on(live.run) is None
    directory = layout.attempt(live.run, 1)
    assert capture_state.stored(directory) is None and not os.path.exists(os.path.join(directory, layout.TRANSCRIPT))
    found = capture_health.of_run(live.run)
    assert not found.on and found.trouble is None


def test_an_agent_whose_folder_is_gone_is_told(live):
    live.attempt["reader"] = "parrot"
    live.store()
    assert "no agent is named 'parrot'" in capture_health.of_run(live.run).trouble


def test_live_runs_and_those_that_ended_today_are_told(live):
    assert [one.run for one in capture_health.of_home(live.home, time.time())] == ["r"]
