"""Asking for a check with a message: what is refused leaves nothing behind."""

import os
import shutil

import pytest

from tests.support.made_checked import MadeChecked
from workcell.base.errors import InputOutput, Refused, TryAgain, Usage
from workcell.rundir import attending, inbox, turn_checks
from workcell.rundir.cell import Cell
from workcell.together import send, turn_request
from workcell.trust import access


@pytest.fixture
def made(tmp_path):
    made = MadeChecked(tmp_path)
    made.record("next.json", how="native", reason="later", not_before="9999-12-31T00:00:00.000Z", when="approval")
    return made


def ask(made, who=None, name="1-1-m"):
    with turn_request.made(made.run, who or access.Caller(made.home, ()), name) as asked:
        pass
    return asked


def refused(made, kind, words, who=None):
    with pytest.raises(kind, match=words) as caught:
        ask(made, who)
    assert caught.value.hint and turn_checks.asked(made.home) == []


def test_it_names_the_message_and_who_is_told(made):
    asked = ask(made)
    assert (asked["run"], asked["attempt"], asked["message"], asked["by"]) == ("r", 1, "1-1-m.json", "person")
    inside = access.Caller(made.home, (made.sender(),), 1)
    assert ask(made, inside)["by"] == "run:s/1"


def test_a_run_without_a_check_and_one_that_is_over_are_refused(made):
    made.attempt["verify"] = None
    made.store()
    refused(made, Refused, "has no check")
    made.attempt["verify"] = {"sha256": "0" * 64}
    made.store()
    made.ended()
    refused(made, Refused, "is over")


def test_a_sender_of_another_home_cannot_be_told(made, tmp_path):
    other = MadeChecked(tmp_path / "other")
    refused(made, Refused, "another home", access.Caller(other.home, (other.run,), 1))


def test_beside_another_change_and_on_a_full_disk_nothing_is_asked(made, monkeypatch):
    monkeypatch.setattr(turn_request, "PATIENCE", 0.0)
    held = attending.take(made.run, attending.EDITS, 0.0)
    refused(made, TryAgain, "another process changes")
    os.close(held)

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(turn_checks, "place", full)
    refused(made, InputOutput, "No space left")
    monkeypatch.setattr(attending, "take", full)
    refused(made, InputOutput, "No space left")


def test_what_refuses_the_message_takes_the_request_back(made):
    with pytest.raises(KeyError), turn_request.made(made.run, access.Caller(made.home, ()), "m"):
        raise KeyError
    assert turn_checks.asked(made.home) == []


def test_a_run_that_ends_meanwhile_is_answered_for(made):
    with turn_request.made(made.run, access.Caller(made.home, ()), "m") as asked:
        made.ended()
        inbox.post(made.run, {"kind": "text", "text": "late"}, "m")
    assert "has not read the message" in made.answer(asked)["why"]


def test_the_result_of_send_names_the_check_and_suggestions_have_none(made):
    cell = Cell(made.home, {}, "/", ask_caller=lambda: access.Caller(made.home, ()))
    done = send.perform(cell, send.Request("r", "do it", verify=True))
    [asked] = turn_checks.open_requests(made.home, "r")
    assert (done.check, done.message) == (asked["id"], asked["message"])
    assert inbox.waiting(made.run)[0][0] == asked["message"]
    with pytest.raises(Usage, match="exclude each other"):
        send.perform(cell, send.Request("r", "do it", verify=True, suggest=True))
    shutil.rmtree(os.path.join(made.home, "checks"))
    assert send.perform(cell, send.Request("r", "do it")).check is None
