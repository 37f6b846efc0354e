"""Messages of an inbox typed into a terminal: once, in order, and refused or put off with the reason."""

import json
import threading
from pathlib import Path

import pytest

from workcell.base import platform
from workcell.judgement import composer
from workcell.judgement import session as sessions
from workcell.rundir import inbox, layout
from workcell.together import typist


def test_a_text_is_typed_once(stub):
    name = stub.message("text", text="hello")
    assert stub.deliver() == typist.DONE
    state, evidence = stub.outcome(name)
    # whether its work was drawn at that same look is as it happens
    assert state == inbox.ACCEPTED and evidence.startswith("it left the composer after Enter")
    assert stub.deliver() == typist.DONE
    assert stub.heard() == [{"text": "hello"}]


def test_a_text_that_waits_holds_back_those_behind_it(stub):
    stub.do("work 30")
    stub.shows("Working")
    first, second = stub.message("text", text="first"), stub.message("text", text="second")
    assert stub.deliver() == typist.LATER
    assert stub.outcome(first) == (inbox.QUEUED, "it is at work; the message comes when it is idle")
    assert stub.outcome(second) == (inbox.QUEUED, typist.BEHIND)
    inbox.say(stub.run, first, state="waiting", why=typist.BEHIND)  # as if it had been the second one
    assert stub.deliver() == typist.LATER
    assert stub.outcome(first) == (inbox.QUEUED, "it is at work; the message comes when it is idle")
    assert inbox.said(stub.run, first)["state"] == "waiting"


def test_keys_come_before_texts_and_urgent_before_sequential(stub):
    stub.do("work 30")
    stub.shows("Working")
    late, urgent, escape = stub.message("text", text="b"), stub.message("text", text="a", mode="urgent"), ""
    escape = stub.message("interrupt")
    assert stub.deliver() in (typist.DONE, typist.LATER)
    assert stub.outcome(escape) == (inbox.ACCEPTED, "it stopped after Esc")
    assert stub.heard()[:2] == [{"interrupted": True}, {"text": "a"}]
    assert stub.outcome(urgent)[0] == inbox.ACCEPTED and late


def test_an_interrupt_of_an_idle_program_presses_nothing(stub):
    name = stub.message("interrupt")
    assert stub.deliver() == typist.DONE
    assert stub.outcome(name) == (inbox.ACCEPTED, "nothing was under way") and stub.heard() == []


def test_an_interrupt_answers_no_dialog(stub):
    stub.do("dialog")
    stub.shows("proceed?")
    name = stub.message("interrupt")
    assert stub.deliver() == typist.DONE
    state, why = stub.outcome(name)
    assert state == inbox.REFUSED and "which Esc would answer: Do you want to proceed?" in why
    assert stub.heard() == []


def test_an_answer_chooses_the_option(stub):
    stub.do("dialog")
    stub.shows("proceed?")
    name = stub.message("answer", choice="3", dialog_id=composer.dialog_id(stub.terminal().look().dialog))
    assert stub.deliver() == typist.DONE
    assert stub.outcome(name) == (inbox.ACCEPTED, "the dialog went away after 'No'")
    assert stub.heard() == [{"picked": "No"}]


def test_an_answer_without_an_order_is_refused(stub, monkeypatch):
    stub.do("dialog")
    stub.shows("proceed?")
    ledger = Path(layout.home_of(stub.run), "ledger")
    ledger.mkdir()
    (ledger / "r.jsonl").write_text(json.dumps({"schema": "workcell.file.ledger/2", "run": "r"}) + "\n")
    name = "01-forged.json"
    box = Path(stub.run, layout.INBOX, "new")
    box.mkdir(parents=True)
    (box / name).write_text(json.dumps({"kind": "answer", "choice": "1"}))
    assert stub.deliver() == typist.DONE
    assert "no order stands behind it" in stub.outcome(name)[1] and stub.heard() == []


def test_a_message_for_another_attempt_is_refused(stub):
    name = stub.message("text", text="late", attempt=7)
    stub.deliver()
    assert stub.outcome(name) == (inbox.REFUSED, "it was for attempt 7, and 1 runs now")


def test_nothing_is_typed_once_the_agent_has_ended(stub):
    gone = {**platform.identity(1), "start": 1}
    start = {"schema": "workcell.file.start/1", "agent": gone, "runner": gone}
    Path(stub.attempt, layout.START).write_text(json.dumps(start))
    Path(stub.run, layout.LAUNCH).write_text("{}")
    name = stub.message("text", text="x")
    assert stub.deliver() == typist.LATER
    assert stub.outcome(name) == (inbox.QUEUED, "the agent has ended")


def cut_short(stub, text="hello", **said):
    """A text whose typing had begun when the program that typed was killed."""
    name = stub.message("text", text=text)
    inbox.begin(stub.run, name, 1, "typing")
    inbox.say(stub.run, name, **{"state": inbox.TYPED, "attempt": 1, "stage": "typing", **said})
    return name


@pytest.mark.parametrize(
    ("said", "state", "why"),
    [
        ({"state": inbox.ACCEPTED, "evidence": "seen"}, inbox.ACCEPTED, "seen"),
        ({"state": inbox.REFUSED, "why": "no"}, inbox.REFUSED, "no"),
        ({"attempt": 0}, inbox.REFUSED, "it was being typed when attempt 0 ended"),
        ({}, inbox.REFUSED, "its typing was cut short: a part of it may stand in the composer"),
        ({"stage": "entered"}, inbox.ACCEPTED, "it left the composer after Enter"),
        ({"stage": "pasted"}, inbox.REFUSED, "it was typed, and is no longer in the composer; that it was taken was not seen"),
    ],
)  # fmt: skip
def test_a_text_whose_typing_was_cut_short_is_never_typed_again(stub, said, state, why):
    name = cut_short(stub, **said)
    assert stub.deliver() == typist.DONE
    assert stub.outcome(name) == (state, why)
    assert stub.heard() == []


