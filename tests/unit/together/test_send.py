"""Messages to runs that have no terminal: what is refused, and what the next brief will hold."""

import os
from pathlib import Path

import pytest

from tests.support import frozen, runs
from tests.support.made_standby import MadeStandby
from workcell.base.errors import Refused, Usage
from workcell.rundir import inbox, layout, ledger, look, phase, standby
from workcell.together import answer, send


@pytest.fixture
def home(tmp_path):
    return frozen.thaw(tmp_path / "home")


def test_a_run_that_does_not_live_gets_it_with_its_next_brief(home):
    run = frozen.run_of(home, "frozen-created")
    done = send.send(run, "look at the log")
    assert (done.state, done.id) == (inbox.QUEUED, os.path.basename(run))
    assert "the brief that it begins with will hold it" in str(done.why)
    assert [message["text"] for _, message in inbox.for_brief(run, 1)][-1] == "look at the log"


@pytest.mark.parametrize(
    ("name", "cure"),
    [("frozen-two", "workcell resume {id} --brief NEW.md"), ("frozen-stopped", "workcell resume {id}")],
)
def test_of_one_to_a_run_that_is_over_it_is_said_what_lets_it_be_read(home, name, cure):
    run = frozen.run_of(home, name)
    done = send.send(run, "look at the log")
    assert done.state == inbox.QUEUED and str(done.why).endswith(": " + cure.format(id=os.path.basename(run)))


def test_of_one_during_the_turn_of_a_decision_it_is_said_that_the_next_turn_gets_it(tmp_path):
    seen = look.Look(str(tmp_path / "runs" / "r"))
    seen.phase, seen.attempt = phase.RUNNING, {"asked_by": {"who": "approval", "decision": "d1"}}
    assert "the next turn gets this, before the run is checked" in str(send.why_kept(seen))


@pytest.mark.parametrize("text", ["", " \n"])
def test_an_empty_message_is_refused(home, text):
    with pytest.raises(Usage, match="empty"):
        send.send(frozen.run_of(home, "frozen-created"), text)


def test_one_that_is_too_long_is_refused_and_says_what_to_do(home):
    with pytest.raises(Usage, match="more than 16 MiB") as caught:
        send.send(frozen.run_of(home, "frozen-created"), "x" * (send.MOST + 1))
    assert "send the file's path" in str(caught.value.hint)


def test_without_a_dialog_nothing_is_answered(home):
    run = frozen.run_of(home, "frozen-created")
    before = len(inbox.waiting(run))
    with pytest.raises(Refused, match="shows no dialog now"):
        answer.answer(run, "1")
    assert len(inbox.waiting(run)) == before


def test_a_run_that_cannot_be_read_takes_none(home):
    run = frozen.run_of(home, "frozen-created")
    Path(ledger.path(run)).write_bytes(b"nothing\n")
    with pytest.raises(Refused, match="cannot be read"):
        send.send(run, "words")


def test_a_recipe_without_typing_takes_none_while_it_runs(lab, monkeypatch):
    for name, value in lab.env().items():
        monkeypatch.setenv(name, value)
    run = runs.start(lab, lab.brief("exec sleep 600"))
    lab.phase(run, phase.RUNNING)
    done = send.send(run, "words", "urgent")
    assert done.state == inbox.QUEUED and "takes no messages while it runs" in str(done.why)
    assert os.listdir(os.path.join(run, layout.INBOX, "new"))


def test_one_that_is_to_finish_is_told_nothing_more(tmp_path):
    made = MadeStandby(tmp_path)
    made.waits()
    standby.ask_to_finish(made.run, 1)
    with pytest.raises(Refused, match="is to finish with its check, and its agent is told nothing more") as caught:
        send.send(made.run, "too late")
    assert "workcell wait r" in caught.value.hint and inbox.waiting(made.run) == []
