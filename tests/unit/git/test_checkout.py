"""Commits of a checkout by GitPython: bounded in number and time, and no program of the repository is started."""

import time

import pytest

from tests.support import repos
from workcell.base import clock
from workcell.base.errors import Unreachable
from workcell.git import checkout


@pytest.fixture
def top(tmp_path, monkeypatch):
    repos.set_up(monkeypatch, tmp_path)
    return repos.make(tmp_path / "repo")


def test_the_newest_come_first_and_no_more_than_asked_for(top):
    second = repos.commit(top, {"x": "1"}, "the second\n\nwith a body\x1b[2J")
    found = checkout.commits(str(top), time.time() - 3600, 10)
    assert [one.subject for one in found] == ["the second", "first"]
    assert (found[0].commit, found[0].author) == (second, "A Person")
    assert abs(clock.parse(found[0].at) - time.time()) < 60
    assert [one.subject for one in checkout.commits(str(top), time.time() - 3600, 1)] == ["the second"]


def test_the_beginning_of_time_is_no_word_for_now(top, monkeypatch):
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2001-01-01T00:00:00Z")
    repos.commit(top, {"x": "1"}, "in the past")
    assert len(checkout.commits(str(top), 0, 10)) == 2
    assert len(checkout.commits(str(top), 12, 10)) == 2


def test_older_commits_and_a_branch_without_any_are_none(top, tmp_path):
    assert checkout.commits(str(top), time.time() + 3600, 10) == []
    empty = tmp_path / "empty"
    empty.mkdir()
    repos.git(empty, "init", "-q")
    assert checkout.commits(str(empty), 0, 10) == []


def test_what_is_no_repository_is_an_error(tmp_path):
    with pytest.raises(Unreachable, match="cannot be read"):
        checkout.commits(str(tmp_path), 0, 10)


def test_a_variable_of_a_hook_leads_to_no_other_repository(top, tmp_path, monkeypatch):
    other = repos.make(tmp_path / "other")
    repos.commit(other, {"y": "1"}, "of another")
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    assert [one.subject for one in checkout.commits(str(top), 0, 10)] == ["first"]


def test_no_program_that_the_repository_names_is_started(top, tmp_path):
    mark = tmp_path / "started"
    for key in ("core.fsmonitor", "filter.x.clean", "diff.external", "gpg.program", "core.pager"):
        repos.git(top, "config", key, f"touch {mark}; cat")
    repos.git(top, "config", "log.showSignature", "true")
    repos.write(top, ".gitattributes", "* filter=x\n")
    assert [one.subject for one in checkout.commits(str(top), 0, 10)] == ["first"]
    assert not mark.exists()
