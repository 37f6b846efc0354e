"""A tick starts the checks after turns whose process is missing, and tells what records answer."""

import os

import pytest

from tests.support.made_checked import MadeChecked
from workcell.rundir import attending, turn_checks
from workcell.watch import turn_check_ticks


@pytest.fixture
def made(tmp_path, monkeypatch):
    made = MadeChecked(tmp_path)
    made.begun = []
    monkeypatch.setattr(turn_check_ticks.turn_check, "begin", lambda seen: made.begun.append(seen.id))
    return made


def tick(made):
    return turn_check_ticks.look_after(made.home, {"r": made.look()} if os.path.isdir(made.run) else {})


def test_a_run_that_rests_is_checked_unless_that_goes_on(made):
    assert tick(made) == []
    made.asks()
    held = attending.take(made.run, attending.CHECKS, 0.0)
    assert tick(made) == [] and made.begun == []
    os.close(held)
    assert "its check is run" in tick(made)[0] and made.begun == ["r"]


def test_what_its_end_answers_is_told(made):
    asked = made.asks()
    made.ended()
    assert "told of its check" in tick(made)[0] and made.begun == []
    assert made.answer(asked)["outcome"] == "none" and turn_checks.asked(made.home) == []


def test_of_a_run_that_is_gone_its_lock_goes_too(made):
    made.asks()
    os.rename(made.run, made.run + "-away")
    assert len(tick(made)) == 1 and turn_checks.asked(made.home) == []
    assert not [name for name in os.listdir(os.path.join(made.home, "attend")) if name.startswith("r.")]


def test_an_empty_directory_is_removed(made):
    os.makedirs(turn_checks.directory(made.home, "r"))
    assert tick(made) == [] and turn_checks.asked(made.home) == []
