"""Claims: what excludes what, when one is void, and what planted files come to."""

import os
from pathlib import Path

import pytest

from tests.support.claimed_tree import ClaimedTree
from workcell.base import clock
from workcell.rundir import claims, layout


@pytest.fixture
def made(tmp_path):
    found = ClaimedTree(str(tmp_path))
    found.run("a")
    found.run("b")
    yield found
    found.close()


def named(found):
    return [(claim["run"], claim["path"]) for claim in found]


@pytest.mark.parametrize(
    ("first", "second", "free"),
    [
        ("src/x", "src/x", False),
        ("src", "src/x", False),
        ("src/x", "src", False),
        (".", "src/x", False),
        ("src/x", ".", False),
        ("src/x", "src/y", True),
        ("src/x", "src/xy", True),
        ("sr", "src", True),
    ],
)
def test_a_claim_covers_what_lies_below_it(made, first, second, free):
    made.tree.lock()
    assert made.take("a", first) == []
    found = made.take("b", second)
    assert named(found) == ([] if free else [("a", first)])
    if not free:
        assert made.take("a", second) == [], "its own are in nobody's way"


def test_all_or_nothing_is_taken(made):
    made.tree.lock()
    made.take("a", "src/x")
    assert named(made.take("b", "src/y", "src/x")) == [("a", "src/x")]
    assert named(claims.stored(made.tree)) == [("a", "src/x")]


@pytest.mark.parametrize("end", ["its runner is gone", "another attempt", "no run", "its time is over"])
def test_a_claim_of_the_dead_is_void(made, end):
    made.tree.lock()
    until = clock.stamp(clock.parse(clock.stamp()) + 60)
    made.take("a", "src/x", until=until)
    now = clock.stamp()
    if end == "its runner is gone":
        made.ends("a")
        os.rename(os.path.join(made.home, layout.RUNS, "a"), os.path.join(made.home, "gone"))
        os.unlink(os.path.join(made.home, layout.LEDGER, "a.jsonl"))
    elif end == "another attempt":
        made.run("a", 2)
    elif end == "no run":
        made.take("c", "src/y", until=until)
        assert made.take("b", "src/y") == []
        return
    else:
        now = until
    assert made.take("b", "src/x", now=now) == []
    assert named(claims.stored(made.tree)) == [("b", "src/x")]


def test_a_claim_of_a_hook_ends_with_the_turn_and_one_by_name_does_not(made):
    made.tree.lock()
    made.take("a", "src/x", auto=True)
    made.take("a", "src/y")
    made.says("a", "working")
    assert made.take("b", "src/x")
    made.says("a", "idle", "2020-01-01T00:00:00.000Z")
    assert made.take("b", "src/x"), "it was idle before"
    made.says("a", "idle", clock.stamp(clock.parse(clock.stamp()) + 1))
    assert made.take("b", "src/x", auto=True) == [] and named(made.take("b", "src/y")) == [("a", "src/y")]


def test_an_edit_below_an_own_claim_takes_none_and_is_written_down(made):
    made.tree.lock()
    made.take("a", "src", why="moving it")
    made.take("a", "src/x", auto=True)
    assert named(claims.stored(made.tree)) == [("a", "src")]
    assert claims.taken(made.tree, "a") == {"src", "src/x"} and claims.taken(made.tree, "b") == set()
    assert claims.taken(made.tree) == {"src", "src/x"}


def test_giving_back_takes_what_is_void_along(made):
    made.tree.lock()
    made.take("a", "src/x")
    made.take("a", "src/y")
    made.take("c", "src/z")
    assert claims.drop(made.tree, "b", None) == []
    assert named(claims.stored(made.tree)) == [("a", "src/x"), ("a", "src/y")], "c is no run"
    assert claims.drop(made.tree, "a", ["src/y"]) == ["src/y"] and claims.drop(made.tree, "a", None) == ["src/x"]


def test_paths_are_those_behind_links(made, tmp_path):
    os.symlink("src", os.path.join(made.top, "link"))
    os.symlink(made.top, tmp_path / "other")
    assert made.tree.relative(os.path.join(made.top, "link", "x")) == "src/x"
    assert made.tree.relative(str(tmp_path / "other" / "src" / "new" / "x")) == "src/new/x"
    assert made.tree.relative(made.top) == "." and made.tree.relative(str(tmp_path)) is None
    assert made.tree.relative(made.top + "x") is None


@pytest.mark.parametrize(
    "planted",
    [
        b"",
        b"[]",
        b"{",
        b'{"schema":"workcell.file.claim/2","run":"a","attempt":1,"path":"src/x","at":"2026-11-20T05:12:00.000Z"}',
        b'{"schema":"workcell.file.claim/1","run":"../a","attempt":1,"path":"src/x","at":"2026-11-20T05:12:00.000Z"}',
        b'{"schema":"workcell.file.claim/1","run":"a","attempt":"1","path":"src/x","at":"2026-11-20T05:12:00.000Z"}',
        b'{"schema":"workcell.file.claim/1","run":"a","attempt":1,"path":"src/x","at":"now"}',
        b'{"schema":"workcell.file.claim/1","run":"a","attempt":1,"path":"src/x","at":"2026-11-20T05:12:00.000Z","until":"x"}',
        b"x" * (1 << 20),
    ],
)
def test_what_is_no_claim_is_in_no_way(made, planted):
    made.tree.lock()
    Path(made.tree.file_of("src/x")).write_bytes(planted)
    assert made.take("b", "src/x") == []


def test_a_link_in_the_place_of_a_claim_is_not_followed(made, tmp_path):
    made.tree.lock()
    (tmp_path / "precious").write_text("mine")
    os.symlink(tmp_path / "precious", made.tree.file_of("src/x"))
    assert made.take("b", "src/x") == [] and (tmp_path / "precious").read_text() == "mine"


def test_what_is_said_of_a_removed_run_is_forgotten(made):
    made.tree.lock()
    made.take("a", "src/x")
    made.take("b", "src/y")
    members = os.path.join(made.home, layout.LEASES, made.tree.name + layout.MEMBERS)
    os.mkdir(members)
    for run in "ab":
        Path(members, run).touch()
    claims.remove(os.path.join(made.home, layout.RUNS, "a"))
    assert os.listdir(members) == ["b"] and claims.taken(made.tree) == {"src/y"}


@pytest.mark.parametrize("path", ["x" * 5000, "d/" * 3000, "a\0b"])
def test_what_can_be_no_path_is_not_claimed(made, path):
    """A claim that no process could read would be told as taken, and hold nothing."""
    assert made.tree.relative(os.path.join(made.top, path)) is None


def test_the_claim_on_the_longest_path_can_be_read(made):
    path = os.fsdecode(b"\xff" * (claims.LONGEST - len(made.top) - 1))
    assert made.tree.relative(os.path.join(made.top, path)) == path
    made.tree.lock()
    assert made.take("a", path) == [] and named(made.take("b", path)) == named(made.take("b", path)) != []


def test_what_finds_no_room_in_the_list_is_not_claimed(made, monkeypatch):
    """What an attempt claimed tells what it may have edited: a claim behind what readers take would hide a forbidden path."""
    monkeypatch.setattr(claims, "MOST_TAKEN", 300)
    made.tree.lock()
    with pytest.raises(OSError, match="claimed too much"):
        for number in range(50):
            made.take("a", f"src/{number}")
    assert {claim["path"] for claim in claims.stored(made.tree)} == claims.taken(made.tree) != set()
