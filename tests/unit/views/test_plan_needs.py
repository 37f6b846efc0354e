"""Plans that need a person stand in the lists, each with the command that cures it."""

import dataclasses
from pathlib import Path

import pytest

from tests.support import plans as made
from workcell.base.errors import Refused
from workcell.faces.cli import runs, show
from workcell.faces.tui import rows
from workcell.judgement.plan_order import Trouble
from workcell.rundir import plans
from workcell.rundir.cell import Cell
from workcell.together import plan_advance
from workcell.views import ls, overview, plan_needs, prompt

ID = "20261120-0512-night-7f3a"


class Unfit(Refused):
    files = ("a.py", "b.py")


@pytest.fixture
def bench(tmp_path):
    """A plan with an entry that cannot be started, and one whose run lives."""
    entries = (made.entry("a"), made.entry("b"), made.entry("c"))
    hands = made.FakeHands(made.home_of(tmp_path, made.record(*entries)))
    hands.troubles["b"] = Unfit("its work conflicts", "make them fit")
    plan_advance.advance(hands.home, ID, hands)
    return hands


def listed(bench, **more):
    return ls.listed(bench.home, ls.Request(**more), 1.8e9)


def test_it_is_listed_while_others_work_with_its_cure_and_its_files(bench):
    (one,) = listed(bench).plans
    assert (one.plan, one.name, one.state, one.entry) == (ID, "night", "running", "b")
    assert one.needs == {
        "kind": "decide",
        "command": f"workcell plan retry {ID} b",
        "why": "b: its work conflicts (a.py, b.py); first make them fit",
        "dismiss": f"workcell plan stop {ID}",
    }


def test_it_counts_everywhere_where_runs_that_need_a_person_count(bench):
    runs_alone = sum(run["needs"] is not None for run in listed(bench).runs)
    assert listed(bench).needing == runs_alone + 1
    assert prompt.perform(Cell(bench.home, {}, "/"), prompt.Request()).needs == runs_alone + 1
    assert [one.plan for one in overview.overview(bench.home, 1.8e9).plans] == [ID]


@pytest.mark.parametrize(
    ("more", "there"),
    [({"needs": True}, 1), ({"group": "night"}, 1), ({"group": "other"}, 0), ({"state": ("failed",)}, 0),
     ({"unseen": True}, 0), ({"everything": True}, 1)],
)  # fmt: skip
def test_filters_of_runs_leave_plans_out(bench, more, there):
    assert len(listed(bench, **more).plans) == there


def test_what_is_cured_or_stopped_is_not_listed(bench):
    bench.troubles.clear()
    lines = plans.actions(bench.home, ID)
    plans.append(bench.home, ID, lines, {"n": 0, "at": "", "act": "retry", "entries": ["b"]})
    assert listed(bench).plans == []
    plans.seal_stopped(bench.home, ID, "person", 0.0)
    assert listed(bench).plans == []


def test_several_troubles_are_options_of_one_need(bench):
    bench.troubles["c"] = Refused("the tree is in a rebase", "git rebase --abort")
    lines = plans.actions(bench.home, ID)
    plans.append(bench.home, ID, lines, {"n": 0, "at": "", "act": "retry", "entries": ["c"]})
    plan_advance.advance(bench.home, ID, bench)
    (one,) = listed(bench).plans
    assert one.needs["options"] == [
        {"text": "c: the tree is in a rebase; first git rebase --abort", "command": f"workcell plan retry {ID} c"}
    ]


def test_a_budget_that_is_used_up_is_raised_by_the_command():
    spent = Trouble("the budget is used up", budget=9)
    assert plan_needs.command("p", "b", spent) == "workcell plan retry p --budget 9"
    assert plan_needs.why("b", spent) == "b: the budget is used up"


def test_many_files_are_counted():
    trouble = Trouble("it conflicts", None, tuple(f"f{number}" for number in range(9)))
    assert plan_needs.why("b", trouble) == "b: it conflicts (f0, f1, f2, f3, f4 and 4 more)"


def test_a_plan_that_cannot_be_read_needs_a_look_and_one_that_is_gone_nothing(bench):
    Path(plans.directory(bench.home, ID), plans.PLAN).write_text("{")
    (one,) = plan_needs.of_home(bench.home, [ID, "20261120-0512-gone-7f3a"])
    assert (one.entry, one.needs["kind"], one.needs["command"]) == (None, "look", "workcell fsck")


def test_a_home_without_a_plan_that_is_not_over_loads_nothing(bench, monkeypatch):
    plans.mark(bench.home, ID, over=True)
    monkeypatch.setattr(plan_needs, "of_home", None)
    assert listed(bench).plans == []


def test_faces_print_the_command(bench, capsys):
    found = listed(bench)
    command = f"workcell plan retry {ID} b"
    show.ls(dataclasses.replace(found, runs=[]))
    printed = " ".join(capsys.readouterr().out.split())
    assert "plan night" in printed and command in printed
    assert runs.stuck(found) == [f"→ plan night needs you: {command}"]
    assert rows.needed(dataclasses.replace(found, runs=[])) == ["1 needs you", f"plan night: {command}"]
