"""Whether a tree changed since a time: only what git tracks or would track counts, and an unsure answer is None."""

import os

import pytest

from tests.support import repos
from workcell.git import tree_age

LONG_AGO, THEN, LATER = 1_600_000_000, 1_700_000_000, 1_800_000_000


@pytest.fixture
def top(monkeypatch, tmp_path):
    repos.set_up(monkeypatch, tmp_path)
    made = repos.make(tmp_path / "repo", {"a.txt": "one\n", "dir/b.txt": "b\n", ".gitignore": "cache/\n"})
    repos.write(made, "new/file")
    age(made, LONG_AGO)
    return made


def age(top, at):
    """Give everything in the tree and in .git this time."""
    for directory, _, files in os.walk(top):
        for name in files:
            os.utime(os.path.join(directory, name), (at, at))
        os.utime(directory, (at, at))


def changed(top):
    return tree_age.changed_since(str(top), THEN)


def test_what_changed_before_does_not_count(top):
    repos.write(top, "a.txt", "other\n")
    age(top, LONG_AGO)
    assert changed(top) is False


@pytest.mark.parametrize("name", ["a.txt", "another", "new/below/it", "dir/b.txt"])
def test_a_file_that_was_written_counts(top, name):
    path = repos.write(top, name, "new words\n")
    os.utime(path, (LATER, LATER))
    assert changed(top) is True


def test_a_file_that_was_removed_counts(top):
    os.unlink(top / "dir" / "b.txt")
    assert changed(top) is True


def test_a_commit_counts(top):
    repos.commit(top, {})
    assert changed(top) is True


def test_ignored_files_do_not_count(top):
    repos.write(top, "cache/x")
    os.utime(top, (LATER, LATER))
    assert changed(top) is False


def test_in_a_directory_without_git_every_file_counts(tmp_path):
    repos.write(tmp_path, "a/b")
    age(tmp_path, LONG_AGO)
    assert changed(tmp_path) is False
    os.utime(tmp_path / "a" / "b", (LATER, LATER))
    assert changed(tmp_path) is True


def test_too_many_files_and_a_broken_repository_are_no_answer(top, tmp_path, monkeypatch):
    monkeypatch.setattr(tree_age, "ENTRIES", 1)
    assert changed(top) is None
    (top / ".git" / "index").write_bytes(b"broken")
    os.utime(top / ".git" / "index", (LONG_AGO, LONG_AGO))
    assert changed(top) is None
