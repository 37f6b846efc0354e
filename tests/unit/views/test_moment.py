"""The moment that a person means, in the attempt that ran then."""

import time

import pytest

from tests.support import lab
from tests.support import recorded_runs as made
from workcell.base import clock
from workcell.base.errors import NotFound, Usage
from workcell.rundir import layout, look
from workcell.views import moment


@pytest.fixture
def ran(tmp_path, monkeypatch):
    """What is found of a run that ran from 22:30:10 to 1:00:10 of the next day, in a zone two hours ahead."""
    monkeypatch.setenv("TZ", "XXX-2")
    time.tzset()
    run = made.recorded(tmp_path)
    n = look.at(run).n
    sealed = look.Sealed(look.at(run), n)
    lab.rewrite_record(run, n, layout.START, {**sealed.start, "started_at": "2026-11-20T20:30:10.000Z"})
    lab.rewrite_record(run, n, layout.EXIT, {**sealed.exit, "ended_at": "2026-11-20T23:00:10.000Z"})

    def find(word):
        return moment.find(look.at(run), [n], word, 1_800_000_000.0)

    yield find
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("word", "after"),
    [
        ("+0", 0), ("+90s", 90), ("+1h", 3600), ("22:30", 0), ("22:31", 50), ("23:00:10", 1800), ("00:30", 7190), ("1:00", 8990),
        ("2026-11-20 23:30", 3590), ("2026-11-21T00:00:10", 5400), ("2026-11-20T21:30:10.000Z", 3600), ("+2h30m", 9000),
    ],
)  # fmt: skip
def test_a_moment_is_found(ran, word, after):
    found = ran(word)
    assert found.after == after
    assert clock.parse(found.stamp) == clock.parse("2026-11-20T20:30:10.000Z") + after


@pytest.mark.parametrize("word", ["14:05", "+9h", "2026-11-20 22:00", "2025-01-01 00:30"])
def test_a_moment_at_which_nothing_ran_is_answered_with_when_it_ran(ran, word):
    with pytest.raises(NotFound, match=r"attempt \d ran from 2026-11-20 22:30 XXX to 2026-11-21 01:00 XXX"):
        ran(word)


@pytest.mark.parametrize("word", ["", "noon", "+", "+x", "25:00", "12", "-5m"])
def test_what_is_no_moment_is_refused_with_the_forms(ran, word):
    with pytest.raises(Usage) as refused:
        ran(word)
    assert "14:05" in refused.value.hint


def test_a_run_that_was_never_started_says_so(tmp_path):
    with pytest.raises(NotFound, match="has not been started"):
        moment.find(look.at(made.recorded(tmp_path)), [], "14:05", 0.0)
