"""send --verify: the check of a run is run after the turn of a message, its sender is told, and the run goes on."""

import json
import os
from pathlib import Path

import pytest

from tests.support.lab import Lab, eventually
from tests.support.standing_by import Listening
from tests.support.stubs import Stub
from workcell.rundir import events, inbox, layout, look, phase, standby, turn_checks
from workcell.rundir.cell import Cell
from workcell.together import send
from workcell.trust import access

STATES = (inbox.QUEUED, inbox.TYPED, inbox.ACCEPTED, inbox.REFUSED)
WAITS = 'until test -e "$MARKS/go"; do sleep 0.05; done'


def asked(lab: Lab, run: str, text: str, sender: str | None = None) -> str:
    """Send a text and ask for the check after its turn; the id of the check."""
    if sender is None:
        return json.loads(lab.workcell("send", run, "--verify", text, "--json").stdout)["check"]
    cell = Cell(lab.home, {}, "/", ask_caller=lambda: access.Caller(lab.home, (sender,), 1))
    return send.perform(cell, send.Request(run, text, verify=True)).check


def answer(run: str, key: str, seconds: float = 30.0) -> dict:
    """The answer, once who asked was told."""
    home, name = layout.home_of(run), os.path.basename(run)
    found = eventually(lambda: turn_checks.done(home, name, key), seconds, what=f"an answer of {run}")
    eventually(lambda: turn_checks.asked(home) == [])
    return found["answer"]


def told(run: str, key: str) -> str:
    """The text of the message that tells of the check."""
    found = [one for part in STATES for name, one in inbox.in_state(run, part) if name == f"{key}.json"]
    assert len(found) == 1, found
    return found[0]["text"]


@pytest.fixture
def listening(lab):
    return Listening(lab)


def test_on_standby_the_check_runs_after_the_turn_and_the_sender_is_told(listening):
    lab, run = listening.lab, listening.launch()
    sender = lab.launch(lab.brief(WAITS, name="sender"), repo=lab.new_repo())
    key = asked(lab, run, "look at the parser", sender)
    found = answer(run, key)
    assert (found["outcome"], found["code"], found["tree"], found["turn"]) == ("passed", 0, "same", False)
    assert found["attempt"] == 2 and listening.checked() == 1
    assert found["sha256"] == look.at(run).attempt["verify"]["sha256"]
    seen = listening.waits(run, 2)
    assert seen.result is None and not os.path.exists(os.path.join(seen.directory, layout.VERIFY))
    text = told(sender, key)
    assert "passed" in text and "The run goes on" in text and found["sha256"] in text
    Path(lab.marks, "go").touch()
    listening.mark("unfit")
    second = asked(lab, run, "and at the lexer")
    found = answer(run, second)
    assert (found["outcome"], found["code"], listening.checked()) == ("failed", 1, 2)
    assert standby.waits(look.at(run))
    said = lab.workcell("inbox", run, "--all").stdout
    assert "its check: did not pass: exit code 1" in said and "its check: passed" in said
    assert len([one for _, one in events.read(os.path.join(run, layout.EVENTS)) if one["type"] == "turn.checked"]) >= 1


def test_in_a_terminal_the_agent_lives_on(lab):
    stub = Stub(lab, verify='echo one; echo "$MARKS" >&2; test -e "$MARKS/fit"')
    seen = look.at(stub.run)
    key = asked(lab, stub.run, "make it fit")
    found = answer(stub.run, key)
    assert (found["outcome"], found["code"], found["at_end"]) == ("failed", 1, False)
    assert found["tail"].splitlines()[0] == "one"
    Path(lab.marks, "fit").touch()
    assert answer(stub.run, asked(lab, stub.run, "again"))["outcome"] == "passed"
    again = look.at(stub.run)
    assert (again.phase, again.n, again.agent_pid) == (phase.RUNNING, 1, seen.agent_pid)
    assert stub.texts() == ["make it fit", "again"]


def test_a_run_that_ends_with_that_turn_answers_with_its_own_check(lab):
    stub = Stub(lab, verify="echo own; true")
    key = asked(lab, stub.run, "/exit")
    found = answer(stub.run, key)
    assert (found["outcome"], found["at_end"], found["attempt"]) == ("passed", True, 1) and "own" in found["tail"]
    assert look.at(stub.run).outcome == "passed"
    said = lab.workcell("send", stub.run, "--verify", "more", code=77).stderr
    assert "is over" in said and "workcell resume" in said


def test_who_asked_sleeps_until_it_is_told_and_a_tick_brings_on_what_was_killed(listening, monkeypatch):
    lab, run = listening.lab, listening.launch()
    busy = listening.mark("busy")
    manager = lab.launch(listening.brief("manager"), repo=lab.new_repo())
    eventually(lambda: len(listening.turns()) == 2)
    monkeypatch.setattr(send.wake, "wake", lambda *_: "killed before it woke the run")
    key = asked(lab, run, "write the page", manager)
    busy.unlink()
    seen = listening.waits(manager, 1)
    assert seen.result is None and listening.checked() == 0
    monkeypatch.undo()
    eventually(lambda: (listening.watch.tick(), turn_checks.done(lab.home, os.path.basename(run), key))[1], 60.0)
    assert listening.ended(manager) == "passed"
    woken = listening.turns()[-1]
    assert "asked for its check after that turn: it passed" in woken["prompt"] and woken["how"] == "continued"
    assert listening.asked_by(manager)["from"].startswith("check:") and standby.waits(look.at(run))
