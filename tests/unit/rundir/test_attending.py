"""The locks of programs that attend a run, and of terminals that are windows onto it without tmux."""

import os

import pytest

from workcell.base import probe
from workcell.rundir import attending, layout


@pytest.fixture
def run(tmp_path):
    return os.path.join(tmp_path, layout.RUNS, "r")


def test_a_window_is_open_until_the_last_of_them_is_closed(run):
    assert attending.window_open(run) == probe.NO, "there was none yet"
    first, second = attending.open_window(run), attending.open_window(run)
    assert attending.window_open(run) == probe.YES
    os.close(first)
    assert attending.window_open(run) == probe.YES
    os.close(second)
    assert attending.window_open(run) == probe.NO


def test_what_is_no_file_cannot_be_asked(run, tmp_path):
    os.makedirs(os.path.join(tmp_path, layout.ATTEND, "r.window"))
    assert attending.window_open(run) == probe.UNKNOWN


def test_one_program_has_a_lock_and_the_others_wait_in_vain(run):
    held = attending.take(run, attending.JUDGES, 0.0)
    assert held is not None and attending.take(run, attending.JUDGES, 0.0) is None
    other = attending.take(run, attending.SENDS, 0.0)
    assert other is not None
    for fd in (held, other):
        os.close(fd)


def test_the_locks_of_a_run_that_is_gone_are_removed(run, tmp_path):
    for which in (attending.JUDGES, attending.SENDS, attending.TELLS):
        fd = attending.take(run, which, 0.0)
        assert fd is not None
        os.close(fd)
    os.close(attending.open_window(run))
    attending.remove(run)
    assert os.listdir(os.path.join(tmp_path, layout.ATTEND)) == []
