"""events: the journal of a run, cleaned, with the lines counted that are none."""

import os

import pytest

from tests.support import frozen
from workcell.rundir import layout
from workcell.rundir.cell import Cell
from workcell.views import events


@pytest.fixture
def run(tmp_path):
    return frozen.run_of(frozen.thaw(tmp_path / "home"), frozen.DONE[0])


def test_every_line_is_an_event_in_its_order(run):
    found = list(events.events(run))
    assert [event["n"] for event in found] == sorted(event["n"] for event in found)
    assert found[-1]["type"]


def test_lines_that_are_no_events_are_counted_and_left_out(run):
    whole = len(list(events.events(run)))
    with open(os.path.join(run, layout.EVENTS), "ab") as file:
        file.write(b"not JSON\n[1]\n")
    stream = events.events(run)
    assert len(list(stream)) == whole and stream.bad == 2


def test_a_run_that_is_over_is_followed_to_its_end(run):
    home, name = os.path.dirname(os.path.dirname(run)), os.path.basename(run)
    stream = events.perform(Cell(home, {}, "/"), events.Request(name, follow=True))
    assert list(stream) == list(events.events(run))


def test_a_secret_is_masked(run):
    token = "ghp_" + "a1B2c3D4" * 5
    with open(os.path.join(run, layout.EVENTS), "ab") as file:
        file.write(b'{"n": 9999, "at": "2026-01-01T00:00:00Z", "type": "note", "why": "%s"}\n' % token.encode())
    assert token not in str(list(events.events(run)))
