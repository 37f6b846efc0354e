"""A tick and a lock that the agent made unreadable, with a real run whose processes were killed."""

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.support import runs
from tests.support.watching import Watch
from workcell.rundir import layout, look, phase

CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 1, 2
VERSION_3 = 0x20080522


@contextmanager
def without_root_rights() -> Iterator[None]:
    """Modes of files hold for this thread also where it runs as root."""
    if os.geteuid() != 0:
        yield
        return
    libc = ctypes.CDLL(None, use_errno=True)
    header, found = (ctypes.c_uint32 * 2)(VERSION_3, 0), (ctypes.c_uint32 * 6)()
    assert libc.capget(header, found) == 0, ctypes.get_errno()
    less = (ctypes.c_uint32 * 6)(*found)
    less[0] &= ~(1 << CAP_DAC_OVERRIDE | 1 << CAP_DAC_READ_SEARCH)  # of the effective ones, which can be taken again
    assert libc.capset(header, less) == 0, ctypes.get_errno()
    try:
        yield
    finally:
        assert libc.capset(header, found) == 0, ctypes.get_errno()


@pytest.fixture(autouse=True)
def _environment(lab, monkeypatch):
    for name, value in lab.env().items():
        monkeypatch.setenv(name, value)


def test_a_lock_that_the_agent_made_unreadable_keeps_no_run_from_its_end(lab):
    watch = Watch(lab)
    run = runs.killed(lab)
    path = os.path.join(run, layout.AGENT_LOCK)
    with without_root_rights():
        os.chmod(path, 0)
        assert look.at(run).phase == phase.UNKNOWN, "who looks changes nothing"
        did = watch.tick()
    assert did == [f"{os.path.basename(run)}: settles (lost)"]
    lab.phase(run, phase.DONE)
