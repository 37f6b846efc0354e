"""Which runs of a home are over, from names alone."""

import os
import shutil

import pytest

from tests.support import frozen
from workcell.rundir import layout, scan


@pytest.fixture
def home(tmp_path):
    return frozen.thaw(tmp_path / "home")


def names(paths):
    return sorted(os.path.basename(path) for path in paths)


def test_live_and_over(home):
    found = scan.scan(home)
    assert names(found.live) == sorted(os.path.basename(frozen.run_of(home, name)) for name in frozen.OPEN)
    assert found.done == len(frozen.DONE) and found.unread == []


def test_a_run_whose_directory_is_gone_and_that_is_not_over_is_live(home):
    run = frozen.run_of(home, "frozen-created")
    shutil.rmtree(run)
    assert run in scan.scan(home).live


def test_a_run_without_a_ledger_is_over_when_its_result_stands(home):
    shutil.rmtree(os.path.join(home, layout.LEDGER))
    shutil.rmtree(os.path.join(home, layout.ENDED))
    found = scan.scan(home)
    assert found.done == len(frozen.DONE) and len(found.live) == len(frozen.OPEN)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a directory away")
def test_a_run_of_another_user_is_left_alone(home):
    run = frozen.run_of(home, "frozen-created")
    os.chown(run, 12345, 12345)
    found = scan.scan(home)
    assert found.unread == [run] and run not in found.live


def test_a_home_that_is_not_there(tmp_path):
    found = scan.scan(str(tmp_path / "none"))
    assert (found.live, found.done, found.unread) == ([], 0, [])
