"""A fresh lock in the place of one that leftovers hold; a killed maker leaves nothing but a hidden name."""

import fcntl
import os

import pytest

from workcell.base import probe
from workcell.rundir import layout, locks


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
    locks.renew(path)
    assert os.listdir(tmp_path) == [layout.AGENT_LOCK]
    assert locks.held(path) == probe.NO
    fcntl.flock(old, fcntl.LOCK_EX | fcntl.LOCK_NB)
    os.close(old)
