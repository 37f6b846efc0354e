"""What finish asks git for: nothing more than it needs on a tree that is as it was, and everything else elsewhere."""

import os
import shutil
from pathlib import Path

import pytest

from tests.support import repos
from workcell.finish import facts
from workcell.git import changes, repository, tree_state


@pytest.fixture
def repo(tmp_path: Path, monkeypatch) -> Path:
    repos.set_up(monkeypatch, tmp_path)
    return repos.make(tmp_path / "repo")


def _read(repo: Path) -> dict:
    base = repos.git(repo, "rev-parse", "HEAD")
    return _since(repo, base)


def _since(repo: Path, base: str) -> dict:
    found = facts.read({"base": {"head": base}}, {"cwd": str(repo)}, [])
    assert found["git_error"] is None
    return found["git"]


def _long_way(repo: Path, base: str) -> tuple[changes.Changes, str | None]:
    tree = repository.find(str(repo))
    assert tree is not None
    return changes.changes_since(tree, base), tree_state.tree_hash(tree).value


def _same(repo: Path, base: str) -> None:
    """The facts are those that reading everything gives."""
    git, (since, hashed) = _since(repo, base), _long_way(repo, base)
    assert git["tree_hash"] == hashed
    keys = ("commits", "files", "insertions", "deletions")
    assert [git[key] for key in keys] == [getattr(since, key) for key in keys]
    assert git["untracked_count"] == since.untracked
    assert git["note"] == since.why


def test_a_clean_tree_at_its_base_costs_four_questions(repo, tmp_path, monkeypatch):
    tools = tmp_path / "tools"
    tools.mkdir()
    asked = tmp_path / "asked"
    (tools / "git").write_text(f'#!/bin/sh\necho "$@" >>{asked}\nexec {shutil.which("git")} "$@"\n')
    (tools / "git").chmod(0o755)
    base = repos.git(repo, "rev-parse", "HEAD")
    monkeypatch.setenv("PATH", f"{tools}:{os.environ['PATH']}")
    clean = _since(repo, base)
    assert clean["clean"] and clean["commits"] == 0
    words = asked.read_text().splitlines()
    questions = [line for line in words if " config " not in line]
    verbs = ("rev-parse", "status", "ls-files", "diff", "log", "rev-list", "update-index", "write-tree")
    said = [next(verb for verb in line.split() if verb in verbs) for line in questions]
    assert said == ["rev-parse", "status", "ls-files", "rev-parse"], words
    asked.unlink()
    (repo / "new").write_text("x\n")
    assert not _since(repo, base)["clean"]
    assert len(asked.read_text().splitlines()) > 12, "the wrapper does see what is asked"


def test_a_clean_tree_at_its_base_has_the_facts_that_reading_everything_gives(repo):
    _same(repo, repos.git(repo, "rev-parse", "HEAD"))


@pytest.mark.parametrize("option", ["--assume-unchanged", "--skip-worktree"])
def test_an_edit_that_git_was_told_not_to_see_is_seen(repo, option):
    base = repos.git(repo, "rev-parse", "HEAD")
    before = _since(repo, base)["tree_hash"]
    repos.git(repo, "update-index", option, "a.txt")
    repos.write(repo, "a.txt", "changed\n")
    assert repository.status(repository.find(str(repo))).clean, "git itself says nothing"
    assert _since(repo, base)["tree_hash"] != before
    _same(repo, base)


def test_work_in_a_submodule_is_in_the_hash(repo, tmp_path):
    inner = repos.make(tmp_path / "inner")
    repos.git(repo, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(inner), "sub")
    base = repos.commit(repo, {}, "with a submodule")
    assert "+" in str(_since(repo, base)["tree_hash"])
    _same(repo, base)


def test_a_commit_a_change_and_a_detached_head_are_read(repo):
    base = repos.git(repo, "rev-parse", "HEAD")
    repos.git(repo, "checkout", "-q", "--detach")
    _same(repo, base)
    assert _since(repo, base)["branch"] is None
    repos.commit(repo, {"a.txt": "more\n"})
    assert _since(repo, base)["commits"] == 1
    _same(repo, base)
    repos.write(repo, "b.txt")
    _same(repo, base)


def test_a_repository_without_a_commit_is_read(tmp_path, monkeypatch):
    repos.set_up(monkeypatch, tmp_path)
    bare = tmp_path / "empty"
    bare.mkdir()
    repos.git(bare, "init", "-q")
    found = facts.read({"base": {"head": None}}, {"cwd": str(bare)}, [])["git"]
    assert found["head"] is None and found["branch"] == "main" and found["clean"]


def test_a_path_with_a_newline_is_found(tmp_path, monkeypatch):
    repos.set_up(monkeypatch, tmp_path)
    odd = repos.make(tmp_path / "a\nb")
    assert repository.find(str(odd)).top == os.path.realpath(odd)
