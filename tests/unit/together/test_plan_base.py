"""The commit that a run of a plan starts at."""

import subprocess
from pathlib import Path

import pytest

from tests.support import launched_plans
from tests.support.lab import eventually
from tests.support.launched_plans import show, written
from workcell.base.errors import NotFound, Refused
from workcell.rundir import find, look
from workcell.together import plan_base
from workcell.views import plan_state

WHO = {f"GIT_{role}_{key}": f"a@{key}" for role in ("AUTHOR", "COMMITTER") for key in ("NAME", "EMAIL")}


@pytest.fixture
def state(lab, monkeypatch):
    """A plan of two runs that have passed, each in a worktree."""
    for name, value in lab.env(**WHO).items():
        monkeypatch.setenv(name, value)
    for name in ("a", "b"):
        lab.brief(
            f"echo {name} > same.txt; git add same.txt; git -c user.name=a -c user.email=a@b commit -qm {name}",
            name=name,
        )
    entries = [f"brief: {name}.md, worktree: true, when: ended" for name in ("a", "b")]
    plan = launched_plans.launch(lab, written(lab, *entries)).plan
    eventually(lambda: show(lab, plan).state == "passed")
    return plan_state.read(lab.home, plan)


def asked(state, base=None, merge=(), repo=None):
    entry = {**state.plan["entries"][0], "base": base, "merge": list(merge)}
    entry["options"] = {**entry["options"], "repo": repo or entry["options"]["repo"]}
    return plan_base.commit_of(state, entry, WHO)


def tree_of(state, name):
    return look.at(find.path_of(state.home, state.newest(name))).launch["workspace"]


def test_the_commit_is_that_of_the_branch_and_of_a_merge_that_went_through(lab, state):
    tip = subprocess.run(["git", "rev-parse", "HEAD"], cwd=tree_of(state, "a"), capture_output=True, text=True)
    assert asked(state) is None and asked(state, "a") == tip.stdout.strip() == asked(state, None, ["a"])
    assert asked(state, "a", ["a"]) == tip.stdout.strip()


def test_a_conflict_names_its_files(lab, state):
    with pytest.raises(plan_base.Conflict, match="'b' conflicts") as caught:
        asked(state, "a", ["b"])
    assert caught.value.files == ("same.txt",) and "workcell path" in str(caught.value.hint)


def test_what_is_not_committed_or_elsewhere_is_refused(lab, state):
    with pytest.raises(Refused, match="another repository"):
        asked(state, "a", repo=lab.new_repo())
    Path(tree_of(state, "a"), "same.txt").write_text("more\n")
    with pytest.raises(Refused, match="left work uncommitted") as caught:
        asked(state, "a")
    assert "commit -m rest" in str(caught.value.hint)


def test_an_entry_without_a_run_has_no_work(lab, state):
    state.known.tries = {}
    with pytest.raises(NotFound, match="no run whose work"):
        asked(state, "a")
