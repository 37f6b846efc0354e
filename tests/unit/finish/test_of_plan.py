"""A plan that is over is looked at again once a run of it starts again."""

import pytest

from tests.support import plans as made
from workcell.finish import of_plan
from workcell.rundir import plans
from workcell.together import plan_advance

ID = "20261120-0512-night-7f3a"


@pytest.fixture
def hands(tmp_path):
    """A plan that is over, since its first run failed."""
    hands = made.FakeHands(made.home_of(tmp_path, made.record(made.entry("a"), made.entry("b", "a"))))
    plan_advance.advance(hands.home, ID, hands)
    made.end(hands.home, hands.run_of("a"), "failed")
    plan_advance.advance(hands.home, ID, hands)
    assert plans.open_ids(hands.home) == []
    return hands


def test_a_run_that_starts_again_opens_its_plan_for_the_tick(hands):
    of_plan.before_start(hands.home, {"plan": {"id": ID, "entry": "a"}})
    assert plans.open_ids(hands.home) == [ID]
    plan_advance.advance(hands.home, ID, hands)
    assert plans.open_ids(hands.home) == [], "nothing had changed"


@pytest.mark.parametrize(
    "launch",
    [None, {}, {"plan": None}, {"plan": "x"}, {"plan": {"id": "../x"}}, {"plan": {"id": "20261120-0512-no-7f3a"}}],
)
def test_a_run_without_a_plan_changes_nothing(hands, launch):
    assert of_plan.of_run(hands.home, launch) is None
    of_plan.before_start(hands.home, launch)
    assert plans.open_ids(hands.home) == []
