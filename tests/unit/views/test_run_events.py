"""The journal of a run, read on from where it was read last."""

import os

import pytest

from tests.support import frozen
from workcell.base import json_codec
from workcell.rundir import layout
from workcell.views import run_events
from workcell.views.run_events import RunEvents


@pytest.fixture
def run(tmp_path):
    return frozen.run_of(frozen.thaw(tmp_path / "home"), frozen.DONE[0])


def append(run, *events):
    with open(os.path.join(run, layout.EVENTS), "ab") as file:
        file.writelines(json_codec.encode_line({"at": "2026-11-22T08:34:48.744Z", **event}) for event in events)


def test_each_event_is_read_once(run):
    one = RunEvents(run)
    assert [event["n"] for event in one.new()] and list(one.new()) == []
    append(run, {"n": 900, "type": "note"})
    assert [event["n"] for event in one.new()] == [900]


def test_a_line_that_is_no_event_is_counted(run):
    one = RunEvents(run)
    list(one.new())
    append(
        run, {"n": "one", "type": "note"}, {"n": 901}, {"n": 902, "type": "note", "at": 5}, {"n": 903, "type": "note"}
    )
    assert [event["n"] for event in one.new()] == [903] and one.bad == 3


def test_a_hook_is_noticed(run):
    one = RunEvents(run)
    list(one.new())
    assert not one.hooked
    append(run, {"n": 900, "type": "hook", "payload": {}})
    list(one.new())
    assert one.hooked


def test_near_the_end_whole_lines_are_read(run, monkeypatch):
    append(run, *({"n": 900 + number, "type": "note", "why": "x" * 50} for number in range(100)))
    monkeypatch.setattr(run_events, "NEAR_END", 1000)
    one = RunEvents(run)
    one.near_end()
    found = [event["n"] for event in one.new()]
    assert 0 < len(found) < 12 and found[-1] == 999 and one.bad == 0


def test_a_run_without_a_journal_has_no_events(tmp_path):
    one = RunEvents(str(tmp_path))
    one.near_end()
    assert list(one.new()) == [] and one.bad == 0
