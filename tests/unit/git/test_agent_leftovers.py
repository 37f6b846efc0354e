"""What an agent leaves by itself is told from work: by name, below directories, and never by a part of one."""

import pytest

from tests.support import repos
from workcell.git import agent_leftovers, repository


@pytest.fixture
def top(monkeypatch, tmp_path):
    repos.set_up(monkeypatch, tmp_path)
    return repos.make(tmp_path / "repo", {"a.txt": "one\n", "kept/config": "x\n"})


def split(top, *patterns):
    tree = repository.find(str(top))
    return agent_leftovers.split(tree, repository.status(tree), patterns)


def test_a_file_alone_in_an_untracked_directory(top):
    repos.write(top, ".claude/settings.local.json")
    assert split(top, ".claude/settings.local.json") == ([], [".claude/"])
    repos.write(top, ".claude/mine")
    assert split(top, ".claude/settings.local.json") == ([".claude/"], [])
    assert split(top, ".claude/") == ([], [".claude/"])


def test_tracked_files_and_work_beside_them(top):
    repos.write(top, "kept/config", "changed\n")
    repos.write(top, "a.txt", "changed\n")
    repos.write(top, ".aider.history")
    assert split(top, "kept/config", ".aider*") == (["a.txt"], ["kept/config", ".aider.history"])
    assert split(top) == (["a.txt", "kept/config", ".aider.history"], [])
