"""What several attempts add up to, where messages woke the run between them."""

from workcell.judgement import next as nexts


def past(n, **more):
    return {"n": n, "by_person": n == 1, "how": "reaped", "seconds": 100.0, "cost_usd": 1.0, "playbook": "b", **more}


def test_attempts_count_from_the_last_message_and_time_and_cost_from_the_person():
    history = [past(1), past(2), past(3, woken=True), past(4)]
    assert [one["n"] for one in nexts.since_start(history)] == [3, 4]
    assert nexts.past_limit(history, {"attempts": 3}) is None
    assert "2 attempts" in nexts.past_limit(history, {"attempts": 2})
    assert nexts.past_limit(history, {"wall_seconds": 500.0}) is None
    assert nexts.past_limit(history, {"wall_seconds": 400.0}) is not None
    assert nexts.past_limit(history, {"cost_usd": 4.0}) is not None


def test_a_run_on_standby_goes_on_and_is_not_over():
    made = nexts.wait_for_message("it waits")
    assert (made["goes"], made["outcome"], made["how"], made["standby"]) == ("on", None, "native", True)
