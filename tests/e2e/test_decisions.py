"""Each way in which a wait for a person ends is an event that says how, and by whom."""

import os
import signal

import pytest

from tests.e2e.test_attending import ASKS, hook, listed
from tests.support.driven import Driven
from tests.support.lab import alive, eventually
from tests.support.stubs import Stub
from workcell.rundir import events, layout, look


@pytest.fixture
def stub(lab):
    """A run whose agent asks for permission."""
    made = Stub(lab)
    hook(lab, made.run, "UserPromptSubmit", prompt="go")
    made.do("dialog")
    hook(lab, made.run, "PermissionRequest", tool_use_id="t1", **ASKS)
    eventually(lambda: listed(lab, made.run) == "approval", 10.0)
    return made


def resolved(stub):
    """How the one wait ended."""
    lines = [line for _, line in events.read(os.path.join(stub.run, layout.EVENTS))]
    found = [one for one in lines if one["type"] == "approval.resolved" and "ref" not in one]
    assert len(found) < 2
    return [(one["data"]["decision"], one["data"]["through"], one["by"]) for one in found]


def ends(stub, decision, through, by):
    assert eventually(lambda: resolved(stub), 30.0) == [(decision, through, by)]


@pytest.mark.parametrize(("verb", "decision"), [("approve", "allowed"), ("deny", "denied")])
def test_by_a_verb_also_where_the_agent_brings_no_hook(stub, verb, decision):
    stub.lab.workcell(verb, stub.run)
    if verb == "approve":
        hook(stub.lab, stub.run, "PostToolUse", tool_use_id="t1", **ASKS)
    else:
        hook(stub.lab, stub.run, "Stop")
    ends(stub, decision, "answer", "person")


def test_by_a_person_at_the_terminal(stub):
    words = stub.lab.words("attach", stub.run)
    person = Driven(words, stub.lab.env(PATH="/nonexistent"), cwd=stub.lab.top)
    try:
        person.sees("Do you want to proceed?")
        person.type("\r")
        eventually(lambda: "Yes" in [one.get("picked") for one in stub.said()], 20.0)
        hook(stub.lab, stub.run, "PostToolUse", tool_use_id="t1", **ASKS)
        ends(stub, "allowed", "terminal", "person")
    finally:
        person.close()


def test_by_the_rules_of_the_program(stub):
    hook(stub.lab, stub.run, "PermissionDenied", tool_use_id="t1", **ASKS)
    ends(stub, "denied", "policy", None)


def test_by_an_order_to_stop(stub):
    stub.lab.workcell("stop", stub.run, "--grace", "1s")
    ends(stub, "gone", "stop", "person")


def test_by_the_end_of_the_agent(stub):
    stub.do("die")
    ends(stub, "gone", "exit", None)


def test_by_a_dialog_that_vanished(stub):
    stub.do("undo")
    hook(stub.lab, stub.run, "Stop")
    ends(stub, "gone", None, None)


def test_by_the_death_of_the_runner(stub):
    seen = look.at(stub.run)
    os.kill(seen.start["runner"]["pid"], signal.SIGKILL)
    eventually(lambda: not alive(seen.start["runner"]["pid"]) and not alive(seen.start["agent"]["pid"]), 20.0)
    stub.lab.workcell("wait", stub.run, code=None)
    ends(stub, "gone", None, None)
