"""Nights of the real programs under the watchdog: limits, deaths and failing checks come to their end by themselves."""

import os
import signal
from pathlib import Path

import pytest

from tests.support import watching
from tests.support.lab import eventually
from workcell.rundir import look, phase

pytestmark = [pytest.mark.agents, pytest.mark.timeout(240)]

BOTH = pytest.mark.parametrize("agent", ["claude", "codex"])
NIGHT = ("partial-completion", "vanished-session", "usage-limit", "auth-failure", "no-progress", "rate-limit")
RESTING = (phase.DONE, phase.SCHEDULED, phase.LOST, phase.INTERRUPTED)


@pytest.fixture
def watch(bench):
    watching.quick(bench.lab.home, *NIGHT)
    return watching.Watch(bench.lab)


def rests(run):
    return eventually(lambda: (seen := look.at(run)).phase in RESTING and seen, 90.0, f"{run} at rest")


def through(watch, run, ticks=12, **more):
    for _ in range(ticks):
        seen = rests(run)
        if seen.phase == phase.DONE:
            return seen
        watch.tick(**more)
    return rests(run)


@BOTH
def test_a_used_up_limit_holds_and_its_reset_wakes_the_same_conversation(bench, watch, agent):
    run = bench.launch(agent, "used-up", limits="wall: 5m, attempts: 4")
    seen = rests(run)
    assert seen.phase == phase.SCHEDULED and seen.next["playbook"] == "usage-limit"
    before = len(bench.model.seen)
    watch.tick()
    assert look.at(run).n == 1 and len(bench.model.seen) == before, "nothing is started before the limit resets"
    bench.model.instead["used-up"] = "tool"
    seen = through(watch, run, ahead=8 * 3600.0)
    assert seen.result["outcome"] == "passed", seen.result
    assert seen.n == 2 and seen.attempt["asked_by"]["playbook"] == "usage-limit"
    assert seen.attempt["native"], seen.attempt.get("native_why")


@BOTH
def test_an_agent_that_was_killed_is_resumed_and_passes(bench, watch, agent):
    run = bench.launch(agent, "slow", limits="wall: 5m, attempts: 4")
    who = eventually(lambda: look.at(run).start, 30.0, "its start")["agent"]
    eventually(lambda: bench.model.seen, 40.0, "its first question")
    os.kill(who["pid"], signal.SIGKILL)
    seen = through(watch, run)
    assert seen.result["outcome"] == "passed", seen.result
    assert seen.n == 2 and seen.attempt["asked_by"]["who"] == "playbook"


@BOTH
def test_a_damaged_conversation_is_left_and_the_files_are_gone_on_from(bench, watch, agent):
    run = bench.launch(agent, "slow", limits="wall: 5m, attempts: 4")
    who = eventually(lambda: look.at(run).start, 30.0, "its start")["agent"]
    home = Path(bench.lab.person)
    places = {"claude": ".claude/projects/*/*.jsonl", "codex": ".codex/sessions/*/*/*/*.jsonl"}
    kept = eventually(
        lambda: [path for path in home.glob(places[agent]) if b'"user"' in path.read_bytes()], 40.0, "its transcript"
    )
    os.kill(who["pid"], signal.SIGKILL)
    rests(run)
    for path in kept:
        path.write_text('{"type": "user"}\n')
    seen = through(watch, run)
    assert seen.result["outcome"] == "passed", seen.result
    assert look.Sealed(seen, 2).attempt["native"], "the second attempt was to continue it"
    assert seen.n == 3 and not seen.attempt["native"]
    assert seen.attempt["asked_by"]["playbook"] == "lost-conversation"


@BOTH
def test_a_check_that_fails_twice_passes_at_last(bench, watch, agent):
    work = "printf x >> n.txt; test $(wc -c < n.txt) -ge 3 && printf hi > out.txt; true"
    run = bench.launch(agent, "tool", work, limits="wall: 5m, attempts: 5")
    seen = through(watch, run)
    assert seen.result["outcome"] == "passed", seen.result
    assert seen.n == 3


@BOTH
def test_a_refused_key_holds_until_it_is_mended(bench, watch, agent):
    run = bench.launch(agent, "unauthorized", limits="wall: 5m, attempts: 4")
    seen = rests(run)
    assert seen.phase == phase.SCHEDULED and seen.next["playbook"] == "auth-failure"
    before = len(bench.model.seen)
    for _ in range(3):
        watch.tick()
    assert look.at(run).n == 1 and len(bench.model.seen) == before, "nothing is started into a known refusal"
    bench.model.instead["unauthorized"] = "tool"
    bench.workcell("release", run)
    seen = through(watch, run)
    assert seen.result["outcome"] == "passed", seen.result
    assert seen.n == 2