def test_a_text_that_stands_in_the_composer_is_handed_over(stub):
    stub.terminal().write(b"\x1b[200~hello\x1b[201~")
    name = cut_short(stub, stage="pasted")
    assert stub.deliver() == typist.DONE
    assert stub.outcome(name)[0] == inbox.ACCEPTED and stub.heard() == [{"text": "hello"}]


def test_a_text_that_stands_under_a_dialog_waits(stub):
    stub.do("dialog")
    stub.shows("proceed?")
    name = cut_short(stub, stage="pasted")
    assert stub.deliver() == typist.LATER
    assert stub.outcome(name) == (inbox.TYPED, "it is typed, and a dialog came up before Enter")
    assert inbox.said(stub.run, name)["stage"] == "pasted"


def test_a_key_that_was_being_pressed_is_not_pressed_again(stub):
    name = stub.message("interrupt")
    inbox.begin(stub.run, name, 1, "escape")
    stub.deliver()
    assert stub.outcome(name)[1] == "the key may have been pressed; what came of it was not seen"


def test_a_text_that_the_agent_recorded_was_taken(stub):
    session = {**sessions.empty(), "events": 1, "prompt": {"text": "hello", "at": None, "id": None}}
    state = {"offset": 0, "inode": 1, "memory": {}, "scope": "r/1", "kind": "transcript", "skipping": False, "bad": 0}
    stored = {
        "schema": "workcell.file.capture/1",
        "attempt": 1,
        "agent": "claude",
        "session": None,
        "journal": 0,
        "told": [],
        "final": False,
        "sources": {
            "hook": {"memory": {}, "session": sessions.empty(), "transcript": None},
            "transcript": {"file": "x", "copied": 0, "state": state, "session": session},
        },
    }
    Path(stub.attempt, layout.CAPTURE).write_text(json.dumps(stored))
    name = cut_short(stub, stage="pasted")
    stub.deliver()
    assert stub.outcome(name) == (inbox.ACCEPTED, "it stands in the agent's records")


def test_a_paste_that_the_program_does_not_take_is_left_open(stub, monkeypatch):
    monkeypatch.setattr("workcell.together.agent_terminal.STALL", 0.05)
    stub.do("deaf 60")
    name = stub.message("text", text="x" * 200_000)
    assert stub.deliver() == typist.BROKEN
    assert inbox.said(stub.run, name)["stage"] == "typing"


def test_a_text_that_enter_handed_to_a_program_that_ended_then_was_taken(stub):
    name = stub.message("text", text="/exit")
    start = {"schema": "workcell.file.start/1", "agent": platform.identity(stub.program.pid)}
    Path(stub.attempt, layout.START).write_text(json.dumps(start))
    reaper = threading.Thread(target=stub.program.wait)
    reaper.start()
    assert stub.deliver() == typist.DONE
    reaper.join()
    assert stub.outcome(name) == (inbox.ACCEPTED, inbox.LAST)


def test_what_clears_goes_before_the_texts_that_wait_and_is_typed_without_a_header(stub):
    text = stub.message("text", text="for the new conversation")
    clear = stub.message("clear", text="/clear", mode="sequential", by="run:boss/1")
    assert stub.deliver() == typist.DONE
    assert [stub.outcome(name)[0] for name in (clear, text)] == [inbox.ACCEPTED] * 2
    assert [one["text"] for one in stub.heard()] == ["/clear", "for the new conversation"]


def test_in_a_turn_it_is_refused_and_forced_it_cuts_the_turn_off(stub):
    stub.do("work 30")
    stub.shows("Working")
    refused = stub.message("clear", text="/clear", mode="sequential")
    compact = stub.message("compact", text="/compact", mode="sequential")
    assert stub.deliver() == typist.LATER
    assert stub.outcome(refused) == (inbox.REFUSED, "its agent is in a turn")
    assert stub.outcome(compact) == (inbox.QUEUED, "it is at work; the message comes when it is idle")
    forced = stub.message("clear", text="/clear", mode="urgent")
    assert stub.deliver() == typist.DONE
    assert [stub.outcome(name)[0] for name in (forced, compact)] == [inbox.ACCEPTED] * 2
    assert stub.heard() == [{"interrupted": True}, {"text": "/clear"}, {"text": "/compact"}]


def test_what_clears_and_has_to_wait_holds_back_the_texts_behind_it(stub):
    stub.do("dialog")
    stub.shows("proceed?")
    forced, text = stub.message("clear", text="/clear", mode="urgent"), stub.message("text", text="later")
    assert stub.deliver() == typist.LATER
    assert "a dialog is up" in stub.outcome(forced)[1] and stub.outcome(text) == (inbox.QUEUED, typist.BEHIND)
    stub.do("undo")


def test_what_clears_and_was_cut_short_is_never_typed_again(stub):
    name = stub.message("clear", text="/clear", mode="sequential")
    inbox.begin(stub.run, name, 1, "pasted")
    assert stub.deliver() == typist.DONE
    assert stub.outcome(name)[0] == inbox.REFUSED and stub.heard() == []
