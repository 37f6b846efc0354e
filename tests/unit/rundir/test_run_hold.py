"""Whether a run is held: one answer, and what cannot be read is a hold."""

import json
import os

import pytest

from workcell.base import clock
from workcell.rundir import layout, run_hold

NOW = 1_800_000_000.0
SCHEMA = "workcell.file.hold/1"


def put(run, text):
    (run / layout.HOLD).write_text(text if isinstance(text, str) else json.dumps(text))


def held(run, now=NOW):
    return run_hold.standing(str(run), now) is not None


def test_without_a_file_there_is_none(tmp_path):
    assert not held(tmp_path)


def test_until_its_time(tmp_path):
    put(tmp_path, {"schema": SCHEMA, "until_at": clock.stamp(NOW + 10)})
    assert held(tmp_path) and not held(tmp_path, NOW + 11)
    put(tmp_path, {"schema": SCHEMA, "until_at": None, "why": "wait"})
    assert held(tmp_path, NOW + 1e9) and run_hold.standing(str(tmp_path))["why"] == "wait"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not JSON",
        "[]",
        {"until_at": "2020-01-01T00:00:00.000Z"},
        {"schema": "workcell.file.hold/2", "until_at": "2020-01-01T00:00:00.000Z"},
        {"schema": SCHEMA, "until_at": "tomorrow"},
    ],
)
def test_what_cannot_be_read_holds(tmp_path, text):
    put(tmp_path, text)
    assert held(tmp_path, NOW)


def test_a_link_that_leads_nowhere_and_a_directory_hold(tmp_path):
    os.symlink("/nonexistent", tmp_path / layout.HOLD)
    assert held(tmp_path)
    os.unlink(tmp_path / layout.HOLD)
    os.mkdir(tmp_path / layout.HOLD)
    assert held(tmp_path)
