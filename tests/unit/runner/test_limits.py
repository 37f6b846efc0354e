"""The clock of an attempt: its wall limit stands still while it waits for a person, for as long as that may take."""

import pytest

from workcell.runner import limits


@pytest.fixture
def at(monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(limits.time, "monotonic", lambda: now[0])

    def move(seconds):
        now[0] = 1000.0 + seconds

    return move


@pytest.mark.parametrize(
    ("waits", "person", "ends", "waited"),
    [
        ([], 60.0, 100.0, 0.0),
        ([(10, 40)], 60.0, 130.0, 30.0),
        ([(10, 40), (50, 60)], 60.0, 140.0, 40.0),
        ([(10, 90)], 60.0, 160.0, 60.0),
        ([(10, 40), (50, 95)], 60.0, 160.0, 60.0),
        ([(10, 40)], None, 100.0, 0.0),
    ],
)
def test_the_wall_limit_stands_still_while_a_person_is_waited_for(at, waits, person, ends, waited):
    clock = limits.Limits(1, 100.0, None, person)
    for begins, is_over in waits:
        at(begins)
        clock.waits(True)
        clock.waits(True)
        at(is_over)
        clock.waits(False)
        clock.waits(False)
    assert clock.due() == 1000.0 + ends
    assert clock.waited == waited


def test_a_wait_that_never_ends_ends_with_the_limit_on_it(at):
    clock = limits.Limits(1, 100.0, None, 60.0)
    at(10)
    clock.waits(True)
    assert clock.due() == 1160.0


def test_a_wait_that_begins_past_the_limit_moves_nothing(at):
    clock = limits.Limits(1, 100.0, None, 60.0)
    at(101)
    clock.waits(True)
    assert clock.due() == 1100.0
