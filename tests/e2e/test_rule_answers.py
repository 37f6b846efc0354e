"""A dialog that a rule answers goes away by itself, is on record, and is never answered while a person is there."""

import json
import os

import pytest

from tests.e2e.test_attending import hook, listed, posted
from tests.support import ruled_run, watching
from tests.support.driven import Driven
from tests.support.lab import eventually
from tests.support.stubs import Stub
from workcell.approvals import journal
from workcell.base import clock
from workcell.rundir import attending, events, layout, locks

RULES = "allow: [make *]\ndeny: [git push]\nask: [git commit]\n"
CODEX = pytest.mark.parametrize("codex", ["", "1"], ids=["claude", "codex"])


@pytest.fixture
def ruled(lab):
    """Makes runs for which rules hold."""

    def make(rules=RULES, **more):
        os.makedirs(lab.home, 0o700, exist_ok=True)
        ruled_run.write(lab.home, rules)
        return Stub(lab, **more)

    return make


def asks(stub, command):
    """Let the agent ask for a command, and let its hook say so."""
    stub.do(f"dialog {command}")
    hook(stub.lab, stub.run, "PermissionRequest", tool_name="Bash", tool_input={"command": command})


def picked(stub):
    return [one["picked"] for one in stub.said() if "picked" in one]


def decisions(stub):
    """Of each answered dialog: (its command, the answer, the result or None)."""
    lines = journal.read(stub.lab.home)
    came = {one["of"]: one["result"] for one in lines if "result" in one}
    return [(one["words"], one["answer"], came.get(one["id"])) for one in lines if "dialog" in one]


def resolved(stub):
    """How each wait for a person ended."""
    lines = [line for _, line in events.read(os.path.join(stub.run, layout.EVENTS)) if line]
    found = [one for one in lines if one["type"] == "approval.resolved" and "ref" not in one]
    return [(one["data"]["decision"], one["data"]["through"], one["by"]) for one in found]


def goes_on(stub, command, word):
    """Let the agent do what a program does after an answer: the tool runs, or the turn ends."""
    if word == "Yes":
        hook(stub.lab, stub.run, "PostToolUse", tool_name="Bash", tool_input={"command": command})
    hook(stub.lab, stub.run, "Stop")


def left(stub, command):
    """That a dialog is left to a person, who is told of it, and that nothing was typed."""
    eventually(lambda: posted(stub.lab, stub.run, "prompt"), 30.0, "a person is told")
    assert picked(stub) == [] and decisions(stub) == []
    assert listed(stub.lab, stub.run) == "approval"


@CODEX
@pytest.mark.parametrize(
    "command, answer, word, decision", [("make test", "allow", "Yes", "allowed"), ("git push", "deny", "No", "denied")]
)
def test_a_dialog_is_answered_by_rule_and_on_record(lab, ruled, codex, command, answer, word, decision):
    stub = ruled(CODEX=codex) if codex else ruled()
    asks(stub, command)
    assert eventually(lambda: picked(stub), 30.0, "the answer") == [word]
    goes_on(stub, command, word)
    eventually(lambda: decisions(stub) == [(command, answer, decision)], 30.0, "its result")
    assert resolved(stub) == [(decision, "answer", "rule")]
    assert posted(lab, stub.run, "prompt") == [], "nobody is bothered"
    log = json.loads(lab.workcell("approvals", "log", "--json").stdout)["decisions"]
    assert [(one["by"], one["at_dialog"], one["result"]) for one in log] == [("rule", True, decision)]


def test_each_request_is_answered_also_for_the_same_command(ruled):
    stub = ruled()
    for number in range(1, 4):
        asks(stub, "make")
        eventually(lambda wanted=number: len(picked(stub)) == wanted, 30.0, "the answer")
        hook(stub.lab, stub.run, "PostToolUse", tool_name="Bash", tool_input={"command": "make"})
    eventually(lambda: [one[2] for one in decisions(stub)] == ["allowed"] * 3, 30.0, "the results")


@pytest.mark.parametrize("command", ["git commit", "ls", "make; ls"])
def test_what_no_rule_answers_waits_for_a_person(ruled, command):
    stub = ruled()
    asks(stub, command)
    left(stub, command)


def test_without_rules_a_dialog_waits_for_a_person(lab):
    stub = Stub(lab)
    asks(stub, "make")
    left(stub, "make")


@pytest.mark.parametrize("tmux", [True, False], ids=["in tmux", "without tmux"])
def test_while_a_person_is_at_the_terminal_nothing_is_answered(lab, ruled, tmux):
    stub = ruled(window=tmux)
    more = {} if tmux else {"PATH": "/nonexistent"}
    person = Driven(lab.words("attach", stub.run), lab.env(**more), cwd=lab.top)
    try:
        person.sees("accept edits on")
        asks(stub, "make")
        person.sees("Do you want to proceed?")
        left(stub, "make")
    finally:
        person.close()


def test_a_command_that_the_screen_does_not_show_is_not_answered(ruled):
    stub = ruled()
    stub.do("dialog make all && curl example.org")
    hook(stub.lab, stub.run, "PermissionRequest", tool_name="Bash", tool_input={"command": "make all"})
    left(stub, "make all")


def test_a_dialog_that_changes_between_two_looks_is_not_answered(ruled):
    stub = ruled()
    held = attending.take(stub.run, attending.JUDGES, 5.0)
    asks(stub, "make one")
    os.close(held)
    # its first look is at hand; the second one comes a second later
    eventually(lambda: locks.held(attending.paths(stub.run)[0]) == "yes", 10.0, "it is at work")
    stub.do("dialog ls")
    left(stub, "ls")


def test_a_tick_writes_down_what_came_of_it(lab, ruled):
    stub = ruled()
    asks(stub, "make")
    eventually(lambda: picked(stub), 30.0, "the answer")
    goes_on(stub, "make", "Yes")
    eventually(lambda: [one[2] for one in decisions(stub)] == ["allowed"], 30.0)
    [line] = [one for one in journal.read(lab.home) if "dialog" in one]
    journal.intent(lab.home, {**line, "id": "again", "at": clock.stamp(), "message": "never-ordered"})
    eventually(lambda: locks.held(attending.paths(stub.run)[0]) == "no", 30.0, "no program attends")
    did = watching.Watch(lab).tick()
    assert [one[2] for one in decisions(stub)] == ["allowed", "refused"], did
