"""workcell plan in this process: the list, the graph, and what is refused."""

import json
import os

import pytest

from tests.support import plans as made
from workcell.rundir import plans
from workcell.together import plan_advance

VERB = "plan"
ID = "20261120-0512-night-7f3a"


@pytest.fixture
def plan(home):
    """A plan whose first entry has failed."""
    record = made.record(made.entry("a"), made.entry("b", "a"))
    env = json.dumps({"schema": "workcell.file.env/1", "env": {"PATH": "/usr/bin:/bin"}, "fixed": [], "umask": 18})
    os.close(plans.create(record, str(home), env.encode()))
    hands = made.FakeHands(str(home))
    plan_advance.advance(str(home), ID, hands)
    made.end(str(home), hands.run_of("a"), "failed", cost=0.5)
    plan_advance.advance(str(home), ID, hands)
    return hands


def test_the_list_counts_entries_and_the_graph_shows_them(ask, plan):
    code, out, _ = ask("ls")
    assert code == 0 and ID in out and "1 failed, 1 skipped" in out and "$0.5" in out
    code, out, _ = ask("show", "night")
    assert code == 0 and "╰─● b" in out and "skipped" in out and plan.run_of("a") in out


def test_the_documents_are_json(ask, plan):
    assert json.loads(ask("ls", "--json")[1])["plans"][0]["state"] == "failed"
    assert json.loads(ask("show", ID, "--json")[1])["entries"][1]["needs"] == ["a"]


def test_a_plan_that_is_over_is_not_stopped_anew(ask, plan, home):
    code, out, _ = ask("stop", "night", "--grace", "0s")
    assert code == 0 and "failed" in out and plans.stopped(str(home), ID) is None


def test_a_retry_of_what_cannot_be_launched_is_blocked_with_the_cure(ask, plan):
    code, out, err = ask("retry", "night", "a")
    assert code == 0 and "a is blocked" in out and f"workcell plan retry {ID}" in out, (out, err)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("show", "nothing"), "no plan 'nothing'"),
        (("stop", "night", "--grace", "soon"), "is not a duration"),
        (("retry", "night", "c"), "no entry 'c'"),
    ],
)
def test_what_is_wrong_is_told(ask, plan, words, said):
    code, _, err = ask(*words)
    assert code != 0 and said in err
