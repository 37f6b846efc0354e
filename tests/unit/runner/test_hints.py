"""What a runner makes of hooks, of judgements and of what it sees drawn."""

import json
import time

import pytest

from workcell.base import clock
from workcell.rundir import events, hint, layout, maildir, spool
from workcell.runner import attendant, hints
from workcell.runner.live import Live


@pytest.fixture
def live(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = Live(1, str(tmp_path), 1, str(tmp_path), events.Journal(layout.EVENTS))
    yield found
    found.journal.close()


def made(live, terminal=True):
    return hints.Hints(live, watched=True, terminal=terminal)


def stamp(back=0.0):
    return clock.stamp(time.time() - back)


def hook(event, at, **payload):
    return {"type": "hook", "attempt": 1, "time": at, "payload": {"hook_event_name": event, **payload}}


def judged(state, at, **more):
    return {"type": "status.changed", "id": "attend:1", "attempt": 1, "time": at, "source": "terminal",
            "evidence": "w", "data": {"to": state}, **more}  # fmt: skip


def changes():
    return [line["data"] for _, line in events.read(layout.EVENTS) if line["type"] == "status.changed"]


def stored():
    with open(layout.ACTIVITY) as file:
        return json.load(file)["state"]


def test_hooks_count_in_the_order_of_their_times(live):
    found = made(live)
    assert not found.hear(hook("PermissionRequest", stamp(10)))
    assert stored() == "approval"
    assert not found.hear(hook("PreToolUse", stamp(11)))
    assert stored() == "approval", "it came late"
    found.hear(hook("Stop", stamp(9)))
    assert stored() == "idle"
    assert changes() == [{"from": "unknown", "to": "approval"}, {"from": "approval", "to": "idle"}]


def test_another_tool_call_ends_no_wait_for_a_person(live):
    found = made(live)
    found.hear(hook("PermissionRequest", stamp(10), tool_use_id="a"))
    found.hear(hook("PostToolUse", stamp(9), tool_use_id="b"))
    assert stored() == "approval"
    found.hear(hook("PostToolUse", stamp(8), tool_use_id="a"))
    assert stored() == "working"


def test_a_hook_of_another_attempt_is_not_heard(live):
    found = made(live)
    found.hear({**hook("Stop", stamp()), "attempt": 2})
    assert found.state == "unknown"


def test_a_judgement_stands_until_something_newer_is_said(live):
    found = made(live)
    found.hear(hook("PreToolUse", stamp(10)))
    assert found.hear(judged("approval", stamp(9)))
    assert stored() == "approval"
    assert found.hear(judged("idle", stamp(20))), "it is taken, and overtaken"
    assert stored() == "approval"
    assert len(changes()) == 2


@pytest.mark.parametrize(
    "change", [{"data": {"to": "passed"}}, {"data": 3}, {"source": "a friend"}, {"ref": {}}, {"time": "9999"}]
)
def test_what_is_no_judgement_changes_nothing(live, change):
    found = made(live)
    found.hear(judged("approval", stamp(), **change))
    assert found.state == "unknown"


def test_the_same_judgement_again_is_written_once(live, tmp_path):
    found = made(live)
    found.hear(judged("approval", stamp(9)))
    found.hear(hook("Stop", stamp(9)))
    found.hear(judged("approval", stamp(9)))
    assert changes() == [{"from": "unknown", "to": "approval"}, {"from": "approval", "to": "idle"}]


def test_who_needs_a_person_is_judged_at_once_and_the_others_five_seconds_apart(live):
    found = made(live)
    found.attendant.began = began = time.monotonic()
    found.hear(hook("Stop", stamp(10)))
    assert found.due() == pytest.approx(began + attendant.SPACE, abs=0.5)
    found.hear(hook("PermissionRequest", stamp(9)))
    assert found.due() <= time.monotonic()


def test_a_burst_and_then_quiet_is_looked_at_and_a_blinking_mark_is_not(live, monkeypatch):
    found = made(live)
    started = []
    monkeypatch.setattr(found.attendant, "want", lambda now, pause=0.0: started.append(pause))
    found.drawn(20)
    assert found.due() is None
    found.drawn(hints.BURST)
    at = found.due()
    assert at is not None
    found.handle({}, at - 0.1)
    assert not started
    found.handle({}, at)
    found.handle({}, at + 9.0)
    assert started == [attendant.SPACE]
    found.drawn(hints.BURST)
    found.handle({}, found.due())
    assert started == [attendant.SPACE, 2 * attendant.SPACE], "one that does nothing new is looked at less often"


def test_a_log_file_that_grew_and_stands_still_is_looked_at(live, tmp_path, monkeypatch):
    (tmp_path / layout.AGENT_LOG).write_text("")
    found = made(live, terminal=False)
    started = []
    monkeypatch.setattr(found.attendant, "want", lambda now, pause=0.0: started.append(pause))
    found.look()
    assert found.unchanged()
    (tmp_path / layout.AGENT_LOG).write_text("more\n")
    assert not found.unchanged()
    found.look()
    assert not found.unchanged() and not started
    found.look()
    assert found.unchanged() and started == [attendant.SPACE]


def test_an_agent_without_records_is_not_judged(live):
    found = hints.Hints(live, watched=False, terminal=True)
    found.drawn(10_000)
    found.hear(hook("PermissionRequest", stamp()))
    assert found.due() is None and stored() == "approval"


def test_an_agent_that_rests_at_its_terminal_is_looked_at_once_more_when_it_was_idle_for_long(live, monkeypatch):
    found, file = made(live), made(live, terminal=False)
    looks = []
    for one in (found, file):
        monkeypatch.setattr(one.attendant, "want", lambda now, pause=0.0: looks.append(pause))
        monkeypatch.setattr(one.attendant, "due", lambda: None)
        one.hear(hook("Stop", stamp(1)))
    assert file.due() is None
    looks.clear()
    at = found.due()
    assert at == pytest.approx(time.monotonic() + hint.UNANSWERED, abs=5)
    found.handle({}, at - 1)
    assert looks == []
    found.handle({}, at)
    assert looks == [0.0] and found.due() is None
    found.hear(hook("UserPromptSubmit", stamp()))
    found.hear(hook("Stop", stamp()))
    assert found.due() is not None
    found.hear(hook("UserPromptSubmit", stamp()))
    assert found.due() is None, "it was given its next message"


def test_a_hint_that_the_disk_refused_is_written_at_the_next_look(live, monkeypatch):
    found = made(live)
    with monkeypatch.context() as full:
        full.setattr(hint, "write", lambda kept: False)
        found.hear(hook("Stop", stamp()))
    assert not found.unchanged()
    found.look()
    assert found.unchanged() and stored() == "idle"


def test_a_drain_leaves_judgements_to_the_runner(live, tmp_path):
    found = made(live)
    spool.note(str(tmp_path), "status.changed", **{k: v for k, v in judged("idle", stamp()).items() if k != "type"})
    assert spool.drain(".", live.journal, found.hear) == 1
    assert changes() == [{"from": "unknown", "to": "idle"}]


def resolved():
    return [
        (line["data"]["decision"], line["data"]["through"], line["by"])
        for _, line in events.read(layout.EVENTS)
        if line["type"] == "approval.resolved"
    ]


ASKED = {"tool_use_id": "a"}
ANSWERED = {"type": "message.accepted", "kind": "answer", "attempt": 1, "by": "playbook:night"}
REFUSED = {**ANSWERED, "by": "person", "decision": "denied"}


@pytest.mark.parametrize(
    ("between", "ends", "expected"),
    [
        (None, lambda: hook("PostToolUse", stamp(8), **ASKED), ("allowed", None, None)),
        (b"\r", lambda: hook("PostToolUse", stamp(8), **ASKED), ("allowed", "terminal", "person")),
        (b"\x1b[I", lambda: hook("PostToolUse", stamp(8), **ASKED), ("allowed", None, None)),
        (ANSWERED, lambda: hook("PostToolUse", stamp(8), **ASKED), ("allowed", "answer", "playbook:night")),
        (
            b"3",
            lambda: judged("idle", stamp(8), data={"to": "idle", "decision": "denied"}),
            ("denied", "terminal", "person"),
        ),
        (None, lambda: judged("idle", stamp(8), data={"to": "idle", "decision": "by magic"}), ("gone", None, None)),
        (None, lambda: hook("PermissionDenied", stamp(8)), ("denied", "policy", None)),
        (None, lambda: hook("UserPromptSubmit", stamp(8)), ("gone", None, None)),
        (None, lambda: judged("idle", stamp(8)), ("gone", None, None)),
        (REFUSED, lambda: judged("idle", stamp(8)), ("denied", "answer", "person")),
        ({**REFUSED, "decision": "by magic"}, lambda: judged("idle", stamp(8)), ("gone", "answer", "person")),
        (None, None, ("gone", "exit", None)),
        (None, "limit-wall", ("gone", "limit", None)),
        ("stop", "stopped", ("gone", "stop", "run:other/1")),
        ("stop", lambda: hook("Stop", stamp(8)), ("gone", "stop", "run:other/1")),
    ],
)
def test_how_a_wait_for_a_person_ended_is_written_once(live, between, ends, expected):
    found = made(live)
    found.typed(b"y")
    found.hear(hook("PermissionRequest", stamp(10), **ASKED))
    if isinstance(between, bytes):
        found.typed(between)
    elif between == "stop":
        found.stop("run:other/1")
    elif between is not None:
        found.hear(between)
    # the time of a message is of this moment, not of the collection
    found.hear(ends()) if callable(ends) else found.end(ends)
    found.hear(hook("Stop", stamp(7)))
    assert resolved() == [expected]


def test_an_answer_that_is_still_being_typed_counts_where_the_tool_was_faster(live):
    found = made(live)
    found.hear(hook("PermissionRequest", stamp(10), **ASKED))
    for message in ({"kind": "text", "by": "run:a/1"}, {"kind": "answer", "by": "person", "decision": "allowed"}):
        maildir.move(layout.INBOX, maildir.deliver(layout.INBOX, message), layout.TYPED)
    found.hear(hook("PostToolUse", stamp(8), **ASKED))
    found.hear(ANSWERED)
    assert resolved() == [("allowed", "answer", "person")]


def test_after_an_answer_the_agent_is_looked_at_at_once_and_after_keys_soon(live, monkeypatch):
    found = made(live)
    pauses = []
    monkeypatch.setattr(found.attendant, "want", lambda now, pause=0.0: pauses.append(pause))
    found.hear(ANSWERED)
    assert pauses == [], "nothing waits"
    found.hear(hook("PermissionRequest", stamp(10), **ASKED))
    found.hear(ANSWERED)
    assert pauses == [0.0, 0.0]
    found.typed(b"3")
    found.drawn(hints.BURST)
    found.handle({}, found.due())
    assert pauses == [0.0, 0.0, hints.ANSWERED]
