"""An agent that waits for its next message is told once after a minute and once after ten, with its last words."""

from pathlib import Path

import pytest

from tests.support.made_runs import WALL, MadeRun
from workcell.base import clock
from workcell.evidence.verdict import Live
from workcell.judgement import session
from workcell.watch import findings, idle_notices, observe


@pytest.fixture
def made(tmp_path):
    run = MadeRun(tmp_path)
    Path(run.home, "adapters").mkdir()
    Path(run.home, "adapters", "mine.yaml").write_text("name: mine\nuses: desktop\nevents: [idle, idle_long]\n")
    return run


def live(state="idle", at=WALL, **more):
    end = {"text": "done", "at": clock.stamp(at), "id": "t1", "ok": True}
    told = {"end": end, "turn": "done", "prompt": {"text": "fix it"}, "said": {"text": "All is green."}, **more}
    found = {**session.empty(), **told}
    activity = {"state": state, "since": end["at"], "confidence": 0.9, "evidence": []}
    return Live({}, activity, "e", None, None, None, found if found["end"] else None)


def events(made, mine, found, seconds):
    made.seconds = seconds
    return idle_notices.note(made.seen(), found, mine, made.now())


def test_each_is_told_once_for_a_turn_that_has_ended(made):
    mine = {}
    assert events(made, mine, live(), 30.0) == []
    assert events(made, mine, live(), 61.0) == ["idle"]
    assert events(made, mine, live(), 200.0) == []
    assert events(made, mine, live(), 601.0) == ["idle_long"]
    assert events(made, mine, live(), 9000.0) == [] and mine["idle"]["next"] is None
    assert events(made, mine, live(at=WALL + 9000.0), 9100.0) == ["idle"], "the next turn has ended"
    assert len(made.notices()) == 3


def test_the_notice_says_what_was_asked_and_said_and_how_to_go_on(made):
    events(made, {}, live(), 61.0)
    facts = made.notices()[0]["facts"]
    assert (facts["prompt"], facts["answer"]) == ("fix it", "All is green.")
    assert facts["reply"] == "workcell send r WORDS" and "1m" in facts["why"]


@pytest.mark.parametrize("state", ["working", "approval", "unknown"])
def test_an_agent_that_does_something_else_is_not_told(made, state):
    mine = {"idle": {"period": "x", "since": 0.0, "told": 0, "next": 1.0}}
    assert events(made, mine, live(state), 999.0) == [] and "idle" not in mine


def test_before_its_first_turn_ended_and_without_a_terminal_nothing_is_told(made):
    assert events(made, {}, live(end=None), 999.0) == []
    made.attempt["io"] = "file"
    assert events(made, {}, live(), 999.0) == []


def test_the_times_are_those_of_the_configuration(made):
    Path(made.home, "config.yaml").write_text("idle_after: 5m\n")
    assert events(made, {}, live(), 200.0) == []
    assert events(made, {}, live(), 301.0) == ["idle"]
    Path(made.home, "config.yaml").write_text("idle_after: nonsense\n")
    assert events(made, {}, live(), 61.0) == ["idle"]


def test_without_an_adapter_that_asks_nothing_is_written(made):
    Path(made.home, "adapters", "mine.yaml").unlink()
    assert events(made, {}, live(), 61.0) == [] and not made.notices()


def test_a_run_is_looked_at_again_when_a_notice_is_due(made):
    seen = made.seen()
    memory = observe.Memory(made.home, made.now())
    mine = memory.of_run(seen)
    mine["idle"] = {"period": "x", "since": 0.0, "told": 0, "next": memory.now.mono + 1}
    assert findings.find(seen, memory, False) is None
    mine["idle"]["next"] = memory.now.mono
    assert findings.find(seen, memory, False) == findings.IDLE
