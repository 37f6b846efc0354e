"""What a plan does next, from what is on record of it."""

from workcell.judgement import plan_order
from workcell.judgement.plan_order import Known, Rules, Step, Trouble, Try


def tries(**states):
    return {tuple((name + "__").split("__")[:2]): Try(f"r-{name}", word, "t") for name, word in states.items()}


def known(live=(), **states):
    found = tries(**states)
    living = tuple(one.run for one in found.values() if one.state == "live") + tuple(live)
    return Known(tries=found, live=living)


A, B, C = Step("a"), Step("b", ("a",)), Step("c", ("a", "b"))


def starts(verdict):
    return [one.entry for one in verdict.starts]


def test_what_needs_nothing_starts_first_and_the_rest_in_order():
    first = plan_order.decide([A, B, C], Rules(), Known())
    assert (starts(first), first.state) == (["a"], "running")
    assert starts(plan_order.decide([A, B, C], Rules(), known(a="live"))) == []
    assert starts(plan_order.decide([A, B, C], Rules(), known(a="passed"))) == ["b"]
    over = plan_order.decide([A, B, C], Rules(), known(a="passed", b="passed", c="passed"))
    assert (over.state, over.over) == ("passed", True)


def test_what_needs_a_failed_one_is_skipped_and_others_go_on():
    steps = [A, B, C, Step("d")]
    verdict = plan_order.decide(steps, Rules(), known(a="failed"))
    assert verdict.states == {"a": "failed", "b": "skipped", "c": "skipped", "d": "waiting"}
    assert starts(verdict) == ["d"]
    assert plan_order.decide(steps, Rules(), known(a="failed", d="passed")).state == "failed"


def test_on_failure_stop_starts_nothing_more():
    verdict = plan_order.decide([A, Step("d")], Rules(on_failure="stop"), known(a="failed"))
    assert (verdict.starts, verdict.states["d"], verdict.state) == ([], "skipped", "failed")
    unchecked = plan_order.decide([A, Step("d")], Rules(on_failure="stop"), known(a="unverified"))
    assert starts(unchecked) == ["d"]


def test_ended_waits_for_the_end_whatever_it_was():
    steps = [A, B, Step("z", ("a", "b"), "ended")]
    assert starts(plan_order.decide(steps, Rules(), known(a="live"))) == []
    assert starts(plan_order.decide(steps, Rules(), known(a="failed"))) == ["z"]


def test_max_live_holds_over_the_whole_plan():
    steps = [Step(name) for name in "abcd"]
    assert starts(plan_order.decide(steps, Rules(max_live=2), Known())) == ["a", "b"]
    assert starts(plan_order.decide(steps, Rules(max_live=2), known(a="live", b="passed"))) == ["c"]
    assert starts(plan_order.decide(steps, Rules(max_live=2), known(live=["older"], a="live"))) == []


def test_a_blocked_entry_needs_a_person_and_what_needs_it_waits():
    blocked = Known(troubles={("a", ""): Trouble("no tree", "make one")})
    verdict = plan_order.decide([A, B], Rules(), blocked)
    assert (verdict.states, verdict.state, verdict.over) == ({"a": "blocked", "b": "waiting"}, "blocked", False)
    assert verdict.troubles["a"].why == "no tree"
    both = plan_order.decide([A, Step("d")], Rules(on_failure="stop"), blocked)
    assert both.starts == [] and both.states["d"] == "waiting"


def test_a_stopped_plan_starts_nothing_and_stops_what_lives():
    some = known(a="live")
    some.stopped = True
    verdict = plan_order.decide([A, B], Rules(), some)
    assert (verdict.starts, verdict.stops, verdict.states["b"]) == ([], ["r-a"], "stopped")
    done = known(a="stopped")
    done.stopped = True
    assert plan_order.decide([A, B], Rules(), done).state == "stopped"


def test_a_stopped_plan_keeps_why_an_entry_was_skipped():
    C = Step("c", ("b",))
    failed = known(a="failed")
    failed.stopped = True
    assert plan_order.decide([A, B, C], Rules(), failed).states == {"a": "failed", "b": "skipped", "c": "skipped"}
    other = plan_order.decide([A, Step("d")], Rules(on_failure="stop"), failed)
    assert (other.states["d"], other.state) == ("skipped", "stopped")
    ended = known(a="stopped")
    ended.stopped = True
    for rules in (Rules(), Rules(on_failure="stop")):
        assert plan_order.decide([A, B, C], rules, ended).states == {"a": "stopped", "b": "stopped", "c": "stopped"}


def test_of_a_race_the_one_that_ended_first_wins_and_the_others_are_stopped():
    race = Step("a", lanes=("claude", "codex", "third"))
    assert [one.lane for one in plan_order.decide([race], Rules(), Known()).starts] == ["claude", "codex", "third"]
    both = Known(
        tries={
            ("a", "claude"): Try("r1", "passed", "2026-11-20T06:00:02.000Z"),
            ("a", "codex"): Try("r2", "passed", "2026-11-20T06:00:01.000Z"),
            ("a", "third"): Try("r3", "live"),
        },
        live=("r3",),
    )
    verdict = plan_order.decide([race, B], Rules(), both)
    assert [(one.lane, one.run) for one in verdict.crowns] == [("codex", "r2")]
    assert (verdict.states["a"], verdict.starts) == ("running", [])
    both.winners = {"a": "r2"}
    after = plan_order.decide([race, B], Rules(), both)
    assert (after.crowns, after.stops, after.states["a"], starts(after)) == ([], ["r3"], "passed", ["b"])


def test_a_race_that_no_run_passed_has_failed_and_one_run_after_the_other_is_a_race_too():
    race = Step("a", lanes=("claude", "codex"))
    lost = Known(tries={("a", "claude"): Try("r1", "failed"), ("a", "codex"): Try("r2", "stopped")})
    assert plan_order.decide([race], Rules(), lost).states == {"a": "failed"}
    one = Known(tries={("a", "claude"): Try("r1", "failed")})
    assert [start.lane for start in plan_order.decide([race], Rules(max_live=1), one).starts] == ["codex"]


def test_a_budget_is_shared_by_what_is_still_to_start():
    steps = [Step("a"), Step("b"), Step("c", cost=4.0)]
    verdict = plan_order.decide(steps, Rules(budget=9.0), Known())
    assert [(one.entry, one.cost) for one in verdict.starts] == [("a", 3.0), ("b", 3.0)]
    spent = Known(tries=tries(a="passed", b="passed"), spent=2.0)
    assert [(one.entry, one.cost) for one in plan_order.decide(steps, Rules(budget=9.0), spent).starts] == [("c", 4.0)]


def test_a_budget_that_is_used_up_needs_a_person():
    steps = [Step("a"), Step("b", cost=4.0)]
    waits = Known(tries=tries(a="live"), live=("r-a",), reserved=6.0, spent=0.0)
    assert plan_order.decide(steps, Rules(budget=9.0), waits).state == "running"
    spent = Known(tries=tries(a="passed"), spent=6.0)
    verdict = plan_order.decide(steps, Rules(budget=9.0), spent)
    assert (verdict.states["b"], verdict.state) == ("blocked", "blocked")
    assert "budget of $9" in verdict.troubles["b"].why
    more = plan_order.decide(steps, Rules(budget=verdict.troubles["b"].budget), spent)
    assert "b" in starts(more), "the cure is enough"


def test_a_circle_which_no_launch_accepts_ends_no_process():
    assert plan_order.decide([Step("a", ("b",)), Step("b", ("a",))], Rules(), Known()).starts == []
