"""What the runner takes from its inbox, what it leaves there for the agent, and which answer is being typed."""

import os

import pytest

from workcell.rundir import layout, maildir
from workcell.runner import mailbox


@pytest.fixture
def box(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return layout.INBOX


def there():
    return maildir.waiting(layout.INBOX)


def test_orders_are_taken_in_the_order_of_their_names_and_stand_in_cur(box):
    for name, grace in (("2", 2.0), ("1", 1.0)):
        maildir.deliver(box, {"kind": "stop", "grace": grace}, name)
    taken = list(mailbox.take(there(), set()))
    assert [one["grace"] for one in taken] == [1.0, 2.0]
    assert there() == [] and len(maildir.waiting(box, maildir.CUR)) == 2


def test_a_message_for_the_agent_stays_and_its_name_is_kept(box):
    maildir.deliver(box, {"kind": "text", "text": "hello"}, "1")
    letters = set()
    assert list(mailbox.take(there(), letters)) == []
    assert letters == set(there()) and len(letters) == 1


def test_a_large_message_is_left_to_the_agent_unread(box):
    maildir.deliver(box, {"kind": "stop", "text": "x" * mailbox._LARGE}, "1")
    letters = set()
    assert list(mailbox.take(there(), letters)) == []
    assert letters == set(there())


def test_what_is_no_message_goes_out_of_the_way(box):
    maildir.deliver_bytes(box, "1.json", b"not json")
    maildir.deliver(box, {"kind": "stop"}, "2")
    assert [one["kind"] for one in mailbox.take(there(), set())] == ["stop"]
    assert there() == []


def test_names_of_messages_that_are_gone_are_forgotten(box):
    letters = {"gone.json"}
    assert list(mailbox.take([], letters)) == [] and letters == set()


def test_the_answer_that_is_typed_is_found_among_other_messages(box):
    for name, kind in (("1", "text"), ("2", "answer")):
        maildir.deliver(box, {"kind": kind, "text": kind}, name)
    assert mailbox.answering() is None, "nothing is typed yet"
    for name in there():
        maildir.move(box, name, layout.TYPED)
    found = mailbox.answering()
    assert found is not None and found["text"] == "answer"
    assert os.listdir(os.path.join(box, maildir.NEW)) == []
