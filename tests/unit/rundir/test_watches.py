"""The files of watches: what their names tell, what is read, and what is left once they are over."""

import os
import time
from pathlib import Path

import pytest

from workcell.base.errors import Refused
from workcell.rundir import family, layout, ledger, locks, look, safe_open, watches, writer

ME = {"run": "a", "attempt": 1}


@pytest.fixture
def home(tmp_path):
    for name in (layout.RUNS, layout.LEDGER):
        (tmp_path / name).mkdir(mode=0o700)
    return str(tmp_path)


def place(home, run="b", wanted="done", due=None, by=ME):
    return watches.place(home, run, by, wanted, due)


def test_a_name_tells_what_is_waited_for_and_until_when(home):
    never = place(home)
    timed = place(home, wanted="attention", due=1_900_000_000.2)
    names = sorted(name for name in os.listdir(watches.directory(home, "b")))
    assert names == [f"1900000001.{timed['id']}.json", f"9999999999.{never['id']}.json"]
    first, second = watches.on(home, "b")
    assert (first.due, first.wanted, first.id) == (1_900_000_001, "attention", timed["id"])
    assert (second.due, second.wanted) == (watches.NO_DUE, "done")
    assert timed["due_at"] == "2030-03-17T17:46:41.000Z" and never["due_at"] is None
    assert [watches.name_of(one) for one in (timed, never)] == names


def test_a_time_beyond_all_times_stays_a_time(home):
    made = place(home, due=1e11)
    assert watches.on(home, "b")[0].due == watches.NO_DUE - 1 and made["due_at"].startswith("2286-11-20")


def test_what_is_no_watch_is_left_out(home):
    made = place(home)
    folder = Path(watches.directory(home, "b"))
    for name in (".half.1", "x.json", "12.a-done.json", "9999999999.a-other.json", "9999999999.A-done.json"):
        (folder / name).write_text("{}")
    assert [one.id for one in watches.on(home, "b")] == [made["id"]]
    (folder / f"9999999999.{made['id'][:-5]}x-done.json").write_text("{}")
    (folder / "9999999999.pipe-done.json").symlink_to("/dev/zero")
    os.mkfifo(folder / "9999999999.fifo-done.json")
    assert watches.every(home) == [made]
    assert watches.on(home, "../b") == [] and watches.on(home, "none") == []


def test_a_glance_tells_of_all_without_taking_every_name_apart(home):
    assert watches.glance(home, "b") is None and watches.glance(home, "../b") is None
    made = place(home)
    folder = Path(watches.directory(home, "b"))
    for name in (".lock", "0000000001.a-other.json"):
        (folder / name).write_text("")
    watches.take_back(home, "b", watches.name_of(made))
    assert watches.glance(home, "b") is None
    (folder / "0000000001.a-other.json").unlink()
    place(home)
    place(home, due=1.9e9)
    seen = watches.glance(home, "b")
    assert (seen.due, seen.only_ends) == (1_900_000_000, True)
    place(home, wanted="idle")
    seen = watches.glance(home, "b")
    assert (seen.due, seen.only_ends) == (1_900_000_000, False)


def test_a_record_that_names_another_run_or_watch_counts_for_nothing(home):
    made = place(home)
    text = Path(watches.directory(home, "b"), watches.name_of(made)).read_text()
    os.makedirs(watches.directory(home, "c"))
    Path(watches.directory(home, "c"), watches.name_of(made)).write_text(text)
    Path(watches.directory(home, "b"), f"9999999999.other-{made['id']}.json").write_text(text)
    newer = text.replace("workcell.file.watch/1", "workcell.file.watch/2").replace(made["id"], "newer-done")
    Path(watches.directory(home, "b"), "9999999999.newer-done.json").write_text(newer)
    assert watches.every(home) == [made] and watches.by(home, "a") == [made] and watches.by(home, "c") == []


def test_a_ring_is_found_however_long_and_not_where_a_time_or_a_turn_ends_it(home):
    def stands(*pairs, wanted="done", due=None):
        return [place(home, other, wanted, due, {"run": one, "attempt": 1}) for one, other in pairs]

    assert watches.ring([], "a", ["a"]) == ["a", "a"]
    assert watches.ring(stands(("b", "a")), "a", ["c", "b"]) == ["a", "b", "a"]
    long = stands(("b", "c"), ("c", "d"), ("c", "x"), ("d", "a"))
    assert watches.ring(long, "a", ["b"]) == ["a", "b", "c", "d", "a"]
    assert watches.ring(long, "e", ["b"]) is None
    assert watches.ring(stands(("b", "b")), "a", ["b"]) is None
    assert watches.ring(stands(("b", "a"), wanted="attention"), "a", ["b"]) == ["a", "b", "a"]
    assert watches.ring(stands(("b", "a"), wanted="idle"), "a", ["b"]) is None
    assert watches.ring(stands(("b", "a"), due=1.9e9), "a", ["b"]) is None


