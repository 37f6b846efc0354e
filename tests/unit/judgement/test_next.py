"""What follows an attempt: total over all ends, within every limit, and never after a stop or a broken check."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workcell.base import clock
from workcell.judgement import next as nexts
from workcell.judgement import outcome, waits
from workcell.playbooks import library
from workcell.rundir import vocabulary

BOOKS = library.load()[0]
NOW = 1_800_000_000.0
FAILED = {"how": "exited", "code": 1, "signal": None}


def row(n: int, **more: Any) -> dict[str, Any]:
    base = {
        **{"n": n, "by_person": n == 1, "how": "reaped", "signal": None, "code": 0, "seconds": 600.0},
        **{"verify": ["exited", 1, None], "tree": f"t{n}", "verdict": "ok", "playbook": "partial-completion"},
    }
    return {**base, "cost_usd": None, **more}


def decide(verdict: str = "ok", *rows: dict[str, Any], resets: str | None = None, **more: Any) -> nexts.Decision:
    history = list(rows) or [row(1)]
    history[-1] = {**history[-1], "verdict": verdict, "playbook": None}
    case: dict[str, Any] = {
        **{"run": "r", "outcome": (outcome.FAILED, "verify.sh ended with exit code 1"), "exit": {"how": "reaped"}},
        **{"facts": {"git": {"clean": True}, "forbidden": []}, "verify": FAILED, "limits": {"attempts": 5}},
        **{"history": history, "books": BOOKS, "now": NOW},
        "verdict": {"verdict": verdict, "confidence": 0.95, "signals": [], "resets_at": resets},
    }
    return nexts.decide({**case, **more})


def test_a_failing_check_goes_on_from_the_files_at_once() -> None:
    step = decide()
    assert (step["goes"], step["how"], step["playbook"]) == ("on", "artifacts", "partial-completion")
    assert step["not_before"] == NOW


@pytest.mark.parametrize(
    ("verdict", "goes", "how"),
    [
        ("usage_limit", "on", "native"),
        ("rate_limit", "on", "native"),
        ("server_error", "on", "native"),
        ("network", "on", "native"),
        ("auth", "on", "native"),
        ("vanished", "on", "native"),
        ("context_overflow", "on", "artifacts"),
        ("partial", "on", "artifacts"),
        ("stuck", "on", "artifacts"),
        ("unknown", "on", "artifacts"),
        ("billing", "over", None),
        ("config_error", "over", None),
    ],
)
def test_every_verdict_has_its_playbook(verdict: str, goes: str, how: str | None) -> None:
    step = decide(verdict)
    assert (step["goes"], step["how"]) == (goes, how)
    if goes == "over":
        assert any(one["escalates"] for one in step["notices"])


@pytest.mark.parametrize("word", [outcome.PASSED, outcome.STOPPED, outcome.TAMPERED])
@pytest.mark.parametrize("verdict", list(vocabulary.VERDICTS))
def test_nothing_follows_what_passed_was_stopped_or_tampered_with(word: str, verdict: str) -> None:
    step = decide(verdict, outcome=(word, "x"))
    assert (step["goes"], step["outcome"]) == ("over", word)


def test_nothing_follows_an_agent_that_never_started_or_touched_what_is_forbidden() -> None:
    assert decide(exit={"how": "not-started"})["goes"] == "over"
    assert decide(facts={"git": {"clean": True}, "forbidden": [{"path": "x"}]})["outcome"] == outcome.FAILED


def test_without_a_check_only_what_broke_off_goes_on() -> None:
    unverified = {"outcome": (outcome.UNVERIFIED, "no verify script"), "verify": None}
    assert decide("ok", **unverified)["goes"] == "over"
    assert decide("unknown", **unverified)["goes"] == "over"
    assert decide("vanished", **unverified)["goes"] == "on"
    assert decide("usage_limit", **unverified)["goes"] == "on"


def test_the_same_tree_with_the_same_failure_twice_stops() -> None:
    same = decide("ok", row(1, tree="t"), row(2, tree="t"))
    assert same["goes"] == "over" and same["outcome"] == outcome.FAILED and same["findings"] == ["same-failure"]
    assert decide("ok", row(1, tree="t"), row(2, tree="u"))["goes"] == "on"
    assert decide("ok", row(1, tree="t"), row(2, tree="t", verify=["exited", 2, None]))["goes"] == "on"
    assert decide("ok", row(1, tree=None), row(2, tree=None))["goes"] == "on", "an unknown tree is not the same"
    assert decide("ok", row(1, tree="t", verdict="usage_limit"), row(2, tree="t"))["goes"] == "on"


def test_three_that_died_young_are_a_crash_loop() -> None:
    dead = {"how": "vanished", "code": None, "seconds": None}
    rows = [row(n, verdict="vanished", **dead) for n in (1, 2, 3)]
    step = decide("vanished", *rows)
    assert (step["outcome"], step["playbook"], step["snapshot"]) == (outcome.ABANDONED, "crash-loop", True)
    assert decide("vanished", *rows[:2])["goes"] == "on"
    old = [{**one, "seconds": 9000.0} for one in rows]
    assert decide("vanished", *old)["playbook"] == "vanished-session"


@pytest.mark.parametrize(
    ("limits", "rows", "words"),
    [
        ({"attempts": 2}, [row(1), row(2)], "2 attempts"),
        ({"attempts": 9, "wall_seconds": 1000.0}, [row(1), row(2)], "the attempts took"),
        ({"wall_seconds": 10.0, "wall_total_seconds": 1300.0}, [row(1), row(2)], None),
        ({"attempts": 2}, [row(1), row(2, by_person=True)], "2 attempts, and 2 are allowed"),
        ({"attempts": 1}, [row(1)], "1 attempt, and 1 is allowed"),
        ({"attempts": 1}, [row(1), row(2, by_person=True)], "2 attempts, and 1 is allowed"),
        ({"attempts": 2}, [row(1, earlier_brief=True), row(2, by_person=True)], None),
        ({"wall_seconds": 1000.0}, [row(1), row(2, by_person=True)], None),
    ],
)
def test_limits_end_a_run_as_abandoned(limits: dict[str, Any], rows: list[Any], words: str | None) -> None:
    step = decide("ok", *rows, limits=limits)
    if words is None:
        assert step["goes"] == "on"
    else:
        assert step["outcome"] == outcome.ABANDONED and words in step["reason"]
        assert any(one["escalates"] for one in step["notices"])


def test_money_is_a_limit() -> None:
    step = decide("ok", row(1, cost_usd=3.0), row(2, cost_usd=2.5), limits={"cost_usd": 5.0})
    assert (step["outcome"], step["playbook"]) == (outcome.ABANDONED, "cost-limit")
    assert decide("ok", row(1, cost_usd=3.0), row(2, cost_usd=1.5), limits={"cost_usd": 5.0})["goes"] == "on"
    # the same conversation: its cost is that of both
    goes_on = row(2, cost_usd=3.5, native=True)
    assert decide("ok", row(1, cost_usd=3.0), goes_on, limits={"cost_usd": 5.0})["goes"] == "on"


def test_a_reset_is_waited_for_with_some_seconds_of_difference() -> None:
    resets = clock.stamp(NOW + 5000)
    due = [decide("usage_limit", resets=resets, run=f"r{number}")["not_before"] for number in range(30)]
    assert all(NOW + 5005 <= at <= NOW + 5005 + waits.SPREAD for at in due) and len(set(due)) > 20
    step = decide("usage_limit", resets=resets)
    assert step["hold"] == {"scope": "account", "until": "resets", "until_at": NOW + 5005}
    assert decide("usage_limit", resets=resets)["not_before"] == step["not_before"], "done twice, it is the same"


@pytest.mark.parametrize("at", [NOW - 90_000, NOW - 5, NOW + 90 * 86400])
def test_a_reset_in_the_past_or_beyond_all_plans_is_clamped(at: float) -> None:
    step = decide("usage_limit", resets=clock.stamp(at))
    assert NOW < step["not_before"] <= NOW + waits.FARTHEST + 5 + waits.SPREAD


def test_the_pause_grows_while_the_service_is_down() -> None:
    pauses = []
    for count in range(1, 6):
        rows = [row(n, verdict="server_error", playbook="server-errors") for n in range(1, count + 1)]
        pauses.append(decide("server_error", *rows, limits={})["not_before"] - NOW)
    assert pauses[-1] > 2 * pauses[-2] * 0.7 > pauses[1], pauses
    assert all(600 <= pause <= 3600 for pause in pauses)


def test_a_broken_merge_and_a_dirty_tree_have_playbooks() -> None:
    under_way = {"git": {"clean": False, "under_way": "rebase"}, "forbidden": []}
    assert decide(facts=under_way)["playbook"] == "tree-under-way"
    dirty = {"git": {"clean": False, "under_way": None}, "forbidden": []}
    step = decide(facts=dirty, verify={**FAILED, "code": 0})
    assert (step["goes"], step["playbook"], step["snapshot"]) == ("on", "dirty-repo", True)


@given(
    verdict=st.sampled_from(sorted(vocabulary.VERDICTS)),
    word=st.sampled_from(vocabulary.OUTCOMES),
    how=st.sampled_from(["reaped", "vanished", "not-started", "limit-wall", "limit-idle", "stopped"]),
    count=st.integers(1, 12),
    limits=st.fixed_dictionaries(
        {}, optional={"attempts": st.integers(1, 6), "wall_seconds": st.floats(1, 1e5), "cost_usd": st.floats(0.1, 9)}
    ),
    same=st.booleans(),
    cost=st.floats(0, 5),
)
def test_every_end_has_one_answer_within_the_limits(
    verdict: str, word: str, how: str, count: int, limits: dict[str, Any], same: bool, cost: float
) -> None:
    rows = [row(n, tree="t" if same else f"t{n}", cost_usd=cost, how=how) for n in range(1, count + 1)]
    step = decide(verdict, *rows, outcome=(word, "x"), exit={"how": how}, limits=limits)
    assert step["goes"] in ("over", "on") and step["reason"]
    if step["goes"] == "over":
        assert step["outcome"] in vocabulary.OUTCOMES
        return
    assert word in (outcome.FAILED, outcome.UNVERIFIED, outcome.ABANDONED) and how not in ("stopped", "not-started")
    assert step["how"] in ("native", "artifacts") and step["playbook"]
    assert NOW <= step["not_before"] <= NOW + waits.FARTHEST + 86400
    assert count < limits.get("attempts", 99)
    assert 600.0 * count < limits.get("wall_seconds", 1e9)
    assert cost * count < limits.get("cost_usd", 1e9)
