"""The tree of a run: what is refused, the worktree that is made, and the work that is kept before it."""

import os
import subprocess

import pytest

from tests.support import repos
from tests.support.repos import git
from workcell.base.errors import Refused
from workcell.launch import plan, workspace
from workcell.launch.options import Options


@pytest.fixture
def place(tmp_path, monkeypatch):
    repos.set_up(monkeypatch, tmp_path)
    (tmp_path / "home").mkdir()
    (tmp_path / "repo").mkdir()
    git(tmp_path / "repo", "init", "-q")
    repos.commit(tmp_path / "repo", {"a.txt": "one\n", ".gitignore": "*.log\n"})
    (tmp_path / "b.md").write_text("---\nobjective: o\nrecipe: {extends: shell, command: 'true'}\n---\n")
    return tmp_path


def planned(place, **options):
    options.setdefault("repo", str(place / "repo"))
    return plan.make(str(place / "b.md"), Options(**options, shell=os.environ), str(place / "home"))


def test_a_clean_tree_is_worked_in(place):
    made = planned(place)
    workspace.check(made)
    found = workspace.make(made)
    workspace.snapshot(made, found)
    assert (found.top, found.own, found.notes, found.snapshot) == (str(place / "repo"), False, [], None)


def test_an_agent_gets_the_root_or_the_home_directory_only_by_name(place, monkeypatch):
    (place / "person").mkdir()
    monkeypatch.setenv("HOME", str(place / "person"))
    (place / "b.md").write_text("---\nobjective: o\nrecipe: {extends: claude}\n---\n")
    for top in (str(place / "person"), "/"):
        monkeypatch.chdir(top)
        with pytest.raises(Refused, match="would work in") as caught:
            workspace.check(planned(place, repo=None))
        assert caught.value.hint.endswith(f"--repo {top}")
        workspace.check(planned(place, repo=top))
    (place / "person/project").mkdir()
    monkeypatch.chdir(place / "person/project")
    workspace.check(planned(place, repo=None))
    (place / "b.md").write_text("---\nobjective: o\nrecipe: {extends: shell, command: 'true'}\n---\n")
    monkeypatch.chdir(place / "person")
    workspace.check(planned(place, repo=None))


def test_uncommitted_work_is_refused_told_or_kept(place):
    repos.write(place / "repo", "a.txt", "two\n")
    with pytest.raises(Refused, match="has uncommitted work, and the policy is to refuse that"):
        workspace.check(planned(place, dirty="refuse"))
    told = workspace.make(planned(place, dirty="allow"))
    workspace.snapshot(planned(place, dirty="allow"), told)
    assert told.snapshot is None and "the agent will see it" in told.notes[0]
    made = planned(place, dirty="snapshot")
    kept = workspace.make(made)
    workspace.snapshot(made, kept)
    assert kept.snapshot and git(place / "repo", "show", f"{kept.snapshot}:a.txt") == "two"


def test_a_tree_in_the_middle_of_a_merge_is_refused(place):
    repo = place / "repo"
    git(repo, "checkout", "-q", "-b", "other")
    repos.commit(repo, {"a.txt": "other\n"})
    git(repo, "checkout", "-q", "-")
    repos.commit(repo, {"a.txt": "mine\n"})
    git(repo, "merge", "other", ok=False)
    with pytest.raises(Refused, match="in the middle of a merge"):
        workspace.check(planned(place))


def test_a_worktree_has_a_branch_and_names_what_it_lacks(place):
    for number in range(7):
        repos.write(place / "repo", f"{number}.log")
    made = planned(place, worktree="")
    workspace.check(made)
    found = workspace.make(made)
    assert found.own and found.top.startswith(str(place / "home")) and os.path.exists(os.path.join(found.top, "a.txt"))
    assert any("on branch" in note for note in found.notes)
    assert any(
        note.startswith("not carried (ignored by git): ") and note.endswith(" and 2 more") for note in found.notes
    )


def test_no_worktree_without_a_commit_or_a_repository(place):
    (place / "empty").mkdir()
    with pytest.raises(Refused, match="no worktree can be made of"):
        workspace.check(planned(place, repo=str(place / "empty"), worktree=""))
    git(place / "empty", "init", "-q")
    with pytest.raises(Refused, match="it has no commit yet") as caught:
        workspace.check(planned(place, repo=str(place / "empty"), worktree=""))
    cure = str(caught.value.hint).removeprefix("make one: ")
    who = {f"GIT_{role}_{key}": "t@t" for role in ("AUTHOR", "COMMITTER") for key in ("NAME", "EMAIL")}
    subprocess.run(["sh", "-c", cure], check=True, env={**os.environ, **who})
    workspace.check(planned(place, repo=str(place / "empty"), worktree=""))


def test_a_bare_repository_is_refused_with_a_cure_that_makes_a_tree(place):
    bare, tree = place / "its bare.git", place / "tree"
    git(place, "clone", "-q", "--bare", str(place / "repo"), str(bare))
    with pytest.raises(Refused, match="is a bare repository") as caught:
        planned(place, repo=str(bare))
    cure = str(caught.value.hint).partition("--repo: ")[2].replace("DIR", str(tree))
    subprocess.run(["sh", "-c", cure], check=True)
    workspace.check(planned(place, repo=str(tree)))


def test_outside_of_a_repository_a_snapshot_is_told_as_missing(place):
    (place / "plain").mkdir()
    made = planned(place, repo=str(place / "plain"), dirty="snapshot")
    workspace.check(made)
    found = workspace.make(made)
    workspace.snapshot(made, found)
    assert found.notes == ["no snapshot was taken: not a git repository"]


def test_a_folder_of_a_repository_stands_for_its_top(place):
    repos.write(place / "repo", "sub/x")
    found = workspace.make(planned(place, repo=str(place / "repo" / "sub")))
    assert found.top == str(place / "repo") and "; add --dir sub to start there" in found.notes[0]
