"""The keeper of a terminal's log: full parts are compressed by a process that takes no time from agent and runner."""

import gzip
import os

import pytest

from workcell.runner import keeper, log


@pytest.fixture
def book(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # a runner stands in the directory of its run, where the lock for a full disk lies
    made = keeper.Keeper(log.Log(str(tmp_path), 1 << 16), str(tmp_path))
    yield made
    made.close()
    made.wait_for_compressor()


def test_a_full_part_is_compressed_and_the_next_one_follows(book, tmp_path):
    said = os.urandom(1 << 15) * 5
    book.keep(said)
    while book.compressor:
        pid, status = os.waitpid(book.compressor, 0)
        assert status == 0
        book.reaped(pid)
    parts = [gzip.decompress((tmp_path / f"agent.log.00{n}.gz").read_bytes()) for n in (1, 2)]
    assert b"".join(parts) + (tmp_path / "agent.log").read_bytes() == said
    assert not book.waiting and book.retry_at is None


@pytest.mark.skipif(not hasattr(os, "SCHED_IDLE"), reason="SCHED_IDLE is of Linux")
def test_the_compressor_runs_only_where_nothing_else_wants_to():
    pid = os.fork()
    if pid == 0:
        keeper._yield_to_all()
        os._exit(0 if os.sched_getscheduler(0) == os.SCHED_IDLE else 1)
    assert os.waitpid(pid, 0)[1] == 0


def test_an_end_is_written_down_before_the_compressor_is_gone(book, tmp_path):
    book.keep(os.urandom(1 << 17))
    pid = book.compressor
    assert pid
    book.close()
    assert os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT) is not None, "nobody has waited for it"
    book.wait_for_compressor()
    assert not book.compressor
    with pytest.raises(ChildProcessError):
        os.waitpid(pid, 0)
    assert (tmp_path / "agent.log.001").exists() or (tmp_path / "agent.log.001.gz").exists()
