"""What belongs to an attempt: the pids read from /proc are those that psutil finds."""

import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.support.lab import eventually
from workcell.system import attempt_pids, processes

MARK = "20261121-0000-processes-test/1"


@pytest.fixture
def sleepers() -> Iterator[list[subprocess.Popen]]:
    started: list[subprocess.Popen] = []
    yield started
    for one in started:
        one.kill()
        one.communicate()


def _start(sleepers: list[subprocess.Popen], *, env: dict[str, str] | None = None, fds: tuple[int, ...] = ()) -> int:
    words = [sys.executable, "-I", "-S", "-c", "import sys, time; print(flush=True); time.sleep(600)"]
    one = subprocess.Popen(words, env={**os.environ, **(env or {})}, pass_fds=fds, stdout=subprocess.PIPE)
    sleepers.append(one)
    assert one.stdout is not None
    one.stdout.readline()  # it is itself by now, with its own environment
    return one.pid


def _pids(mark: str = MARK, below: int | None = None, lock: str | None = None) -> set[int]:
    found = attempt_pids.of_attempt(mark, below=below, lock=lock, members=set())
    assert found is not None
    assert {one.pid for one in processes.find(mark, below=below, lock=lock)} == set(found)
    return set(found)


def test_a_process_that_names_the_attempt_is_found(sleepers):
    assert _pids() == set()
    pid = _start(sleepers, env={attempt_pids.MARK: MARK})
    _start(sleepers, env={attempt_pids.MARK: MARK + "1"})
    assert _pids() == {pid}


def test_descendants_are_found_without_a_mark(sleepers):
    words = ["sh", "-c", "sleep 600 & sleep 600 & echo; wait"]
    parent = subprocess.Popen(words, stdout=subprocess.PIPE)
    sleepers.append(parent)
    assert parent.stdout is not None
    parent.stdout.readline()
    below = {child.pid for child in psutil.Process(parent.pid).children()}
    assert len(below) == 2
    assert _pids(below=parent.pid) == below
    for pid in below:
        os.kill(pid, 9)
    # two questions about processes that are ending may have two answers: they are compared once all have ended
    eventually(lambda: attempt_pids.of_attempt(MARK, below=parent.pid, lock=None, members=set()) == [])
    assert not _pids(below=parent.pid)


def test_a_holder_of_the_lock_is_found_also_when_its_taker_has_ended(sleepers, tmp_path: Path):
    lock = tmp_path / "agent.lock"
    fd = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
    assert attempt_pids.of_lock(str(lock)) == []
    fcntl.flock(fd, fcntl.LOCK_EX)
    pid = _start(sleepers, fds=(fd,))
    os.close(fd)
    reader = os.open(lock, os.O_RDONLY)
    _start(sleepers, fds=(reader,))
    os.close(reader)
    assert _pids(lock=str(lock)) == {pid}
    assert attempt_pids.of_lock(str(lock)) == [pid]
    assert [one.pid for one in processes.holders(str(lock), "x")] == [pid]
    sleepers[0].kill()
    eventually(lambda: attempt_pids.of_lock(str(lock)) == [])


def test_a_stopped_holder_is_continued(sleepers, tmp_path: Path):
    lock = tmp_path / "lock"
    fd = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(fd, fcntl.LOCK_EX)
    pid = _start(sleepers, fds=(fd,))
    os.close(fd)
    assert not attempt_pids.stand_still([pid])
    os.kill(pid, 19)
    eventually(lambda: attempt_pids.stand_still([pid]))
    assert processes.free(str(lock)) == 1
    eventually(lambda: not attempt_pids.stand_still([pid]))


def test_ourselves_and_who_started_us_are_never_found():
    found = attempt_pids.of_attempt(MARK, below=1, lock=None, members={os.getpid(), os.getppid()})
    assert found is not None
    assert not set(found) & {os.getpid(), os.getppid()}


def test_what_leaves_nothing_behind_asks_without_psutil(tmp_path: Path):
    words = (
        "import sys; from workcell.finish import verify_script as check;"
        f"print(check.end_leftovers({str(tmp_path)!r}, 1, below=None), 'psutil' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, timeout=30)
    assert ran.stdout == "[] False\n", ran.stderr
