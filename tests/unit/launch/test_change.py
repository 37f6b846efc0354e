"""What ends the sleep of a wait: the end of a process, a record in the ledger, or the time."""

import os
import subprocess
import threading
import time
from collections.abc import Iterator

import pytest

from workcell.base import platform
from workcell.launch import change
from workcell.rundir import ledger, look, phase

LONG = 30.0
"""Seconds that nothing here may take; a test that sleeps so long has missed what should have ended it."""


@pytest.fixture
def changes() -> Iterator[change.Changes]:
    made = change.Changes()
    yield made
    made.close()


@pytest.fixture
def agent() -> Iterator[subprocess.Popen]:
    started = subprocess.Popen(["sleep", "600"])
    yield started
    started.kill()
    started.wait()


def _seen(run: str, agent: int, where: str = phase.RUNNING) -> look.Look:
    seen = look.Look(run)
    seen.n, seen.phase = 1, where
    seen.start = {"agent": platform.identity(agent), "runner": platform.identity(os.getpid())}
    return seen


def _took(changes: change.Changes, seen: list[look.Look], most: float) -> float:
    began = time.monotonic()
    changes.sleep(seen, most)
    return time.monotonic() - began


def test_the_end_of_the_agent_ends_the_sleep(changes, agent, tmp_path, monkeypatch):
    monkeypatch.setattr(change, "EVERY", LONG)
    timer = threading.Timer(0.3, agent.kill)
    timer.start()
    assert _took(changes, [_seen(str(tmp_path), agent.pid)], LONG) < LONG / 2
    timer.join()


def test_a_running_agent_is_slept_beside_without_a_question(changes, agent, tmp_path):
    seen = [_seen(str(tmp_path), agent.pid)]
    changes.sleep(seen, 0.01)
    before = time.process_time()
    assert _took(changes, seen, 0.5) >= 0.5
    assert time.process_time() - before < 0.25


def test_an_agent_whose_pid_was_used_again_is_not_waited_for(changes, agent, tmp_path):
    seen = _seen(str(tmp_path), agent.pid)
    seen.start["agent"]["start"] = 1
    assert _took(changes, [seen], LONG) < LONG / 2


def test_a_new_record_ends_the_sleep_beside_a_run_that_is_finishing(changes, tmp_path):
    run = str(tmp_path / "runs" / "20261121-0000-x-aaaa")
    (tmp_path / "ledger").mkdir()
    seen = _seen(run, os.getpid(), phase.FINISHING)
    with open(ledger.path(run), "w") as file:
        file.write("{}\n")
    seen.book = ledger.Book()
    seen.book.size = os.stat(ledger.path(run)).st_size
    assert _took(changes, [seen], 0.3) >= 0.3, "nothing was added"

    def add() -> None:
        with open(ledger.path(run), "a") as file:
            file.write("{}\n")

    assert changes._pause < 0.02, "an end is seen soon after it"
    timer = threading.Timer(0.1, add)
    timer.start()
    assert _took(changes, [seen], LONG) < LONG / 2
    timer.join()


def test_without_a_process_the_looks_grow_rarer(changes, tmp_path):
    seen = [_seen(str(tmp_path), os.getpid(), phase.SCHEDULED)]
    took = [_took(changes, seen, LONG) for _ in range(6)]
    assert all(seconds >= change.SOON * 2 ** (number + 1) for number, seconds in enumerate(took)), took
    assert sum(took) < LONG / 2


def test_no_descriptor_is_left_open(changes, agent, tmp_path):
    before = len(os.listdir("/proc/self/fd"))
    changes.sleep([_seen(str(tmp_path), agent.pid)], 0.01)
    assert len(os.listdir("/proc/self/fd")) == before + 2
    changes.sleep([_seen(str(tmp_path), agent.pid, phase.DONE)], 0.01)
    assert len(os.listdir("/proc/self/fd")) == before
