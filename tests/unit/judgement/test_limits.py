"""Which attempts count for the limits of a run, and what several of them add up to."""

from workcell.judgement import limits
from workcell.judgement import next as nexts


def past(n, **more):
    return {"n": n, "by_person": n == 1, "how": "reaped", "seconds": 100.0, "cost_usd": 1.0, "playbook": "b", **more}


def test_attempts_count_from_the_last_message_and_time_and_cost_do_not():
    history = [past(1), past(2), past(3, woken=True), past(4)]
    assert [one["n"] for one in limits.since_start(history)] == [3, 4]
    assert limits.past_limit(history, {"attempts": 3}) is None
    assert "2 attempts" in limits.past_limit(history, {"attempts": 2})
    assert limits.past_limit(history, {"wall_seconds": 500.0}) is None
    assert limits.past_limit(history, {"wall_seconds": 400.0}) is not None
    assert limits.past_limit(history, {"cost_usd": 4.0}) is not None


def test_attempts_and_cost_count_since_the_brief_and_time_since_the_person():
    history = [past(1, earlier_brief=True), past(2), past(3, by_person=True), past(4, deferred=True)]
    assert limits.attempts_used(history) == 2 and limits.spent(history) == 3.0
    assert [one["n"] for one in limits.since_person(history)] == [3, 4]
    assert limits.past_limit(history, {"attempts": 2, "cost_usd": 9.0}) == "2 attempts, and 2 are allowed"
    assert limits.past_limit(history, {"wall_seconds": 201.0}) is None
    assert limits.past_limit(history, None) is None


def test_a_run_on_standby_goes_on_and_is_not_over():
    made = nexts.wait_for_message("it waits")
    assert (made["goes"], made["outcome"], made["how"], made["standby"]) == ("on", None, "native", True)
