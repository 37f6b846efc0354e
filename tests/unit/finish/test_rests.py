"""Which ends of an attempt leave the run waiting, unchecked, and which ones the check decides."""

import json
import os
from pathlib import Path

import pytest

from tests.support import frozen
from tests.support.made_standby import MadeStandby
from workcell.approvals import decide as approvals
from workcell.approvals import journal
from workcell.cleaning.clean import Cleaner
from workcell.evidence import capture_state
from workcell.finish import rests, turn_answers
from workcell.judgement import session as sessions
from workcell.rundir import inbox, layout, look, maildir, standby, turn_checks, watches

ME = {"run": "r", "attempt": 1}
CALL = "t1"


@pytest.fixture
def made(tmp_path):
    return MadeStandby(tmp_path)


def found(made):
    """How the attempt ended; the run and its home are as before."""
    before = frozen.state(made.home)
    rest = rests.find(look.at(made.run), Cleaner())
    assert frozen.state(made.home) == before
    return rest


def recorded(made, **session):
    """The agent's own records say so."""
    made.attempt["reader"] = "claude"
    state = {"offset": 0, "inode": None, "memory": {}, "scope": "001", "kind": "stream", "skipping": False, "bad": 0}
    read = {**sessions.empty(), "events": 1, **session}
    hook = {"memory": {}, "transcript": None, "session": read}
    stream = {"file": "agent.log", "copied": 0, "state": state, "session": read}
    about = {"schema": capture_state.SCHEMA, "journal": 0, "session": None, "final": False, "told": []}
    text = json.dumps({**about, "agent": "claude", "sources": {"hook": hook, "stream": stream}})
    Path(layout.attempt(made.run, 1), layout.CAPTURE).write_text(text)


def defers(made, call=CALL):
    """The agent ended at a call that its hook deferred for a person."""
    answer = approvals.Answer("ask", "write", "rules/approvals.yaml:1", "a person pushes")
    line = journal.line(journal.Decided("r", 1, "Bash", {"command": "git push"}, call, answer, "defer"))
    recorded(made, turn="done", end={"id": None, "at": None, "text": "", "deferred": CALL})
    return journal.intent(made.home, line)


def watch(made, by=ME):
    return watches.place(made.home, "other", by, "done")


def fire(made, one, name=None):
    """Its message is delivered, and the watch is moved away."""
    inbox.post(made.run, {"kind": "text", "text": "it ended", "by": f"{inbox.BY_WATCH}other"}, name or one["id"])
    watches.end(made.home, "other", watches.parse(watches.name_of(one)))


def test_a_turn_that_ended_well_of_a_run_on_standby_leads_to_a_wait_for_messages(made):
    made.ends()
    rest = found(made)
    assert (rest.step["goes"], rest.step["standby"], rest.step["reason"]) == ("on", True, standby.REASON)


@pytest.mark.parametrize(
    ("how", "code", "words"),
    [
        ("reaped", 3, "exit code 3"),
        ("reaped", None, "exit code None"),
        ("limit-wall", 0, "at its wall limit"),
        ("vanished", None, "vanished"),
    ],
)
def test_one_that_did_not_is_left_to_playbooks_and_is_no_success(made, how, code, words):
    made.ends(how, code)
    rest = found(made)
    assert rest.step is None and rest.ended[0] == "failed"
    assert "its check was not run" in rest.ended[1] and words in rest.ended[1]


@pytest.mark.parametrize("how", ["stopped", "not-started"])
def test_what_was_stopped_or_never_ran_waits_for_nothing(made, how):
    made.attempt["approvals"] = {}
    made.ends(how)
    watch(made)
    assert found(made) is None


def test_without_its_records_nothing_is_decided(made):
    made.ends()
    seen = look.at(made.run)
    seen.attempt = None
    assert rests.find(seen, Cleaner()) is None
    seen = look.at(made.run)
    seen.exit = None
    assert rests.find(seen, Cleaner()) is None


def test_a_run_that_is_to_finish_is_checked_at_the_end_of_its_turn(made):
    made.ends()
    standby.ask_to_finish(made.run, 1)
    assert found(made) is None
    standby.forget(made.run)
    assert found(made).step is not None


@pytest.mark.parametrize("kept", [True, False])
def test_messages_that_wait_when_it_is_to_finish_are_told_before_its_check(made, kept):
    made.attempt["standby"] = kept
    made.ends()
    standby.ask_to_finish(made.run, 1)
    inbox.post(made.run, {"kind": "text", "text": "and the docs", "by": "person"})
    rest = found(made)
    assert rest.step["standby"] and rest.step["reason"] == rests.READS_ON
    made.ends(code=3)
    assert found(made) is None, "its turn did not end well"
    made.ends()
    made.attempt["limits"] = {"wall_seconds": 5.0}
    made.store()
    assert found(made) is None, "there is no room for a turn"


def test_one_that_messages_woke_reads_what_came_meanwhile_before_its_check(made):
    made.attempt.update(standby=False, asked_by={"who": "message", "from": "person"})
    made.ends()
    assert found(made) is None
    inbox.post(made.run, {"kind": "text", "text": "and the docs", "by": "person"})
    assert found(made).step["standby"]


def test_a_run_that_is_on_standby_by_no_word_is_checked(made):
    made.attempt["standby"] = False
    made.ends()
    assert found(made) is None


def test_one_that_watches_another_waits_though_its_brief_does_not_say_so(made):
    made.attempt["standby"] = False
    made.ends()
    watch(made, {"run": "somebody", "attempt": 1})
    assert found(made) is None, "that is not its watch"
    watch(made)
    rest = found(made)
    assert rest.step["standby"] and rest.ended == rests.CHECKED_LATER and rest.ended[0] == "unverified"
    standby.ask_to_finish(made.run, 1)
    assert found(made) is None


