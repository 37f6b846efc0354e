"""Whose commits a report lists: those of a person's checkout, and none of a tree in which an agent works."""

import pytest

from tests.support import repos
from workcell.rundir import lease
from workcell.views import own_commits


@pytest.fixture
def top(tmp_path, monkeypatch):
    repos.set_up(monkeypatch, tmp_path)
    return repos.make(tmp_path / "repo")


def ask(tmp_path, directory, most=10, runs=()):
    return own_commits.own_commits(str(tmp_path / "home"), str(directory), 0.0, most, runs)


def test_the_commits_of_the_checkout_around_a_directory_are_listed_cleaned(top, tmp_path):
    repos.commit(top, {"x": "1"}, "token ghp_" + "a1B2" * 9)
    found, more = ask(tmp_path, top / "dir", most=1)
    assert found.top == str(top) and found.branch == "main" and more == 1
    assert "ghp_" not in found.commits[0].subject and found.trouble is None


def test_outside_of_a_repository_there_are_none(tmp_path):
    assert ask(tmp_path, tmp_path) == (None, 0)


def test_the_tree_of_a_run_is_not_asked(top, tmp_path):
    assert ask(tmp_path, top, runs=[{"workspace": str(top)}]) == (None, 0)
    assert ask(tmp_path, top, runs=[{"workspace": str(tmp_path)}])[0] is not None


def test_a_tree_that_a_run_once_claimed_and_one_on_a_branch_of_a_run_are_not_asked(top, tmp_path):
    repos.git(top, "switch", "-q", "-c", "workcell/20261120-0512-greet-7f3a")
    assert ask(tmp_path, top) == (None, 0)
    repos.git(top, "switch", "-q", "main")
    assert ask(tmp_path, top)[0] is not None
    lease.claim(str(tmp_path / "home"), str(top), "r", lambda run: False).close()
    assert ask(tmp_path, top) == (None, 0)
