"""The watchdog in the foreground: real ticks in processes of their own, one loop in a home, ended at once."""

import os
import signal
import subprocess
import sys

import pytest

from tests.support.lab import eventually
from workcell.base.errors import TryAgain, Usage
from workcell.rundir import heartbeat, locks
from workcell.rundir.cell import Cell
from workcell.watch import foreground, installation


@pytest.fixture
def cell(tmp_path):
    return Cell(str(tmp_path / "home"), dict(os.environ), str(tmp_path))


def test_it_ticks_as_often_as_it_is_told(cell):
    os.makedirs(os.path.join(cell.home, "runs"), 0o700)
    os.chmod(cell.home, 0o700)
    assert foreground.perform(cell, foreground.Request(1.0, 2)) == foreground.Result(2, 0)
    assert heartbeat.age(cell.home) is not None and not heartbeat.loops(cell.home)
    assert not heartbeat.there(cell.home), "it has ended, and two ticks in a second are no timer"


@pytest.mark.parametrize("every", [0.0, 121.0])
def test_other_times_are_refused_and_leave_nothing(cell, every):
    with pytest.raises(Usage):
        foreground.perform(cell, foreground.Request(every, 1))
    assert not os.path.exists(cell.home)


def test_a_second_loop_is_refused_and_status_sees_the_first(cell):
    os.makedirs(heartbeat.directory(cell.home), 0o700)
    os.chmod(cell.home, 0o700)
    assert installation.status(cell.home).warning == "no watchdog ticks: workcell watchdog install"
    lock = locks.take(os.path.join(heartbeat.directory(cell.home), heartbeat.LOOP), 0)
    try:
        with pytest.raises(TryAgain):
            foreground.perform(cell, foreground.Request(1.0, 1))
        found = installation.status(cell.home)
        assert found.foreground and found.warning is None
    finally:
        os.close(lock)


def test_a_tick_that_cannot_work_is_said_and_the_loop_goes_on(cell):
    said = []
    cell.progress = lambda what, line: said.append(line)
    os.makedirs(heartbeat.directory(cell.home))
    os.chmod(cell.home, 0o777)  # a home that others can write to is not used
    try:
        with pytest.raises(Exception, match=cell.home):
            foreground.perform(cell, foreground.Request(1.0, 1))
    finally:
        os.chmod(cell.home, 0o700)
    os.makedirs(os.path.join(heartbeat.directory(cell.home), heartbeat.LAST))
    assert foreground.perform(cell, foreground.Request(1.0, 2)).ticks == 2
    assert any("the tick failed" in line for line in said)


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_at_once_and_without_an_error(cell, by):
    words = [sys.executable, "-m", "workcell", "watchdog", "run"]
    environment = {**os.environ, "WORKCELL_HOME": cell.home}
    loop = subprocess.Popen(words, env=environment, stderr=subprocess.PIPE)
    try:
        assert eventually(lambda: heartbeat.loops(cell.home))
        loop.send_signal(by)
        assert loop.wait(10) == 0
        assert b"Traceback" not in loop.stderr.read()
    finally:
        loop.kill()
        loop.wait()
        loop.stderr.close()
    assert not heartbeat.loops(cell.home)
