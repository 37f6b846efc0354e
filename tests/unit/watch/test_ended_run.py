"""What a person approved about an end opens the next attempt once, whatever stands when it is tried."""

import json
import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.support.made_runs import MadeRun
from workcell.base.errors import Refused
from workcell.playbooks.step import DONE, REFUSED
from workcell.playbooks.steps.resume import Resume
from workcell.rundir import layout, look, proposals
from workcell.watch import ended_run
from workcell.watch.live_run import Incident

NAME = "r.001.abcdef01"
PIN = {"name": "p", "version": 1, "sha256": "0" * 64}


class Opens:
    """In place of `resume.resume`: what it was asked for."""

    def __init__(self, made, fails=None, opens=False):
        self.made, self.fails, self.opens, self.asked = made, fails, opens, []

    def __call__(self, request):
        self.asked.append(request)
        if self.opens:
            born(self.made, request.by)
        if self.fails:
            raise Refused(self.fails, "workcell status r")
        return SimpleNamespace(attempt=2, phase="starting", how="artifacts", how_why=None)


def born(made, by, n=2):
    """As if attempt `n` had been opened by that."""
    folder = layout.attempt(made.run, n)
    os.makedirs(folder)
    record = {"schema": "workcell.file.attempt/1", **made.attempt, "asked_by": by}
    Path(folder, layout.ATTEMPT).write_text(json.dumps(record))
    os.unlink(os.path.join(made.run, layout.CURRENT))
    os.symlink(f"{layout.ATTEMPTS}/{layout.number(n)}", os.path.join(made.run, layout.CURRENT))


@pytest.fixture
def made(tmp_path):
    made = MadeRun(tmp_path)
    made.store()
    return made


def tried(made, monkeypatch, opens):
    monkeypatch.setattr(ended_run.resume, "resume", opens)
    proposal = {"id": NAME, "attempt": 1, "playbook": PIN}
    incident = Incident({"verdict": "unknown"}, "end", [], 0.0, "unknown", PIN)
    subject = ended_run.EndedRun(look.at(made.run), proposal, incident, made.now())
    return Resume("native", None).while_running(subject)


def test_it_is_opened_as_by_a_person(made, monkeypatch):
    opens = Opens(made)
    done = tried(made, monkeypatch, opens)
    assert (done.state, done.words) == (DONE, "attempt 2 is starting, artifacts")
    (request,) = opens.asked
    assert (request.native, request.attempt, request.by) == (True, 1, {"who": "person", "proposal": NAME})


def test_none_is_opened_beside_that_of_another(made, monkeypatch):
    born(made, {"who": "person"})
    opens = Opens(made)
    done = tried(made, monkeypatch, opens)
    assert (done.state, done.words, opens.asked) == (REFUSED, "attempt 2 has begun since", [])


def test_what_was_opened_and_not_started_is_started(made, monkeypatch):
    born(made, {"who": "person", "proposal": NAME})
    opens = Opens(made)
    assert look.at(made.run).phase == "created" and tried(made, monkeypatch, opens).state == DONE
    assert [one.attempt for one in opens.asked] == [None]


def test_what_was_opened_and_ended_is_not_opened_again(made, monkeypatch):
    born(made, {"who": "person", "proposal": NAME})
    born(made, {"who": "person"}, 3)
    opens = Opens(made)
    done = tried(made, monkeypatch, opens)
    assert (done.words, opens.asked) == ("attempt 2 was opened, and has ended", [])


def test_an_error_after_its_birth_is_told_as_such(made, monkeypatch):
    done = tried(made, monkeypatch, Opens(made, fails="no room", opens=True))
    assert (done.state, done.words) == (DONE, "attempt 2 was opened, and is created: no room")
    again = MadeRun(Path(made.home).parent / "other")
    again.store()
    with pytest.raises(Refused, match="no room"):
        tried(again, monkeypatch, Opens(again, fails="no room"))


def test_nothing_is_sent_to_an_agent(made, monkeypatch):
    incident = Incident({"verdict": "unknown"}, "end", [], 0.0, "unknown", PIN)
    proposal = {"id": NAME, "attempt": 1, "playbook": PIN}
    subject = ended_run.EndedRun(look.at(made.run), proposal, incident, made.now())
    for done in (subject.send({"kind": "text"}), subject.answer("1"), subject.propose("x", [])):
        assert done.state == REFUSED
    assert made.messages() == [] and proposals.open_ids(made.home) == []
