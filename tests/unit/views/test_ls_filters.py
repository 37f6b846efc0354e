"""The filters of ls, the number in a status bar, and acknowledgements, on runs of every kind."""

import os

import pytest

from tests.support import frozen
from workcell.base.errors import NotFound, Refused, Usage
from workcell.rundir import acks, layout, look, outcomes, status
from workcell.rundir.cell import Cell
from workcell.upkeep import ack
from workcell.views import ls, prompt


@pytest.fixture
def cell(tmp_path):
    return Cell(str(frozen.thaw(tmp_path / "home")), {}, "/", clock=lambda: 2_000_000_000.0)


def names(cell, **filters):
    return {run["name"] for run in ls.perform(cell, ls.Request(**filters)).runs}


def indexed(cell):
    """As if each run had ended under a workcell that keeps the index."""
    for name in frozen.DONE:
        outcomes.place(cell.home, status.cached(frozen.run_of(cell.home, name)))


def test_what_needs_a_person_is_the_same_with_and_without_the_index(cell):
    wanted = {"frozen-unverified", "frozen-tampered", "frozen-lost"}
    before = names(cell, needs=True)
    assert wanted <= before
    indexed(cell)
    assert names(cell, needs=True) == before
    assert names(cell, needs=True, state=("tampered",)) == {"frozen-tampered"}


def test_without_a_filter_old_ends_that_need_no_one_are_left_out(cell):
    indexed(cell)
    found = ls.perform(cell, ls.Request())
    shown = {run["name"] for run in found.runs}
    assert "frozen-two" not in shown and {"frozen-unverified", "frozen-tampered"} <= shown
    assert found.hidden == 2 and found.needing == sum(run["needs"] is not None for run in found.runs)
    assert ls.perform(cell, ls.Request(everything=True)).hidden == 0


def test_filters_combine(cell):
    [run] = [one for one in ls.perform(cell, ls.Request(everything=True)).runs if one["name"] == "frozen-two"]
    recipe, top = run["recipe"], run["repo"]
    assert "frozen-two" in names(cell, state=("passed", "stopped"), recipe=recipe)
    assert "frozen-two" in names(cell, repo=os.path.basename(top)) & names(cell, repo=top)
    assert names(cell, state=("passed",), recipe="no-such") == set()
    assert names(cell, label=("no-such",)) == names(cell, since=1.0, state=("passed",)) == set()
    assert names(cell, repo="/nowhere") == set()


def test_a_state_that_there_is_not_is_refused_with_the_list(cell):
    with pytest.raises(Usage, match="'fialed' is no state") as error:
        ls.perform(cell, ls.Request(state=("fialed",)))
    assert "failed" in error.value.hint and "approval" in error.value.hint


def test_an_end_is_unseen_until_it_is_acknowledged_and_again_after_another_attempt(cell):
    indexed(cell)
    assert names(cell, unseen=True) == set(frozen.DONE)
    run = frozen.run_of(cell.home, "frozen-tampered")
    [done] = ack.perform(cell, ack.Request(("frozen-tampered",))).runs
    assert done.new and not ack.perform(cell, ack.Request(("frozen-tampered",))).runs[0].new
    assert "frozen-tampered" not in names(cell, unseen=True) | names(cell, needs=True)
    assert status.document(look.at(run))["needs"] is None
    os.rename(
        os.path.join(cell.home, layout.ACKS, acks.name(done.id, done.attempt)),
        os.path.join(cell.home, layout.ACKS, acks.name(done.id, 7)),
    )
    assert "frozen-tampered" in names(cell, unseen=True) & names(cell, needs=True)


def test_a_run_that_is_not_over_cannot_be_acknowledged_and_nothing_else_is_then(cell):
    with pytest.raises(Refused, match="is not over"):
        ack.perform(cell, ack.Request(("frozen-tampered", "frozen-created")))
    assert acks.every(cell.home) == frozenset()
    with pytest.raises(Usage):
        ack.perform(cell, ack.Request())
    with pytest.raises(NotFound):
        ack.perform(cell, ack.Request(group="no-such-group"))


def test_a_status_bar_gets_two_numbers(cell):
    indexed(cell)
    found = prompt.perform(cell, prompt.Request("tmux"))
    assert found.live == 0 and found.needs == len(names(cell, needs=True))
    assert found.text == f"#[fg=magenta,bold]!{found.needs}#[default]"
    assert prompt.perform(cell, prompt.Request()).text == f"!{found.needs}"
    assert prompt.perform(Cell("/nonexistent", {}, "/"), prompt.Request()).text == ""
