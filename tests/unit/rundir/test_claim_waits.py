"""Waiting for claims: it ends when they are given back, a ring is found, and a killed process waits no more."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from tests.support.claimed_tree import ClaimedTree
from tests.support.lab import eventually
from workcell.rundir import claim_waits, claims

WAITS = """
import sys
from workcell.rundir import claim_waits, claims
tree = claims.Tree(sys.argv[1], sys.argv[2])
found = claim_waits.take(tree, claims.Wish(sys.argv[3], 1, [sys.argv[4]]), 60.0)
print([claim["run"] for claim in found.in_the_way], found.ring)
"""


@pytest.fixture
def made(tmp_path):
    found = ClaimedTree(str(tmp_path))
    for run in "abc":
        found.run(run)
    yield found
    found.close()


def asked(made, run, path, seconds=0.0):
    return claim_waits.take(made.tree, claims.Wish(run, 1, [path]), seconds)


def waits(made, run, path):
    """A process of that run that waits for the path."""
    process = subprocess.Popen(
        [sys.executable, "-c", WAITS, made.home, made.top, run, path], stdout=subprocess.PIPE, text=True
    )
    eventually(lambda: any(wait["run"] == run for wait in claim_waits.waiting(made.tree)), 20.0)
    return process


def test_it_is_taken_once_it_is_given_back(made):
    assert not asked(made, "a", "src/x").in_the_way
    give = threading.Timer(0.3, lambda: claims.drop(made.tree, "a", None))
    give.start()
    found = asked(made, "b", "src/x", 20.0)
    give.join()
    assert not found.in_the_way and not found.ring and 0.2 < found.waited < 19
    assert claim_waits.waiting(made.tree) == []
    assert os.listdir(os.path.join(made.tree.folder, claims.WAITS)) == []


def test_it_gives_up_in_time_and_names_the_holder(made):
    asked(made, "a", "src/x")
    found = asked(made, "b", "src/x", 0.2)
    assert [claim["run"] for claim in found.in_the_way] == ["a"] and 0.2 <= found.waited < 5


def test_the_second_of_two_that_would_wait_for_each_other_finds_the_ring(made):
    asked(made, "a", "src/x")
    asked(made, "b", "src/y")
    first = waits(made, "a", "src/y")
    begun = time.monotonic()
    found = asked(made, "b", "src/x", 60.0)
    assert found.ring == ["a"] and time.monotonic() - begun < 20
    assert first.poll() is None, "the first waits on"
    claims.drop(made.tree, "b", None)
    assert first.communicate(timeout=20)[0].strip() == "[] []"


def test_a_ring_of_three_is_found(made):
    for run, path in (("a", "src/x"), ("b", "src/y"), ("c", "src/z")):
        asked(made, run, path)
    others = [waits(made, "a", "src/y"), waits(made, "b", "src/z")]
    assert asked(made, "c", "src/x", 60.0).ring == ["a", "b"]
    assert not asked(made, "c", "src/w", 60.0).in_the_way
    for process in others:
        process.kill()
        process.communicate()


def test_a_killed_process_waits_no_more(made):
    asked(made, "a", "src/x")
    asked(made, "b", "src/y")
    first = waits(made, "a", "src/y")
    first.kill()
    first.communicate()
    assert claim_waits.waiting(made.tree) == []
    found = asked(made, "b", "src/x", 0.2)
    assert not found.ring and found.in_the_way, "no ring with the dead"
    assert os.listdir(os.path.join(made.tree.folder, claims.WAITS)) == [], "what it left was taken away"


def test_a_planted_wait_is_none(made):
    asked(made, "a", "src/x")
    folder = Path(made.tree.folder, claims.WAITS)
    folder.mkdir()
    Path(folder, "a.1").write_text('{"run": "a", "paths": ["src/y"], "holders": ["b"], "at": ""}')
    os.symlink("/etc/passwd", folder / "a.2")
    os.mkfifo(folder / "a.3")
    assert claim_waits.waiting(made.tree) == []
    assert asked(made, "b", "src/x", 0.1).ring == []


def test_a_held_lock_is_told_as_busy(made, monkeypatch):
    held = made.tree.lock()
    monkeypatch.setattr(claims, "PATIENCE", 0.1)
    monkeypatch.setattr(claims.Tree.lock, "__defaults__", (0.1,))
    found = asked(made, "b", "src/x")
    assert found.busy and not found.in_the_way
    os.close(held)
