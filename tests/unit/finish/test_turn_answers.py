"""Who asked for a check after a turn is told once, whatever was killed before, and what records answer runs nothing."""

import os
from pathlib import Path

import pytest

from tests.support.made_checked import MadeChecked
from tests.support.made_standby import AGO
from workcell.finish import turn_answers
from workcell.rundir import attending, inbox, inbox_edits, layout, maildir, notice, turn_checks

VERIFIED = {"how": "exited", "code": 3, "signal": None, "seconds": 1.5, "sha256": "0" * 64, "error": None}


@pytest.fixture
def made(tmp_path):
    return MadeChecked(tmp_path)


def words(run):
    return [message for _, message in inbox.waiting(run)]


def notices(made):
    return maildir.waiting(notice.box(made.home))


def test_while_the_turn_is_to_be_checked_nothing_is_told(made):
    asked = made.asks()
    assert turn_answers.tell(made.look()) == [] and made.answer(asked) is None


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (inbox.REMOVED, "taken out before"),
        (inbox.REFUSED, "did not reach the agent: too late"),
        ("over", "over (stopped: a person said so), and its agent has not read"),
        ("read", "over (stopped: a person said so), and no check was run"),
        ("lost", "not in the inbox"),
    ],
)
def test_no_check_is_run_where_no_turn_will_end(made, state, said):
    asked = made.asks(accepted=state == "read")
    name = asked["message"]
    if state == inbox.REMOVED:
        record = inbox_edits.record(verb="rm", by="person", part=maildir.NEW, into=None, message=None)
        assert inbox_edits.change(made.run, name, record)
    elif state == inbox.REFUSED:
        inbox.refuse(made.run, name, {"id": name}, "too late", 1)
    elif state == "lost":
        Path(made.run, layout.INBOX, maildir.NEW, name).unlink()
        held = attending.take(made.run, attending.EDITS, 0.0)
        assert turn_answers.tell(made.look()) == [], "its sender is about to send it"
        os.close(held)
    else:
        made.ended()
    assert len(turn_answers.tell(made.look())) == 1
    found = made.answer(asked)
    assert found["outcome"] == "none" and said in found["why"] and found["how"] is None
    assert turn_answers.tell(made.look()) == [] and len(notices(made)) == 1


def test_a_run_that_is_gone_is_told_of(made):
    asked = made.asks()
    os.rename(made.run, made.run + "-away")
    assert len(turn_answers.tell(made.look())) == 1
    assert "removed" in made.answer(asked)["why"]


def test_the_check_of_an_end_is_the_answer(made):
    asked = made.asks()
    made.record(layout.VERIFY, at=AGO, **VERIFIED)
    Path(layout.attempt(made.run, 1), layout.VERIFY_LOG).write_text("all\nred\n")
    turn_answers.tell(made.look())
    found = made.answer(asked)
    assert (found["outcome"], found["code"], found["at_end"], found["tail"]) == ("failed", 3, True, "all\nred")


def test_what_was_put_in_the_place_of_a_message_counts_as_it(made):
    asked = made.asks(accepted=False)
    new = {"kind": "text", "text": "better", "by": "person", "schema": inbox.SCHEMA, "id": "2-2-b"}
    record = inbox_edits.record(verb="edit", by="person", part=maildir.NEW, into="2-2-b.json", message=new)
    inbox_edits.change(made.run, asked["message"], record)
    assert turn_answers.standing(made.run, asked, 1).state == inbox.QUEUED
    inbox.accept(made.run, "2-2-b.json", new, "it left the composer", 1)
    assert turn_answers.standing(made.run, asked, 1).state == inbox.ACCEPTED


def test_a_message_that_is_being_changed_is_waited_for(made):
    asked = made.asks(accepted=False)
    maildir.move(os.path.join(made.run, layout.INBOX), asked["message"], layout.EDITED)
    assert turn_answers.standing(made.run, asked, 1).state == inbox.QUEUED and turn_answers.tell(made.look()) == []


def test_of_what_an_agent_says_of_its_inbox_no_earlier_attempt_is_believed(made):
    asked = {**made.asks(), "attempt": 4}
    assert turn_answers.standing(made.run, asked, 5).attempt == 4
    Path(made.run, layout.INBOX, layout.SAID, asked["message"]).unlink()
    known = turn_answers.standing(made.run, asked, 5)
    assert (known.state, known.attempt, known.since) == (inbox.ACCEPTED, 4, asked["at"])


def test_enter_is_when_the_turn_of_a_message_begins(made):
    asked = made.asks(accepted=False)
    name = asked["message"]
    inbox.begin(made.run, name, 1, "typing")
    inbox.say(made.run, name, state=inbox.TYPED, attempt=1, stage=inbox.ENTERED)
    entered = inbox.said(made.run, name)["at"]
    message = {"kind": "text", "id": name}
    inbox.accept(made.run, name, message, "it left the composer", 1)
    assert inbox.said(made.run, name)["entered_at"] == entered
    inbox.say(made.run, name, **{**inbox.said(made.run, name), "state": inbox.ACCEPTED})
    assert turn_answers.standing(made.run, asked, 1).since == entered


def test_a_run_is_told_by_a_message_of_the_id_of_the_request_and_once(made):
    sender = made.sender()
    asked = made.asks("run:s/1")
    answer = turn_answers.of_check(made.look(), {**VERIFIED, "code": 0})
    turn_checks.answer(made.home, asked, answer)
    again = turn_checks.open_requests(made.home, "r")[0]
    for _ in range(2):  # as if it had been killed before the request was moved
        turn_answers.tell(made.look())
        [message] = words(sender)
        assert (message["id"], message["by"]) == (asked["id"], "check:r/1")
        assert "it passed (exit code 0 after 1.5s)" in message["text"] and "0" * 64 in message["text"]
        Path(turn_checks.directory(made.home, "r")).mkdir(exist_ok=True)
        turn_checks.answer(made.home, again, answer)
    assert notices(made) == []


def test_a_sender_that_is_over_is_told_nothing(made):
    asked = made.asks("run:gone/1")
    made.ended()
    turn_answers.tell(made.look())
    assert made.answer(asked)["outcome"] == "none" and notices(made) == []


def test_a_person_is_told_by_one_notice(made):
    asked = made.asks()
    answer = turn_answers.of_check(made.look(), VERIFIED)
    for _ in range(2):
        Path(turn_checks.directory(made.home, "r")).mkdir(exist_ok=True)
        turn_checks.answer(made.home, asked, answer)
        turn_answers.tell(made.look())
    [name] = notices(made)
    said = maildir.read(notice.box(made.home), name)
    assert said["event"] == "checked" and said["facts"]["why"] == "its check did not pass: exit code 3 after 1.5s"


def test_while_another_process_answers_nothing_is_done(made):
    asked = made.asks()
    made.ended()
    held = attending.take(made.run, attending.CHECKS, 0.0)
    assert turn_answers.tell(made.look(), 0.0) == [] and made.answer(asked) is None
    os.close(held)


def test_what_the_disk_refuses_stays_open(made, monkeypatch):
    asked = made.asks()
    made.ended()

    def refuse(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(turn_checks, "answer", refuse)
    assert "No space" in turn_answers.tell(made.look())[0]
    monkeypatch.undo()
    turn_answers.tell(made.look())
    assert made.answer(asked)["outcome"] == "none"
