"""Which runs have no tree, what they cannot have, and what cannot be launched from where they work."""

import os
from types import SimpleNamespace

import pytest

from workcell.base.errors import Refused
from workcell.launch import plan_tree
from workcell.launch.options import Options
from workcell.rundir import layout, no_tree


def brief(**values):
    return SimpleNamespace(path="brief.md", values={"tree": None, "repo": None, **values})


@pytest.mark.parametrize(
    ("said", "option", "none"),
    [(None, None, False), ("none", None, True), (None, "none", True), ("none", plan_tree.KEPT, False)],
)
def test_brief_or_command_line_want_none_and_a_resume_keeps_what_there_is(said, option, none):
    assert plan_tree.none_wanted(brief(tree=said), Options(tree=option)) is none


@pytest.mark.parametrize(
    ("given", "options", "who"),
    [
        (brief(tree="none", repo="app"), Options(), r"\(brief.md\)"),
        (brief(), Options(tree="none", repo="/app"), r"\(command line\)"),
        (brief(tree="none"), Options(repo="/app", said_by={"repo": "night.yaml:3"}), r"\(night.yaml:3\)"),
    ],
)
def test_a_repository_and_no_tree_exclude_each_other(given, options, who):
    with pytest.raises(Refused, match=f"works in no repository, and one is named {who}"):
        plan_tree.none_wanted(given, options)


def test_the_directory_of_such_a_run_is_no_place_to_launch_from(tmp_path):
    home = str(tmp_path / "home")
    place = no_tree.place(os.path.join(home, layout.RUNS, "r"))
    for where in (place, os.path.join(place, "below")):
        os.makedirs(where, exist_ok=True)
        with pytest.raises(Refused, match="no repository") as caught:
            plan_tree.refuse_place(home, where)
        assert "--repo DIR" in caught.value.hint
    for where in (home, os.path.dirname(place), str(tmp_path)):
        plan_tree.refuse_place(home, where)


def planned(**asked):
    usual = {"no_tree": True, "worktree": None, "share": None, "dir": "", "forbid": [], "clean": False, "carry": []}
    return SimpleNamespace(origins={"forbid": "brief.md"}, **{**usual, **asked})


def test_what_needs_a_tree_is_refused_by_name():
    plan_tree.check(planned())
    plan_tree.check(planned(no_tree=False, worktree="", forbid=["x"]))
    with pytest.raises(Refused, match=r"cannot have 'forbid' \(brief.md\)"):
        plan_tree.check(planned(forbid=["x"]))
    for asked in ({"worktree": ""}, {"share": {}}, {"dir": "a"}, {"clean": True}, {"carry": ["x"]}):
        with pytest.raises(Refused, match="cannot have"):
            plan_tree.check(planned(**asked))


def test_a_run_is_known_by_what_it_was_launched_as():
    assert no_tree.of({"tree": "none"}) and not no_tree.of({}) and not no_tree.of(None)
