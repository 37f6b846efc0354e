"""Who asked for a stop, in words."""

from workcell.finish import stoppers


def test_a_plan_and_a_run_are_named_and_a_person_stands_before_both():
    assert stoppers.said_by(["plan:20261120-0512-night-7f3a"]) == "the plan 20261120-0512-night-7f3a"
    assert stoppers.said_by(["run:20261120-0512-fix-7f3a/2"]) == "run 20261120-0512-fix-7f3a"
    assert stoppers.said_by(["plan:a", "person"]) == stoppers.said_by([]) == "a person"
