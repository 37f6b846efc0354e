"""A branch goes, and what a killed deletion left goes with the next one."""

import os

import pytest

from tests.support import repos
from workcell.base.errors import TryAgain
from workcell.git import branch_removal, repository
from workcell.rundir import locks


@pytest.fixture
def top(tmp_path, monkeypatch):
    repos.set_up(monkeypatch, tmp_path)
    made = repos.make(tmp_path / "repo")
    repos.git(made, "branch", "workcell/r1")
    return made


@pytest.fixture
def note(tmp_path):
    return str(tmp_path / "trees" / ".r1.branch")


def delete(top, note):
    branch_removal.delete(repository.find(str(top)), "workcell/r1", repos.git(top, "rev-parse", "main"), note)


def test_the_branch_goes_and_no_note_stays(top, note):
    delete(top, note)
    assert repos.git(top, "branch", "--list", "workcell/*") == "" and not os.path.exists(note)


def left(top, note, *, late):
    """What a deletion leaves that was killed, its lock files `late` seconds after its note."""
    os.makedirs(os.path.dirname(note))
    locks_left = [top / ".git/refs/heads/workcell/r1.lock", top / ".git/packed-refs.lock"]
    locks_left[0].parent.mkdir(exist_ok=True)
    for path in [note, *locks_left]:
        open(path, "w").close()
    os.utime(note, (os.stat(note).st_mtime - late,) * 2)
    return locks_left


@pytest.mark.parametrize("packed", [False, True])
def test_the_locks_of_a_deletion_that_was_killed_are_in_no_ones_way(top, note, packed):
    if packed:
        repos.git(top, "pack-refs", "--all")
    found = left(top, note, late=0)
    delete(top, note)
    assert not any(path.exists() for path in found) and not os.path.exists(note)
    assert repos.git(top, "branch", "--list", "workcell/*") == ""


def test_a_lock_of_another_program_stays(top, note):
    found = left(top, note, late=2 * branch_removal.LONGEST)
    branch_removal.settle(repository.find(str(top)), "workcell/r1", note)
    assert all(path.exists() for path in found) and not os.path.exists(note)


def test_without_a_note_nothing_is_removed(top, note):
    path = top / ".git/packed-refs.lock"
    path.touch()
    branch_removal.settle(repository.find(str(top)), "workcell/r1", note)
    assert path.exists()


def test_one_deletion_at_a_time(top, note):
    os.makedirs(os.path.dirname(note))
    lock = locks.take(note)
    with pytest.raises(TryAgain, match="at this moment"):
        delete(top, note)
    os.close(lock)
