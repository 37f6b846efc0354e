"""Messages of a run: where they are, what became of them, and what the next brief has to say."""

import json
import os
from pathlib import Path

import pytest

from tests.support import frozen
from workcell.rundir import inbox, layout, maildir


@pytest.fixture
def run(tmp_path):
    return frozen.run_of(frozen.thaw(tmp_path / "home"), "frozen-created")


def post(run, text="do it", **more):
    return inbox.post(run, {"kind": "text", "text": text, **more})


def test_a_message_waits_until_it_is_accepted(run):
    name = post(run)
    assert inbox.state(run, name)[0] == inbox.QUEUED
    assert [one for one, _ in inbox.waiting(run)] == [name]
    [(_, message)] = inbox.waiting(run)
    inbox.begin(run, name, 1, "pasted")
    assert inbox.state(run, name)[0] == inbox.TYPED and inbox.waiting(run) == []
    assert [one for one, _ in inbox.typed(run)] == [name]
    inbox.accept(run, name, message, "seen on the screen", 1)
    assert inbox.state(run, name)[0] == inbox.ACCEPTED and inbox.typed(run) == []


def test_one_that_is_refused_keeps_its_reason(run):
    name = post(run)
    [(_, message)] = inbox.waiting(run)
    inbox.refuse(run, name, message, "a dialog is open", 1)
    state, told = inbox.state(run, name)
    assert state == inbox.REFUSED and told["why"] == "a dialog is open"
    assert inbox.waiting(run) == []


def test_a_message_that_was_never_sent_has_no_state(run):
    assert inbox.state(run, "0-none.json")[0] is None and inbox.said(run, "0-none.json") is None


def test_what_was_being_typed_when_the_attempt_ended_is_refused(run):
    name, other = post(run), post(run, "again")
    inbox.begin(run, name, 1, "pasted")
    inbox.begin(run, other, 1, "pasted")
    inbox.say(run, other, state=inbox.ACCEPTED, evidence="seen")
    inbox.give_up(run, 1)
    assert inbox.state(run, name)[0] == inbox.REFUSED
    assert inbox.state(run, other)[0] == inbox.ACCEPTED


def test_what_stood_in_the_brief_of_an_attempt_waits_no_more_at_its_end(run):
    name, other = post(run), post(run, "for the next one")
    [(_, message)] = [one for one in inbox.waiting(run) if one[0] == name]
    path = Path(layout.attempt(run, 1), layout.ATTEMPT)
    path.write_text(json.dumps({**json.loads(path.read_text()), "messages": [message["id"]]}))
    inbox.give_up(run, 1)
    assert inbox.state(run, name)[0] == inbox.ACCEPTED
    assert [one for one, _ in inbox.waiting(run)] == [other]


def test_a_text_that_was_entered_when_the_attempt_ended_was_taken(run):
    name = post(run, "/exit")
    inbox.begin(run, name, 1, "typing")
    inbox.say(run, name, state=inbox.TYPED, attempt=1, stage=inbox.ENTERED)
    inbox.give_up(run, 1)
    state, said = inbox.state(run, name)
    assert (state, said["evidence"]) == (inbox.ACCEPTED, inbox.LAST)


def test_the_next_brief_holds_what_no_brief_held(run):
    first, second = post(run, "one"), post(run, "two")
    inbox.post(run, {"kind": "stop"})
    assert [name for name, _ in inbox.for_brief(run, 1)] == [first, second]
    path = Path(layout.attempt(run, 1), layout.ATTEMPT)
    message = dict(inbox.waiting(run))[first]
    path.chmod(0o600)
    path.write_text(json.dumps({**json.loads(path.read_text()), "messages": [message["id"]]}))
    assert [name for name, _ in inbox.for_brief(run, 1)] == [second]
    inbox.briefed(run, 1)
    assert inbox.state(run, first)[0] == inbox.ACCEPTED
    assert inbox.in_brief(run, 7) == set()


def test_the_next_brief_holds_the_words_in_the_order_in_which_they_are_typed(run):
    for text in ("one", "two"):
        post(run, text)
    for mode in ("important", "urgent"):
        post(run, mode, mode=mode)
    found = inbox.for_brief(run, 1)
    assert [message["text"] for _, message in found] == ["urgent", "important", "one", "two"]
    assert found == inbox.in_order(inbox.waiting(run))


def test_what_is_no_message_is_left_out(run):
    box = os.path.join(run, layout.INBOX)
    post(run)
    Path(box, maildir.NEW, "0-bad.json").write_text("{")
    assert [message["text"] for _, message in inbox.waiting(run)] == ["do it"]


def test_what_clears_goes_before_all_texts_and_compacting_waits_its_turn(run):
    made = [("compact", {}), ("text", {"mode": "urgent"}), ("clear", {}), ("interrupt", {}), ("text", {})]
    for kind, more in made:
        post(run, kind=kind, mode=more.get("mode", "sequential"))
    order = [(one["kind"], one["mode"]) for _, one in inbox.in_order(inbox.waiting(run))]
    assert [kind for kind, _ in order] == ["interrupt", "clear", "text", "compact", "text"]
    assert order[2] == ("text", "urgent")


def test_what_is_for_the_program_stands_in_no_brief_and_an_attempt_obeys_it_once(run):
    name = post(run, "/clear", kind="clear", by="run:boss/1")
    [message] = inbox.own_commands(run, 1)
    assert inbox.for_brief(run, 1) == [] and inbox.words(message) == "/clear", "it has no header"
    attempt = Path(layout.attempt(run, 1), layout.ATTEMPT)
    attempt.write_text(json.dumps({**json.loads(attempt.read_text()), "messages": [message["id"]]}))
    assert inbox.own_commands(run, 1) == []
    inbox.briefed(run, 1)
    assert inbox.state(run, name)[0] == inbox.ACCEPTED
    assert inbox.said(run, name)["evidence"] == "attempt 1 began with it"
