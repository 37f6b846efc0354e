"""A fresh lock in the place of one that leftovers hold; a killed maker leaves nothing but a hidden name."""

import fcntl
import os

import pytest

from workcell.base import probe
from workcell.rundir import layout, locks
from workcell.system import processes


def test_a_lock_is_renewed_by_way_of_a_hidden_name(tmp_path, monkeypatch):
    path = str(tmp_path / layout.AGENT_LOCK)
    old = locks.take(path)
    assert locks.held(path) == probe.YES
    rename = os.rename

    def killed(source, target):
        raise InterruptedError(source)

    monkeypatch.setattr(os, "rename", killed)
    with pytest.raises(InterruptedError):
        locks.renew(path)
    assert [name for name in os.listdir(tmp_path) if not name.startswith(".")] == [layout.AGENT_LOCK]
    assert len(os.listdir(tmp_path)) == 2
    monkeypatch.setattr(os, "rename", rename)
    os.close(locks.renew(path))
    assert os.listdir(tmp_path) == [layout.AGENT_LOCK]
    assert locks.held(path) == probe.NO
    fcntl.flock(old, fcntl.LOCK_EX | fcntl.LOCK_NB)
    os.close(old)


@pytest.mark.parametrize("kind", ["link", "second name"])
def test_the_file_of_another_program_in_the_place_of_a_lock(tmp_path, kind):
    """It is neither held for the run, nor locked, nor written to."""
    other, path = tmp_path / "other", str(tmp_path / layout.AGENT_LOCK)
    other.write_text("as it was")
    (os.symlink if kind == "link" else os.link)(other, path)
    with open(other) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert locks.held(path, alone=True) == probe.NO
        assert processes.holders(path, "run") == []
        taken = locks.take(path, alone=True)
        locks.sign(taken, "agent")
        os.close(taken)
    assert other.read_text() == "as it was"


def test_a_lock_that_is_made_anew_is_held_before_it_has_its_name(tmp_path):
    path = str(tmp_path / layout.AGENT_LOCK)
    fd = locks.renew(path)
    assert locks.held(path) == probe.YES
    os.close(fd)
    assert locks.held(path) == probe.NO


def test_a_lock_that_its_owner_may_not_open_is_made_readable_and_nothing_else_is(tmp_path):
    path, other = tmp_path / "lock", tmp_path / "other"
    held = locks.take(str(path))
    path.chmod(0)
    assert locks.make_readable(str(path)) and path.stat().st_mode & 0o777 == 0o600
    assert locks.held(str(path)) == probe.YES
    assert not locks.make_readable(str(path)), "there was nothing to do"
    os.close(held)
    other.touch(0o400)
    for make in (os.symlink, os.link):
        path.unlink()
        make(other, path)
        assert not locks.make_readable(str(path)) and other.stat().st_mode & 0o777 == 0o400
    path.unlink()
    path.mkdir(0o500)
    assert not locks.make_readable(str(path)) and path.stat().st_mode & 0o777 == 0o500
