"""events: the journal of a run, cleaned, with the lines counted that are none."""

import os

import pytest

from tests.support import frozen
from workcell.base.errors import Usage
from workcell.rundir import find, layout
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


def asked(run, **more):
    home, name = os.path.dirname(os.path.dirname(run)), os.path.basename(run)
    request = events.Request(None if more.get("all_runs") else name, **more)
    return events.perform(Cell(home, {}, "/"), request)


def numbers(stream):
    return [event["n"] for event in stream]


def test_a_reader_goes_on_behind_a_number_page_by_page(run):
    every = numbers(asked(run))
    pages, last = [], 0
    while page := numbers(asked(run, after=last, limit=3)):
        assert len(page) <= 3
        pages += page
        last = page[-1]
    assert pages == every and len(every) > 3


def test_a_limit_alone_shows_the_last_ones(run):
    assert numbers(asked(run, limit=2)) == numbers(asked(run))[-2:]
    assert numbers(asked(run, limit=2, follow=True)) == numbers(asked(run))[-2:]


def test_only_the_kinds_that_are_asked_for(run):
    found = list(asked(run, kind=("run", "verify.ended")))
    assert {event["kind"] for event in found} == {"verify.ended", "run.ended"}
    with pytest.raises(Usage, match="no kind of event"):
        list(asked(run, kind=("Run",)))


def test_all_runs_are_told_in_the_order_of_time_each_event_once(run):
    found = list(asked(run, all_runs=True))
    home = os.path.dirname(os.path.dirname(run))
    single = sum(len(list(events.events(os.path.join(home, "runs", name)))) for name in find.ids_of(home))
    assert len(found) == single > 0 and len({event["run"] for event in found}) > 2
    times = [event["at"] for event in found]
    assert times == sorted(times)
    last = list(asked(run, all_runs=True, limit=5))
    assert [event["at"] for event in last] == times[-5:]


def test_options_that_do_not_go_together_are_refused(run):
    for request in (
        events.Request(os.path.basename(run), all_runs=True),
        events.Request(None, after=3, all_runs=True),
        events.Request(None),
    ):
        with pytest.raises(Usage):
            events.perform(Cell(os.path.dirname(os.path.dirname(run)), {}, "/"), request)