def test_one_that_watches_another_and_ended_badly_is_checked(made):
    made.attempt["standby"] = False
    made.ends(code=1)
    watch(made)
    assert found(made) is None


def test_it_is_to_be_told_until_a_brief_holds_what_its_watch_said(made):
    made.ends()
    one = watch(made)
    fire(made, one)
    assert watches.by(made.home, "r") == [] and rests.is_to_be_told(look.at(made.run))
    made.attempt["messages"] = [one["id"]]
    made.store()
    assert not rests.is_to_be_told(look.at(made.run))


def test_a_message_that_was_taken_out_is_not_waited_for(made):
    made.ends()
    one = watch(made)
    fire(made, one)
    maildir.move(os.path.join(made.run, layout.INBOX), f"{one['id']}.json", layout.EDITED)
    assert not rests.is_to_be_told(look.at(made.run))


def test_a_message_that_only_says_it_is_of_a_watch_keeps_no_run_from_its_check(made):
    made.ends()
    fire(made, watch(made, {"run": "somebody", "attempt": 1}), "9999999999-1-forged-done")
    assert inbox.waiting(made.run) and not rests.is_to_be_told(look.at(made.run))
    made.attempt["standby"] = False
    made.store()
    assert found(made) is None


def carries_out_a_decision(made):
    made.attempt.update(standby=False, asked_by={"who": "approval", "decision": "d1"})
    made.ends()
    inbox.post(made.run, {"kind": "text", "text": "and the docs", "by": "person"})


def test_messages_that_a_turn_of_a_decision_could_not_tell_are_told_before_the_check(made):
    carries_out_a_decision(made)
    rest = found(made)
    assert rest.step["standby"] and rest.step["reason"] == rests.READS_ON
    assert rest.ended == ("unverified", rests.READS_ON)
    made.attempt["asked_by"] = {"who": "person", "from": None}
    made.store()
    assert found(made) is None, "the brief of any other attempt holds what waited"


@pytest.mark.parametrize(
    "more",
    [
        {"messages": ["told"]},
        {"limits": {"wall_seconds": 5.0}},
        {"recipe": {"name": "listener", "values": {}}},
    ],
)
def test_it_is_checked_at_once_where_nothing_waits_or_no_turn_could_follow(made, more):
    carries_out_a_decision(made)
    if "messages" in more:
        more = {"messages": [message["id"] for _, message in inbox.waiting(made.run)]}
    made.attempt.update(more)
    made.store()
    assert found(made) is None


def test_a_turn_of_a_decision_that_ended_badly_is_checked(made):
    carries_out_a_decision(made)
    made.ends(code=3)
    assert found(made) is None


def test_a_run_that_no_message_could_wake_is_not_kept_waiting_for_one(made):
    made.attempt["standby"] = False
    made.attempt["recipe"]["values"] = {}
    made.ends()
    watch(made)
    assert found(made) is None


@pytest.mark.parametrize(
    ("session", "well"),
    [
        ({"turn": "done", "end": {"id": None, "at": None, "text": "It is done.", "ok": True}}, "ok"),
        ({"turn": "working"}, None),
        ({"turn": "done", "end": {"id": None, "at": None, "text": "an error"}}, None),
    ],
)
def test_where_the_agent_keeps_records_they_say_how_its_turn_ended_and_not_its_exit_code(made, session, well):
    recorded(made, **session)
    made.ends()
    step = found(made).step
    assert (None if step is None else step["verdict"]["verdict"]) == well


@pytest.mark.parametrize("kept", [True, False])
def test_an_attempt_that_ended_at_a_deferred_call_waits_for_a_person_whatever_else_holds(made, kept):
    made.attempt.update(approvals={"rules": []}, standby=kept)
    line = defers(made)
    made.ends()
    standby.ask_to_finish(made.run, 1)
    rest = found(made)
    assert rest.step["approval"]["id"] == line and rest.step["approval"]["words"] == "git push"
    assert rest.ended == ("unverified", rest.step["reason"]) and not rest.step.get("standby")


def test_a_call_counts_only_under_rules_and_where_our_hook_deferred_it(made):
    made.attempt["standby"] = False
    defers(made)
    made.ends()
    assert found(made) is None, "no rules hold for the attempt"
    made.attempt["approvals"] = {"rules": []}
    made.store()
    assert found(made) is not None
    os.unlink(os.path.join(made.home, layout.APPROVALS))
    assert found(made) is None
    defers(made, "another")
    assert found(made) is None


def test_one_that_asked_for_the_check_of_another_waits_until_it_was_told(made):
    made.attempt["standby"] = False
    made.ends()
    turn_checks.place(made.home, "other", 1, "m.json", "run:somebody/1")
    turn_checks.place(made.home, "r", 1, "m.json", "run:r/1")
    assert found(made) is None, "those are not its, or of itself"
    one = turn_checks.place(made.home, "other", 1, "m.json", "run:r/1")
    assert found(made).step["standby"]
    inbox.post(made.run, {"kind": "text", "text": "it passed", "by": f"{inbox.BY_CHECK}other/1"}, one["id"])
    turn_checks.end(made.home, turn_checks.answer(made.home, one, turn_answers.none(look.at(made.run), "no check")))
    assert rests.is_to_be_told(look.at(made.run))
    made.attempt["messages"] = [one["id"]]
    made.store()
    assert not rests.is_to_be_told(look.at(made.run))