def test_a_watch_is_moved_to_fired_once_and_taken_back_without_a_trace(home):
    first, second = place(home), place(home)
    entry = watches.parse(watches.name_of(first))
    for _ in range(2):
        watches.end(home, "b", entry)
    watches.take_back(home, "b", watches.name_of(second))
    watches.take_back(home, "b", watches.name_of(second))
    assert watches.on(home, "b") == []
    assert os.listdir(watches.directory(home, watches.FIRED)) == [entry.name]
    assert watches.watched(home) == ["b"]


def test_an_empty_directory_goes_and_one_with_a_watch_or_a_holder_stays(home):
    made = place(home)
    os.close(watches.lock(home, "b"))
    watches.remove_empty(home, "b")
    assert watches.watched(home) == ["b"]
    watches.take_back(home, "b", watches.name_of(made))
    held = watches.lock(home, "b")
    watches.remove_empty(home, "b")
    assert watches.watched(home) == ["b"]
    os.close(held)
    torn = Path(watches.directory(home, "b"), ".torn.1.2")
    torn.write_text("{")
    watches.remove_empty(home, "b")
    assert torn.exists()
    os.utime(torn, (1, 1))
    watches.remove_empty(home, "b")
    assert watches.watched(home) == []
    watches.remove_empty(home, "b")
    with pytest.raises(FileNotFoundError):
        watches.lock(home, "b")


def test_a_watch_is_placed_though_its_directory_goes_away_meanwhile(home, monkeypatch):
    makes, gone = os.makedirs, []

    def made_and_gone(path, *more, **named):
        makes(path, *more, **named)
        if path.endswith("/b") and len(gone) < 2:
            gone.append(os.rmdir(path))

    monkeypatch.setattr(os, "makedirs", made_and_gone)
    made = place(home)
    assert watches.every(home) == [made] and len(gone) == 2


def test_a_run_that_is_being_made_is_not_gone(home):
    assert watches.is_gone(home, "b")
    path = family.directory(home, "b")
    held = writer.create(path, {"by": "launch", "parent": None, "may": []}, [])
    assert not watches.is_gone(home, "b")
    os.mkdir(path)
    held.close()
    assert not watches.is_gone(home, "b")
    os.rmdir(path)
    assert watches.is_gone(home, "b") and os.path.exists(ledger.path(path))


def test_of_two_makers_one_waits(home, monkeypatch):
    monkeypatch.setattr(watches, "PATIENCE", 0.0)
    held = watches.making(home)
    assert watches.making(home) is None
    os.close(held)
    os.close(watches.making(home))
    assert locks.held(os.path.join(watches.directory(home), watches.LOCK)) == "no"


def test_a_run_that_cannot_go_on_with_its_conversation_is_refused(home):
    seen = look.Look(family.directory(home, "a"))
    seen.attempt = {"recipe": {"name": "shell", "values": {}}}
    with pytest.raises(Refused, match="its recipe 'shell' has no 'resume'") as caught:
        watches.check(seen, "workcell wait b")
    assert caught.value.hint == "workcell wait b"
    seen.attempt = {"recipe": {"name": "claude", "values": {"resume": ["claude"]}}}
    watches.check(seen, "")


def test_what_was_fired_long_ago_is_forgotten(home):
    entry = watches.parse(watches.name_of(place(home)))
    assert watches.prune(home) == 0
    watches.end(home, "b", entry)
    assert watches.prune(home) == 0
    assert watches.prune(home, time.time() + watches.KEPT_SECONDS + 60) == 1
    assert os.listdir(watches.directory(home, watches.FIRED)) == []


def test_no_more_of_a_file_is_read_than_a_watch_has(home, monkeypatch):
    place(home)
    asked = []
    monkeypatch.setattr(safe_open, "read", lambda path, limit: asked.append(limit))
    assert watches.every(home) == [] and asked == [watches.LARGEST]
