"""What anybody may put into a spool: whole events reach the journal once, and nothing else holds anybody up."""

import json
import os
import resource
import subprocess
import sys

import pytest

from tests.support.lab import ROOT
from workcell.rundir import events, layout, maildir, spool


def put(run, name, text):
    box = os.path.join(run, layout.SPOOL)
    os.makedirs(os.path.join(box, maildir.NEW), exist_ok=True)
    with open(os.path.join(box, maildir.NEW, name), "w") as file:
        file.write(text)


def drained(run):
    journal = events.Journal(os.path.join(run, layout.EVENTS))
    spool.drain(run, journal)
    journal.close()
    return [event for _, event in events.read(os.path.join(run, layout.EVENTS))]


DEEP = '{"type": "x", "it": ' + "[" * 900 + "]" * 900 + "}"
NESTED = '{"type": "events", "events": [' * 400 + "{}" + "]}" * 400
CANNOT = {
    "infinite": '{"type": "x", "it": 1e999}',
    "in a list": '{"type": "events", "events": [{"it": -1e999}]}',
    "deep": DEEP,
    "nested": NESTED,
    "deep id": DEEP.replace('"it"', '"id"'),
    "torn": '{"type": ',
    "list": "[1]",
}


@pytest.mark.parametrize("text", CANNOT.values(), ids=CANNOT.keys())
def test_what_cannot_be_written_down_is_set_aside_and_the_rest_goes_on(tmp_path, text):
    run = str(tmp_path)
    put(run, "1.json", text)
    put(run, "2.json", '{"type": "good", "id": "2"}')
    assert drained(run)[-1]["type"] == "good"
    assert maildir.waiting(os.path.join(run, layout.SPOOL)) == []
    assert "2.json" not in maildir.waiting(os.path.join(run, layout.SPOOL), maildir.CUR)


@pytest.mark.parametrize("plant", [os.mkfifo, os.mkdir])
def test_what_is_no_file_is_set_aside(tmp_path, plant):
    run = str(tmp_path)
    put(run, "2.json", '{"type": "good", "id": "2"}')
    plant(os.path.join(run, layout.SPOOL, maildir.NEW, "1.json"))
    assert [event["type"] for event in drained(run)] == ["good"]
    assert maildir.waiting(os.path.join(run, layout.SPOOL), maildir.CUR) == ["1.json"]


@pytest.mark.parametrize("key", ["event", "self", "n", "at", "type", "fields", "id"])
def test_no_key_of_a_message_changes_what_the_journal_says_itself(tmp_path, key):
    run = str(tmp_path)
    put(run, "1.json", json.dumps({"type": "note", key: "theirs"}))
    [event] = drained(run)
    assert event["n"] == 1
    assert event["at"].endswith("Z")
    assert event["type"] == ("theirs" if key == "type" else "note")


def test_numbers_go_on_behind_a_line_that_is_longer_than_the_window(tmp_path):
    path = str(tmp_path / layout.EVENTS)
    journal = events.Journal(path)
    for _ in range(5):
        journal.append("small")
    journal.append("large", text="x" * 200_000, id="large")
    journal.close()
    again = events.Journal(path)
    assert again.has("large")
    again.append("next")
    again.close()
    assert [event["n"] for _, event in events.read(path)] == [1, 2, 3, 4, 5, 6, 7]


FULL = """
import os, resource, signal, sys
from workcell.rundir import events, spool
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
journal = events.Journal("events.jsonl")
most = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
resource.setrlimit(resource.RLIMIT_FSIZE, (os.path.getsize("events.jsonl"), most))
for _ in range(3):
    assert spool.drain(".", journal) == 0
if sys.argv[1] == "killed":
    os._exit(9)
resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
spool.drain(".", journal)
"""


@pytest.mark.parametrize("then", ["killed", "room"])
def test_an_event_that_found_no_room_stays_in_the_spool_until_it_is_written(tmp_path, then):
    run = str(tmp_path)
    put(run, "1.json", '{"type": "first", "id": "1"}')
    put(run, "2.json", '{"type": "second", "id": "2"}')
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    ran = subprocess.run([sys.executable, "-c", FULL, then], cwd=run, env=env, timeout=20, capture_output=True)
    assert ran.returncode == (9 if then == "killed" else 0), ran.stderr
    found = drained(run)
    assert [event["type"] for event in found] == ["first", "second"]
    assert maildir.waiting(os.path.join(run, layout.SPOOL)) == []


def test_what_could_not_be_opened_waits(tmp_path):
    run = str(tmp_path)
    put(run, "1.json", '{"type": "first", "id": "1"}')
    journal = events.Journal(os.path.join(run, layout.EVENTS))
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    room = os.dup(0)  # for the listing; the file itself finds none
    os.close(room)
    resource.setrlimit(resource.RLIMIT_NOFILE, (room, before[1]))
    try:
        with pytest.raises(OSError, match="Too many open files"):
            spool.drain(run, journal)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
    assert spool.drain(run, journal) == 1
    journal.close()
