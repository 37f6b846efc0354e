"""A run is read on where its agent recorded something, and only there."""

import json
import os
from pathlib import Path

import pytest

from workcell.evidence import capture, capture_state
from workcell.evidence.growth import Growth
from workcell.rundir import layout, maildir

SESSION = "11111111-1111-4111-8111-111111111111"


@pytest.fixture
def transcript(made_live):
    """The transcript of a live agent, which has one line."""
    made_live.attempt["agent_session"] = SESSION
    made_live.store()
    top = os.path.dirname(made_live.home)
    folder = "".join(char if char.isalnum() else "-" for char in os.path.realpath(top))
    path = Path(top, ".claude", "projects", folder, f"{SESSION}.jsonl")
    path.parent.mkdir(parents=True)
    say(path, "one")
    return path


def say(path, words):
    message = {"id": words, "content": [{"type": "text", "text": words}]}
    with open(path, "a") as file:
        file.write(json.dumps({"type": "assistant", "uuid": words, "message": message}) + "\n")


def told(run):
    box = os.path.join(run, layout.SPOOL)
    found = [event for name in maildir.waiting(box) for event in maildir.read(box, name)["events"]]
    return [event["text"] for event in found if event["type"] == "assistant.message"]


def test_a_transcript_is_read_when_it_grows_and_not_before(made_live, transcript, monkeypatch):
    readings = []
    read = capture.read_on
    monkeypatch.setattr(capture, "read_on", lambda run, **more: readings.append(run) or read(run, **more))
    growth = Growth(made_live.run)
    assert growth.read_on() and growth.read_on()  # only the first reading finds out where the transcript is
    before = len(readings)
    assert not any(growth.read_on() for _ in range(5)) and len(readings) == before
    say(transcript, "two")
    assert growth.read_on() and told(made_live.run) == ["one", "two"]
    assert not growth.read_on()


def test_a_hook_makes_it_read_on(made_live, transcript):
    growth = Growth(made_live.run)
    while growth.read_on():
        pass
    assert growth.read_on(hooked=True)


def test_nothing_is_read_of_an_agent_that_does_not_run(made_live, transcript):
    made_live.loses_its_runner()
    growth = Growth(made_live.run)
    assert not growth.read_on() and capture_state.stored(layout.attempt(made_live.run, 1)) is None


def test_what_waits_in_the_spool_is_waited_for_no_longer_than_asked(made_live, transcript):
    growth = Growth(made_live.run)
    growth.read_on()
    growth.written(0.05)
    assert told(made_live.run) == ["one"]
