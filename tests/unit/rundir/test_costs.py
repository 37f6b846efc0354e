"""What each attempt cost by itself: a conversation that goes on reports all of it, and is counted once."""

import pytest

from workcell.rundir import costs


@pytest.mark.parametrize(
    ("reported", "own"),
    [
        ([], []),
        ([(False, 0.5), (False, 0.25)], [0.5, 0.25]),
        ([(False, 0.5), (True, 0.75), (True, 1.25)], [0.5, 0.25, 0.5]),
        ([(False, 0.5), (True, None), (True, 1.5)], [0.5, None, 1.0]),
        ([(False, 0.5), (True, 0.75), (False, 0.25)], [0.5, 0.25, 0.25]),
        ([(False, 0.5), (True, 0.25)], [0.5, 0.25]),
    ],
)
def test_what_was_reported_before_is_taken_off(reported, own):
    assert costs.own(reported) == own


def test_an_attempt_says_whether_it_goes_on():
    assert costs.goes_on({"native": True}) and not costs.goes_on({"native": False})
    assert not costs.goes_on({}) and not costs.goes_on(None)
