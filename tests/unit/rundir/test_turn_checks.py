"""Requests for a check after a turn: where they lie, what is read of what was planted, and who is still to be told."""

import json
import os
from pathlib import Path

import pytest

from workcell.rundir import turn_checks

BY = "run:s/1"
ANSWER = {
    "at": "2026-11-20T05:12:09.042Z",
    "attempt": 1,
    "outcome": "passed",
    "why": "exit code 0",
    "how": "exited",
    "code": 0,
    "signal": None,
    "seconds": 1.0,
    "sha256": None,
    "error": None,
    "tail": "",
    "tree": "same",
    "turn": False,
    "at_end": False,
}


@pytest.fixture
def home(tmp_path):
    return str(tmp_path)


def place(home, run="r", by=BY):
    return turn_checks.place(home, run, 1, "1-1-m.json", by)


def test_what_is_asked_stands_until_it_is_answered_and_told(home):
    assert not turn_checks.there(home) and turn_checks.asked(home) == [] and turn_checks.on(home, "r") == []
    first, second = place(home), place(home)
    assert turn_checks.there(home) and turn_checks.asked(home) == ["r"]
    assert turn_checks.on(home, "r") == [first["id"], second["id"]]
    assert turn_checks.open_requests(home, "r") == [first, second]
    whole = turn_checks.answer(home, first, ANSWER)
    assert turn_checks.open_requests(home, "r")[0] == whole == {**first, "answer": ANSWER}
    turn_checks.end(home, whole)
    assert turn_checks.on(home, "r") == [second["id"]]
    assert turn_checks.done(home, "r", first["id"]) == whole and turn_checks.every_done(home, "r") == [whole]
    turn_checks.end(home, whole)  # again, after a kill
    turn_checks.take_back(home, second)
    turn_checks.take_back(home, second)
    assert turn_checks.asked(home) == [] and not os.path.exists(turn_checks.directory(home, "r"))
    place(home)
    assert turn_checks.asked(home) == ["r"]
    turn_checks.remove(os.path.join(home, "runs", "r"))
    assert turn_checks.every_done(home, "r") == [] and len(turn_checks.on(home, "r")) == 1


def test_what_is_no_request_is_left_out(home):
    made = place(home)
    folder = Path(turn_checks.directory(home, "r"))
    planted = {
        "a.json": "{",
        "b.json": json.dumps({**made, "id": "b", "schema": "workcell.file.turn-check/2"}),
        "c.json": json.dumps({**made, "id": "other"}),
        "d.json": json.dumps({**made, "id": "d", "message": 7}),
        "e.json": json.dumps({**made, "id": "e", "answer": {**ANSWER, "outcome": "well"}}),
        "h.json": json.dumps({**made, "id": "h", "answer": {"outcome": "passed"}}),
        "i.json": json.dumps({**made, "id": "i", "message": "../x.json"}),
        "j.json": json.dumps({**made, "id": "j", "answer": {**ANSWER, "attempt": "1"}}),
        "f.json": json.dumps([]),
        "notes": "",
        ".g.json": json.dumps({**made, "id": ".g"}),
    }
    for name, text in planted.items():
        (folder / name).write_text(text)
    (folder / "l.json").symlink_to(folder / f"{made['id']}.json")
    assert turn_checks.open_requests(home, "r") == [made]
    for word in ("..", "../r", "R", ""):
        assert turn_checks.on(home, word) == [] and turn_checks.done(home, "r", word) is None


def test_what_a_killed_writer_left_is_removed_an_hour_later(home):
    made = place(home)
    left = Path(turn_checks.directory(home, "r"), ".half.1")
    left.write_text("{")
    turn_checks.take_back(home, made)
    turn_checks.tidy(home, "r")
    assert left.exists() and turn_checks.asked(home) == ["r"]
    os.utime(left, (0, 0))
    turn_checks.tidy(home, "r")
    assert turn_checks.asked(home) == []
    turn_checks.tidy(home, "r")


def test_who_asked_is_still_to_be_told_until_its_word_has_reached_it(home):
    assert not turn_checks.waits(home, "s", list)
    made = place(home)
    assert turn_checks.waits(home, "s", list) and not turn_checks.waits(home, "other", list)
    assert not turn_checks.waits(home, "r", list)
    own = turn_checks.place(home, "s", 1, "1-1-m.json", BY)
    word = {"by": "check:r/1", "id": made["id"]}
    turn_checks.end(home, turn_checks.answer(home, made, ANSWER))
    assert not turn_checks.waits(home, "s", list), "what it asked of itself keeps it from no end"
    assert turn_checks.waits(home, "s", lambda: [word])
    for planted in ({**word, "id": "x"}, {**word, "by": "check:other/1"}, {**word, "by": "run:r/1"}, {"id": own["id"]}):
        assert not turn_checks.waits(home, "s", lambda one=planted: [one]), planted
