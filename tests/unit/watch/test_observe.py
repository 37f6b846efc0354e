"""Clocks: silence counts only while somebody watched, on a clock that neither sleep nor a person moves."""

import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workcell.rundir import heartbeat, layout, look, phase
from workcell.watch import observe

HOUR = 3600.0


def now(seconds=0.0, *, slept=0.0, stepped=0.0, boot="b"):
    return observe.Now(
        wall=1e9 + seconds + slept + stepped, mono=1000 + seconds, boottime=1000 + seconds + slept, boot=boot
    )


@pytest.fixture
def home(tmp_path):
    os.mkdir(heartbeat.directory(str(tmp_path)))
    return str(tmp_path)


def running(tmp_path, size=10):
    run = os.path.join(tmp_path, layout.RUNS, "r")
    os.makedirs(os.path.join(run, "attempts", "001"), exist_ok=True)
    seen = look.Look(run)
    seen.n, seen.directory, seen.phase = 1, os.path.join(run, "attempts", "001"), phase.RUNNING
    with open(os.path.join(seen.directory, layout.AGENT_LOG), "wb") as file:
        file.write(b"x" * size)
    return seen


def silent(home, seen, at):
    """One tick at that moment: the silence it counts."""
    memory = observe.Memory(home, at)
    passed = memory.silence(seen, memory.of_run(seen))
    memory.keep({seen.id})
    memory.stamp({})
    return passed, memory.grace


def test_silence_is_what_was_watched(home, tmp_path):
    seen = running(tmp_path)
    for minute in range(10):
        passed, grace = silent(home, seen, now(60.0 * minute))
        assert passed == 60.0 * minute and (grace is None) == (minute > 0)
    running(tmp_path, 11)
    assert silent(home, seen, now(600.0))[0] == 0.0


@pytest.mark.parametrize(
    ("at", "why"),
    [
        (now(60.0, slept=10 * HOUR), "slept"),
        (now(60.0, stepped=2 * HOUR), "the clock was set"),
        (now(60.0, stepped=-2 * HOUR), "the clock was set"),
        (now(60.0, stepped=48 * HOUR), "the clock was set"),
        (now(60.0, stepped=-48 * HOUR), "the clock was set"),
        (now(10 * HOUR), "no tick for"),
        (now(60.0, boot="another"), "started again"),
        (now(-500.0), "no tick for"),
    ],
)
def test_after_a_time_without_a_watchdog_every_silence_begins_anew(home, tmp_path, at, why):
    seen = running(tmp_path)
    silent(home, seen, now(-60.0))
    silent(home, seen, now(0.0))
    passed, grace = silent(home, seen, at)
    assert passed == 0.0 and why in grace


def test_what_changes_within_one_memory_is_written_down(home, tmp_path):
    seen = running(tmp_path)
    silent(home, seen, now(-60.0))
    silent(home, seen, now(0.0))
    seen.phase = phase.CREATED
    silent(home, seen, now(60.0))
    memory = observe.Memory(home, now(120.0))
    assert memory.grace is None and memory.since(memory.of_run(seen)) == 60.0


def test_a_torn_record_is_nothing_seen(home, tmp_path):
    seen = running(tmp_path)
    silent(home, seen, now(0.0))
    for name in (heartbeat.LAST, heartbeat.SEEN):
        with open(os.path.join(heartbeat.directory(home), name), "wb") as file:
            file.write(b'{"schema": "workc')
    assert silent(home, seen, now(60.0)) == (0.0, "the first tick")


@settings(max_examples=40)
@given(st.lists(st.tuples(st.floats(1, 170), st.sampled_from([0.0, 0.0, 0.0, 9999.0, -9999.0])), max_size=12))
def test_silence_is_never_more_than_the_ticks_since_the_last_disturbance(tmp_path_factory, gaps):
    top = tmp_path_factory.mktemp("home")
    os.mkdir(heartbeat.directory(str(top)))
    seen = running(top)
    at, step, watched = 0.0, 0.0, 0.0
    silent(str(top), seen, now(0.0))
    for gap, jump in gaps:
        at, step = at + gap, step + jump
        watched = 0.0 if jump else watched + gap
        passed, _ = silent(str(top), seen, now(at, stepped=step))
        assert passed <= watched + 0.01
