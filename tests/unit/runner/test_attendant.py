"""When the program that judges a live run is started and ended: one at a time, soon for a person, else with pauses."""

import os
import signal
import sys

import pytest

from tests.support.lab import eventually
from workcell.rundir import events, layout
from workcell.runner import attendant
from workcell.runner.live import Live


@pytest.fixture
def live(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = Live(1, str(tmp_path), 3, str(tmp_path), events.Journal(layout.EVENTS))
    yield found
    found.journal.close()


@pytest.fixture
def made(live):
    found = attendant.Attendant(live)
    yield found
    if found.pid:
        os.kill(found.pid, signal.SIGKILL)
        os.waitpid(found.pid, 0)


@pytest.fixture
def idle_program(tmp_path, monkeypatch):
    """A program in the place of Python that says with which words it was called, and stays."""
    path = tmp_path / "program"
    path.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > {tmp_path}/words.new\nmv words.new words\nexec sleep 600\n')
    path.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(path))
    return tmp_path / "words"


def reaped(made):
    """Wait for its end, as the runner does; the signal that ended it."""
    _, status = os.waitpid(made.pid, 0)
    made.ended()
    return os.WTERMSIG(status) if os.WIFSIGNALED(status) else None


# -- when


def test_nothing_is_due_before_it_is_wanted(made):
    assert made.due() is None
    made.handle(1e9)
    assert made.pid == 0


def test_the_first_start_waits_for_no_pause(made):
    made.want(100.0, attendant.SPACE)
    assert made.due() == 100.0


def test_the_next_start_keeps_its_pause_unless_a_person_is_needed(made):
    made.began = 100.0
    made.want(101.0, attendant.SPACE)
    assert made.due() == 105.0
    made.want(102.0)
    assert made.due() == 102.0
    made.want(103.0, 60.0)
    assert made.due() == 102.0, "the earliest wish counts"


def test_a_pause_that_is_over_delays_nothing(made):
    made.began = 100.0
    made.want(900.0, attendant.SPACE)
    assert made.due() == 900.0


def test_it_is_not_started_before_it_is_due_nor_after_the_agent_has_ended(made, live):
    made.want(100.0)
    made.handle(99.9)
    assert made.pid == 0 and made.due() == 100.0
    live.ended = (0, None)
    made.handle(100.0)
    assert made.pid == 0


def test_where_no_process_is_to_be_had_it_is_tried_again_after_a_pause(made, monkeypatch):
    def none():
        raise BlockingIOError

    monkeypatch.setattr(attendant.os, "fork", none)
    made.want(100.0)
    made.handle(100.0)
    assert made.pid == 0 and made.due() == 100.0 + attendant.SPACE


# -- the process


def test_it_is_called_for_the_run_and_its_attempt(made, idle_program, tmp_path):
    made.want(100.0)
    made.handle(100.0)
    eventually(idle_program.exists)
    isolated, program, *words = idle_program.read_text().splitlines()
    assert (isolated, words) == ("-I", ["_attend", str(tmp_path), "3"])
    assert program.endswith("workcell/__main__.py") and os.path.isfile(program)


def test_it_gets_no_descriptor_of_the_runner(made, idle_program, tmp_path):
    lock = os.open(tmp_path / "lock", os.O_RDWR | os.O_CREAT)
    os.set_inheritable(lock, True)
    try:
        made.want(100.0)
        made.handle(100.0)
        eventually(idle_program.exists)
        held = {os.path.realpath(f"/proc/{made.pid}/fd/{fd}") for fd in os.listdir(f"/proc/{made.pid}/fd")}
        assert str(tmp_path / "lock") not in held
    finally:
        os.close(lock)


def test_a_wish_while_it_runs_starts_it_once_more_when_it_has_ended(made, idle_program):
    made.want(100.0)
    made.handle(100.0)
    first = made.pid
    made.want(101.0)
    made.want(102.0)
    made.handle(110.0)
    assert made.pid == first and made.due() == 100.0 + attendant.MOST
    os.kill(first, signal.SIGKILL)
    reaped(made)
    assert made.due() == 101.0
    made.handle(110.0)
    assert made.pid not in (0, first)
    os.kill(made.pid, signal.SIGKILL)
    reaped(made)
    assert made.due() is None


def test_one_that_takes_too_long_is_ended(made, idle_program):
    made.want(100.0)
    made.handle(100.0)
    made.handle(100.0 + attendant.MOST - 0.1)
    assert os.waitpid(made.pid, os.WNOHANG) == (0, 0)
    made.handle(100.0 + attendant.MOST)
    assert reaped(made) == signal.SIGKILL


def test_one_that_has_ended_and_was_not_reaped_is_waited_for(made, idle_program):
    made.want(100.0)
    made.handle(100.0)
    os.kill(made.pid, signal.SIGKILL)
    pid = made.pid
    os.waitpid(pid, 0)
    made.handle(100.0 + attendant.MOST)
    assert made.pid == pid and made.due() == 100.0 + 2 * attendant.MOST
    made.ended()
