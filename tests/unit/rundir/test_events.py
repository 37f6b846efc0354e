"""events.jsonl: numbers, ids, half lines, and a disk that has no room."""

import os

import pytest

from workcell.rundir import events


@pytest.fixture
def path(tmp_path):
    return str(tmp_path / "events.jsonl")


def read(path, start=0):
    return [event for _, event in events.read(path, start)]


def test_events_are_numbered_and_no_field_replaces_what_is_ours(path):
    journal = events.Journal(path)
    assert journal.append("run.created", n=77, at="never", type="mine", id="a")
    assert journal.append("run.held", why="x")
    journal.close()
    found = read(path)
    assert [(one["n"], one["type"]) for one in found] == [(1, "run.created"), (2, "run.held")]
    assert found[0]["at"] != "never"


def test_numbers_and_ids_go_on_after_a_restart(path):
    first = events.Journal(path)
    first.append("x", id="a")
    first.close()
    again = events.Journal(path)
    assert again.has("a") and not again.has("b")
    again.append("y")
    again.close()
    assert [one["n"] for one in read(path)] == [1, 2]


def test_a_half_line_is_cut_off(path):
    with open(path, "wb") as file:
        file.write(b'{"n": 5, "type": "x"}\n{"n": 6, "ty')
    journal = events.Journal(path)
    journal.append("y")
    journal.close()
    assert [one["n"] for one in read(path)] == [5, 6]


def test_one_line_may_be_longer_than_what_is_looked_at_first(path):
    with open(path, "wb") as file:
        file.write(b'{"n": 41, "id": "long", "text": "' + b"x" * 300_000 + b'"}\nno json\n{"n":')
    journal = events.Journal(path)
    assert journal.has("long")
    journal.append("y")
    journal.close()
    assert read(path)[-1]["n"] == 42


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full")
def test_what_a_full_disk_refuses_is_kept_and_comes_first(path):
    open(path, "w").close()
    journal = events.Journal(path)
    file = os.dup(journal._fd)
    full = os.open("/dev/full", os.O_WRONLY)
    os.dup2(full, journal._fd)
    assert not journal.append("one") and not journal.append("two")
    os.dup2(file, journal._fd)
    assert journal.append("three")
    os.close(full), os.close(file)
    journal.close()
    assert [one["type"] for one in read(path)] == ["one", "two", "three"]


def test_what_has_no_json_form_writes_nothing(path):
    journal = events.Journal(path)
    with pytest.raises(ValueError):
        journal.append("x", number=float("inf"))
    journal.append("y")
    journal.close()
    assert [(one["n"], one["type"]) for one in read(path)] == [(1, "y")]


def test_a_reader_goes_on_where_it_was_and_leaves_a_half_line(path):
    with open(path, "wb") as file:
        file.write(b'{"n": 1}\nbad\n{"n": 2}')
    found = list(events.read(path))
    assert [event for _, event in found] == [{"n": 1}, None]
    with open(path, "ab") as file:
        file.write(b"\n")
    assert read(path, found[-1][0]) == [{"n": 2}]
    assert read(path + ".none") == []
