"""Scratch directories of git: what a killed process leaves is removed by the next one, and nothing else is."""

import os
import signal
import subprocess
import sys
import tempfile
import time

import pytest

from tests.support import repos
from tests.support.lab import ROOT
from workcell.git import repository, scratch, tree_state


@pytest.fixture
def place(tmp_path, monkeypatch):
    """The place for temporary files of this test."""
    where = tmp_path / "tmp"
    where.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(where))
    return where


def aged(path, seconds):
    at = time.time() - seconds
    os.utime(path, (at, at))


def test_what_a_killed_process_left_is_removed_by_the_next(place):
    ask = "import time\nfrom workcell.git import scratch\nwith scratch.directory() as path:\n  print(path, flush=True)\n  time.sleep(600)"
    child = subprocess.Popen(
        [sys.executable, "-c", ask], cwd=ROOT, env={**os.environ, "TMPDIR": str(place)}, stdout=subprocess.PIPE, text=True
    )  # fmt: skip
    path = child.stdout.readline().strip()
    aged(path, 7200)
    with scratch.directory():
        assert os.path.isdir(path), "its maker lives"
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()
    with scratch.directory() as mine:
        assert os.listdir(place) == [os.path.basename(mine)]
    assert os.listdir(place) == []


def test_what_is_young_or_of_another_is_left_alone(place):
    young, old, other = (place / name for name in ("workcell-git-young", "workcell-git-old", "someone-else"))
    for path in (young, old, other):
        path.mkdir()
    aged(old, 2 * 86400)
    aged(other, 2 * 86400)
    aged(young, 7200)  # without a lock: perhaps of an older version, at work
    assert scratch.sweep(str(place)) == 1
    assert sorted(os.listdir(place)) == ["someone-else", "workcell-git-young"]
    if os.geteuid() == 0:
        aged(young, 2 * 86400)
        os.chown(young, 65534, 65534)
        assert scratch.sweep(str(place)) == 0


def test_git_leaves_nothing_there(place, tmp_path, monkeypatch):
    repos.set_up(monkeypatch, tmp_path)
    top = repos.make(tmp_path / "repo")
    tree_state.read(repository.find(str(top)), store=False, raw=True)
    assert os.listdir(place) == []
