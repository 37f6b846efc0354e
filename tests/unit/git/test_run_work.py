"""Where the work of a run is found, and what is said of one that was removed."""

import os
import shutil

import pytest

from tests.support import repos
from workcell.base.errors import NoSuchRun, NotFound
from workcell.git import repository, run_work, snapshot

RUN = "20260101-0512-fix-login-7f3a"


@pytest.fixture(autouse=True)
def configured(monkeypatch, tmp_path):
    repos.set_up(monkeypatch, tmp_path)


@pytest.fixture
def removed(tmp_path):
    """A repository with the branch and the snapshot of a run that is in no home."""
    top = repos.make(tmp_path / "repo")
    repos.git(top, "branch", f"workcell/{RUN}")
    snapshot.take(repository.find(str(top)), RUN, "before removal")
    return top


@pytest.mark.parametrize("word", [RUN, "fix-login", RUN[:20]])
def test_of_a_removed_run_it_says_what_the_repository_still_has(removed, tmp_path, word):
    with pytest.raises(NotFound) as caught:
        run_work.found(str(tmp_path / "home"), word, str(removed))
    assert caught.value.details == [f"branch workcell/{RUN}", f"snapshot {RUN}/1"]
    assert caught.value.hint == f"git diff HEAD...workcell/{RUN}"


@pytest.mark.parametrize("word", ["login", RUN[:8], "other"])
def test_a_word_that_names_no_removed_run_is_no_run(removed, tmp_path, word):
    with pytest.raises(NoSuchRun):
        run_work.found(str(tmp_path / "home"), word, str(removed))
    with pytest.raises(NoSuchRun):
        run_work.found(str(tmp_path / "home"), RUN, "/")


def test_uncommitted_work_is_told_by_kind_with_names(tmp_path):
    top = repos.make(tmp_path / "repo")
    assert run_work.uncommitted(repository.status(repository.find(str(top)))) == []
    repos.write(top, "a.txt", "changed\n")
    for n in range(7):
        repos.write(top, f"new{n}", "x\n")
    lines = run_work.uncommitted(repository.status(repository.find(str(top))))
    assert lines == ["1 changed: a.txt", "7 untracked: new0, new1, new2, new3, new4 and 2 more"]


def test_a_directory_inside_another_repository_is_not_taken_for_the_tree_that_was_there(tmp_path):
    top = repos.make(tmp_path / "repo")
    os.mkdir(top / "gone")
    assert run_work._tree(str(top / "gone")) is None
    shutil.rmtree(top / "gone")
    assert run_work._tree(str(top / "gone")) is None
    assert run_work._tree(str(top)).top == str(top)
