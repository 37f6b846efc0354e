"""Runs of a group or with a label: those that live, or those that are over."""

import os

import pytest

from tests.support import frozen
from workcell.base.errors import NotFound, Refused, Usage
from workcell.rundir import look, selection


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return frozen.thaw(tmp_path_factory.mktemp("frozen") / "home")


def test_words_stand_as_they_are_and_nothing_is_not_everything(home):
    assert selection.choose(home, ["a", "b", "a"], None, [], live=True) == ["a", "b"]
    with pytest.raises(Usage):
        selection.choose(home, [], None, [], live=True)


def test_a_group_is_taken_by_whether_its_runs_are_over(home):
    groups = {look.at(frozen.run_of(home, name)).launch["group"] for name in (*frozen.DONE, *frozen.OPEN)}
    group = next((one for one in groups if one), None)
    over = {os.path.basename(frozen.run_of(home, name)) for name in frozen.DONE}
    for live in (True, False):
        try:
            found = set(selection.choose(home, [], group or "none", [], live=live))
        except NotFound:
            found = set()
        assert all((one not in over) == live for one in found)
    with pytest.raises(NotFound, match="no run of group 'nowhere' is over"):
        selection.choose(home, [], "nowhere", [], live=False)
    with pytest.raises(NotFound, match="label 'x' is not over"):
        selection.choose(home, [], None, ["x"], live=True)


def test_an_error_keeps_its_words_code_and_cure():
    assert selection.failed("r", Refused("no", "do this")) == {
        "run": "r",
        "error": "no",
        "code": "refused",
        "exit": 77,
        "hint": "do this",
    }
