"""How a plan stands, as a document."""

from tests.support import plans as made
from workcell.base.errors import Refused
from workcell.together import plan_advance, plan_results
from workcell.views import plan_state

ID = "20261120-0512-night-7f3a"


def test_a_document_names_runs_needs_and_cures(tmp_path):
    home = made.home_of(tmp_path, made.record(made.entry("a"), made.entry("b", "a"), max_live=2))
    hands = made.FakeHands(home)
    plan_advance.advance(home, ID, hands)
    made.end(home, hands.run_of("a"), "passed", cost=1.25)
    hands.troubles["b"] = Refused("no tree", "git init")
    plan_advance.advance(home, ID, hands)
    found = plan_results.result(plan_state.read(home, ID))
    assert (found.state, found.cost_usd, found.live, found.max_live) == ("blocked", 1.25, 0, 2)
    first, second = found.entries
    assert (first.run, first.state, first.runs) == (hands.run_of("a"), "passed", [hands.run_of("a")])
    assert first.phase is not None and second.phase is None
    assert (second.needs, second.why, second.hint) == (["a"], "no tree", "git init")


def test_the_cure_of_a_budget_that_is_used_up_says_what_the_plan_goes_on_with(tmp_path):
    home = made.home_of(tmp_path, made.record(made.entry("a"), made.entry("b", "a"), budget_usd=1.0))
    hands = made.FakeHands(home)
    plan_advance.advance(home, ID, hands)
    made.end(home, hands.run_of("a"), "passed", cost=1.25)
    plan_advance.advance(home, ID, hands)
    found = plan_results.result(plan_state.read(home, ID))
    assert found.state == "blocked" and found.cure == f"workcell plan retry {ID} --budget 3"


def test_a_row_of_the_list_counts_the_entries(tmp_path):
    home = made.home_of(tmp_path, made.record(made.entry("a"), made.entry("b", "a")))
    plan_advance.advance(home, ID, made.FakeHands(home))
    row = plan_results.listed(home, ID)
    assert (row.state, row.entries, row.live, row.problem) == ("running", {"running": 1, "waiting": 1}, 1, None)
    assert plan_results.listed(home, "20261120-0512-none-7f3a").problem
