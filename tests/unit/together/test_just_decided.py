"""A word about a run answers nothing that came up after a decision of just before, unless it gives the id."""

import json
import os
from pathlib import Path

import pytest

from tests.support import ruled_dialogs
from workcell.base import clock
from workcell.base.errors import Refused
from workcell.evidence import dialog as shown
from workcell.judgement import composer
from workcell.rundir import inbox, layout, look, maildir, orders
from workcell.rundir.cell import Cell
from workcell.together import answer, approval, just_decided, send


def now():
    return clock.parse(clock.stamp())


@pytest.fixture
def made(made_live, monkeypatch):
    """A run that asks about `make one`, to which answers are put into the inbox, and nothing types them."""
    monkeypatch.setattr(answer, "choose", lambda run, dialog, word: post(run, dialog, word))
    monkeypatch.setattr(orders, "needed", lambda run: True)
    ruled_dialogs.shows(made_live, "make one")
    return made_live


def post(run, dialog, word):
    name = inbox.post(run, answer.message(dialog, word, "person"))
    return send.Result("r", name, inbox.QUEUED, None)


def says(made, word=None, later=1.0, allow=True, since=None):
    """The word of a person `later` seconds after the decision before, or after the epoch time `since`."""
    before = [clock.parse(one["at"]) for one in orders.every(made.run)]
    moment = (since or max(before, default=now())) + later
    cell = Cell(made.home, {}, "/", clock=lambda: moment)
    return approval.decide(cell, made.run, approval.Word(allow, ask=word))


def taken(made, evidence="it went away"):
    """The agent took what waits."""
    for name, message in inbox.waiting(made.run):
        inbox.accept(made.run, name, message, evidence, 1)


def asked(made):
    seen, dialog = answer.up(made.run)
    return just_decided.of_dialog(seen, dialog, "it")


@pytest.mark.parametrize("allow", [True, False])
@pytest.mark.parametrize("next_one", ["make two", "make one"], ids=["another", "the-same-again"])
def test_the_next_dialog_needs_its_id_for_three_seconds(made, next_one, allow):
    first = asked(made).id
    says(made, allow=allow)
    taken(made)
    ruled_dialogs.shows(made, next_one)
    with pytest.raises(
        Refused, match=r"a dialog was answered \d+ seconds ago, and r\.001\.\w{8} was asked since"
    ) as said:
        says(made, later=2.0, allow=allow)
    newer = asked(made).id
    assert newer != first and said.value.hint == f"workcell {'approve' if allow else 'deny'} {newer}"
    assert len(orders.every(made.run)) == 1
    with pytest.raises(Refused, match=f"{first} is not asked any more: {newer} is"):
        says(made, first, later=2.0)
    assert says(made, newer, later=2.0).state == inbox.QUEUED


def test_after_that_the_name_is_enough(made):
    says(made)
    taken(made)
    ruled_dialogs.shows(made, "make two")
    assert says(made, later=just_decided.JUST_ANSWERED + 1.0).state == inbox.QUEUED


def test_an_answer_that_is_on_its_way_is_not_given_twice(made):
    says(made)
    with pytest.raises(Refused, match="an answer to that is queued already"):
        says(made)
    [(name, message)] = inbox.waiting(made.run)
    assert (
        message["dialog_id"]
        == orders.every(made.run)[0]["dialog_id"]
        == composer.dialog_id(shown.up(look.at(made.run)))
    )
    inbox.refuse(made.run, name, message, "the dialog is still up", 1)
    assert says(made).state == inbox.QUEUED, "nothing came of the first one"


def test_one_that_was_ordered_and_never_sent_is_none(made):
    identity = asked(made).id
    says(made)
    [(name, _)] = inbox.waiting(made.run)
    Path(made.run, layout.INBOX, maildir.NEW, name).unlink()
    assert asked(made).id == identity and says(made).state == inbox.QUEUED


def test_answers_of_rules_do_not_count_and_those_at_the_terminal_do(made):
    _, dialog = answer.up(made.run)
    inbox.post(made.run, answer.message(dialog, "1", "rule"))
    taken(made)
    ruled_dialogs.shows(made, "make two")
    just_decided.check(look.at(made.run), asked(made), "approve", now())
    line = {"type": "approval.resolved", "at": clock.stamp(), "by": "person", "data": {"through": "terminal"}}
    with open(os.path.join(made.run, layout.EVENTS), "a") as file:
        file.write(f'torn "approval.resolved"\n{json.dumps(line)}\n')
    with pytest.raises(Refused, match=r"answered at the terminal \d+ seconds ago"):
        says(made, since=clock.parse(line["at"]))


@pytest.mark.parametrize("word", ["r", "r.1", "x.001.12345678", "r.one.12345678", "r.001.1234", "a/r.001.12345678"])
def test_other_words_are_no_ids(made, word):
    assert just_decided.run_of(made.home, word) is None
    assert just_decided.run_of(made.home, "r.001.12345678") == "r"
