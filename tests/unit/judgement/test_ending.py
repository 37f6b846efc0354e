"""The end of an attempt before and after the steps of a playbook: what stands at first, and what each of them adds."""

import json

from hypothesis import given
from hypothesis import strategies as st

from tests.support.made_runs import WALL, book
from workcell.base import clock
from workcell.judgement import next as nexts
from workcell.judgement import outcome
from workcell.judgement.ending import Ending, Hold, HoldWanted, Notice, NoticeWanted, ProposalWanted

TIMES = st.floats(min_value=0.0, max_value=4e9)
RESETS = WALL + 5000.0
LIMITED = {"verdict": "usage_limit", "confidence": 0.95, "signals": [], "resets_at": clock.stamp(RESETS)}


def decided(*steps):
    """What is decided about an attempt that a usage limit ended, by a playbook with these steps."""
    past = {"n": 1, "by_person": True, "how": "reaped", "signal": None, "code": 1, "seconds": 600.0, "cost_usd": None}
    case = {
        **{"run": "r", "outcome": (outcome.FAILED, "verify.sh ended with exit code 1"), "exit": {"how": "reaped"}},
        **{"facts": {"git": {"clean": True}, "forbidden": []}, "limits": {"attempts": 5}, "now": WALL},
        **{"verify": {"how": "exited", "code": 1, "signal": None}, "verdict": LIMITED},
        "history": [{**past, "verify": ["exited", 1, None], "tree": "t", "verdict": "usage_limit", "playbook": None}],
        "books": [book("\n".join(f"- {one}" for one in steps))],
    }
    return nexts.decide(case)


def test_an_end_that_no_step_has_seen_asks_for_nothing():
    ending = Ending(LIMITED, WALL, 0.5)
    assert (ending.verdict, ending.now, ending.spread) == (LIMITED, WALL, 0.5)
    assert ending.not_before == WALL and ending.how is None
    assert ending.holds == ending.releases == ending.notices == []
    assert ending.snapshot is False and ending.proposal is None


def test_ends_share_nothing():
    one, other = Ending(LIMITED, WALL, 0.0), Ending(LIMITED, WALL, 0.0)
    one.holds.append(Hold("run", "person", None))
    one.releases.append("account")
    one.notices.append(Notice(True, False, "come"))
    assert other.holds == other.releases == other.notices == []


@given(TIMES, st.lists(TIMES))
def test_the_latest_wait_counts_in_any_order_and_none_lies_before_the_end(now, times):
    ending = Ending(LIMITED, now, 0.0)
    for at in times:
        ending.wait(at)
        assert ending.not_before >= at
    assert ending.not_before == max([now, *times])
    ending.wait(ending.not_before)
    assert ending.not_before == max([now, *times])


def test_all_that_steps_want_stands_in_the_decision_in_the_types_of_its_record():
    step = decided(
        "hold: {scope: run, for: 10m}",
        "hold: {scope: account, until: resets}",
        "notify: {level: needs, text: come}",
        "notify",
        "snapshot: tree",
        "resume: {how: native, after: 2h}",
    )
    assert (step["goes"], step["how"], step["not_before"], step["snapshot"]) == ("on", "native", WALL + 7200.0, True)
    assert step["holds"][0] == {"scope": "run", "until": "person", "until_at": WALL + 600.0}
    assert step["holds"][1] == step["hold"] and step["hold"]["until_at"] >= RESETS
    assert step["notices"] == [
        {"needs": True, "escalates": False, "text": "come"},
        {"needs": False, "escalates": False, "text": None},
    ]
    for wanted, record, found in ((HoldWanted, Hold, step["holds"]), (NoticeWanted, Notice, step["notices"])):
        assert set(wanted.__annotations__) == set(record._fields)
        assert all(set(one) == set(record._fields) for one in found)
    assert json.loads(json.dumps(step)) == step, "it is written down as it is"


def test_what_a_person_is_asked_ends_the_run_whatever_the_other_steps_say():
    step = decided("resume: native", "ask: {text: It hangs., then: [{resume: artifacts}, {hold: account}]}")
    assert (step["goes"], step["how"], step["outcome"]) == ("over", None, outcome.FAILED)
    assert step["asks"]["text"] == "It hangs."
    assert set(step["asks"]) == {"text", "acts", "risk", "cause"} == set(ProposalWanted.__annotations__) - {"playbook"}
    assert step["reason"].startswith(step["asks"]["cause"])
    assert "asked you: It hangs." in step["reason"]


def test_where_no_step_says_how_to_go_on_it_is_left_to_a_person():
    step = decided("wait_until: {for: 1h}", "hold")
    assert (step["goes"], step["how"]) == ("over", None) and "asks" not in step
    assert step["hold"] == {"scope": "run", "until": "person", "until_at": None}
