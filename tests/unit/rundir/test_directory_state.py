"""A directory that is looked at again and again: unchanged only while nothing can have come."""

import os

from tests.support.lab import eventually
from workcell.rundir.directory_state import DirectoryState


def settled(path) -> DirectoryState:
    """The state of a directory that was dealt with after it had looked the same for some time."""
    state = DirectoryState(str(path))

    def dealt() -> bool:
        state.unchanged()
        state.dealt_with()
        return state.unchanged()

    eventually(dealt, what="a settled directory")
    return state


def test_it_settles_only_after_some_time(tmp_path):
    state = DirectoryState(str(tmp_path))
    assert not state.unchanged()
    state.dealt_with()
    assert not state.unchanged(), "a second file within one step of the file system's clock would go unseen"
    assert settled(tmp_path).unchanged()


def test_a_new_file_a_removed_one_and_a_forged_time_are_changes(tmp_path):
    kept = os.stat(tmp_path)
    state = settled(tmp_path)
    (tmp_path / "one").touch()
    os.utime(tmp_path, ns=(kept.st_atime_ns, kept.st_mtime_ns))
    assert not state.unchanged()
    state = settled(tmp_path)
    (tmp_path / "one").unlink()
    assert not state.unchanged()
    state = settled(tmp_path)
    tmp_path.chmod(0o500)
    assert not state.unchanged()


def test_another_directory_in_its_place_is_a_change(tmp_path):
    path = tmp_path / "box"
    path.mkdir()
    state = settled(path)
    path.rename(tmp_path / "was")
    path.mkdir()
    assert not state.unchanged()


def test_one_that_is_missing_is_settled_at_once_and_changed_when_it_comes(tmp_path):
    state = DirectoryState(str(tmp_path / "box"))
    assert not state.unchanged()
    state.dealt_with()
    assert state.unchanged()
    (tmp_path / "box").mkdir()
    assert not state.unchanged()
