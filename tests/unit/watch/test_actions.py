"""The record of acts."""

import os
from pathlib import Path

import pytest

from tests.support.made_runs import MadeRun
from workcell.rundir import heartbeat
from workcell.watch import actions


@pytest.fixture
def made(tmp_path):
    return MadeRun(tmp_path)


def file(made):
    return Path(heartbeat.directory(made.home), heartbeat.ACTIONS)


def test_an_intent_without_a_result_is_open(made):
    record = made.actions()
    first = record.intent(run="r", attempt=1, step="settle", why="x")
    second = record.intent(run="r", attempt=1, step="resume", why="x")
    record.result(first, "done", "words", run="r")
    assert [one["n"] for one in made.actions().open_intents()] == [second]
    [_, _, result] = made.actions().lines
    assert (result["is"], result["of"], result["state"], result["words"]) == ("result", first, "done", "words")
    assert made.actions().intent(run="r") == result["n"] + 1


def test_a_torn_line_is_left_out_and_the_next_one_begins_anew(made):
    made.actions().intent(run="r")
    with open(file(made), "ab") as torn:
        torn.write(b'{"n": 2, "is"')
    made.actions().intent(run="s")
    assert [one["run"] for one in made.actions().lines] == ["r", "s"]


def test_the_record_begins_anew_when_it_is_long_and_the_older_part_is_read(made, monkeypatch):
    monkeypatch.setattr(actions, "ROLL", 10)
    made.actions().intent(run="a")
    made.actions().intent(run="b")
    assert not file(made).exists() and os.path.exists(f"{file(made)}.1")
    made.actions().intent(run="c")
    assert [one["run"] for one in made.actions().lines] == ["a", "b", "c"]


def test_an_intent_that_cannot_be_written_is_an_error_and_a_result_is_not(made):
    record = made.actions()
    file(made).mkdir()
    with pytest.raises(OSError, match="directory"):
        record.intent(run="r")
    record.result(1, "done")


def test_the_age_of_a_line_is_told_by_the_clock_of_the_boot_else_by_the_wall(made):
    record = made.actions()
    record.intent(run="r")
    made.seconds = 30.0
    later = made.actions()
    [line] = later.lines
    assert later.ago(line) == 30.0 == later.ago({**line, "boot": "other"})
    assert later.ago({**line, "boot": "other", "at": "torn"}) == 0.0 == later.since(None)
