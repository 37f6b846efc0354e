"""others and alone: the runs that have a tree, without the one that asks."""

import os

import pytest

from tests.support.claimed_tree import ClaimedTree
from workcell.rundir import find, layout, lease
from workcell.views import others


@pytest.fixture
def made(tmp_path):
    found = ClaimedTree(str(tmp_path))
    for run in ("one", "two"):
        found.run(run)
        lease.claim(found.home, found.top, run, lambda run: find.is_live(found.home, run), shared=True).close()
    yield found
    found.close()


def alone(made, run=None, whose=None):
    found = others.perform_alone(made.cell(run), others.Request(whose))
    assert found.alone == (not found.runs)
    return found.runs


def test_the_runs_of_a_shared_tree_see_each_other_and_a_person_sees_all(made):
    assert alone(made, "one") == ["two"] and alone(made, "two") == ["one"]
    assert alone(made) == ["one", "two"] and alone(made, whose="one") == ["two"]
    assert [run["id"] for run in others.perform(made.cell("one"), others.Request()).runs] == ["two"]


def test_a_run_that_is_over_is_no_other(made):
    os.makedirs(os.path.join(made.home, layout.ENDED))
    with open(os.path.join(made.home, layout.ENDED, "two"), "w"):
        pass
    assert alone(made, "one") == []


def test_a_tree_that_is_gone_has_nobody(made, tmp_path):
    assert others.beside(made.home, str(tmp_path / "gone"), None) == []
