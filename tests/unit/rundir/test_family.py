"""The place of a run among runs, from its ledger."""

import pytest

from tests.support import frozen
from workcell.rundir import family, writer


@pytest.fixture
def home(tmp_path):
    path = frozen.thaw(tmp_path / "home")
    return path


def born(home, run, parent=None, may=()):
    head = {"by": "launch", "parent": parent and {"run": parent, "attempt": 1}, "may": list(may)}
    writer.create(family.directory(home, run), head, [{"attempt": 1, "born": True}]).close()


def test_descent_goes_through_parents_and_no_run_descends_from_itself(home):
    born(home, "a")
    born(home, "b", "a")
    born(home, "c", "b", ["hold"])
    assert family.descends_from(home, "c", "a") and family.descends_from(home, "c", "b")
    assert not family.descends_from(home, "a", "c") and not family.descends_from(home, "a", "a")
    assert family.parent_of(home, "c") == {"run": "b", "attempt": 1} and family.parent_of(home, "a") is None
    assert family.granted_to(home, "c") == {"hold"} and family.granted_to(home, "b") == frozenset()


def test_a_circle_ends(home):
    born(home, "x", "y")
    born(home, "y", "x")
    assert not family.descends_from(home, "x", "z")


def test_a_run_without_a_ledger_has_no_parents_and_no_grants(home):
    assert family.parent_of(home, "none") is None and family.granted_to(home, "none") == frozenset()
    assert family.runner_identity(home, "none", 1) is None


def test_the_runner_that_is_on_record(home):
    run = frozen.run_of(home, "frozen-two").rpartition("/")[2]
    assert isinstance(family.runner_identity(home, run, 1)["pid"], int)
    assert family.runner_identity(home, run, 9) is None
