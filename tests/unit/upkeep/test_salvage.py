"""Snapshots of a run's tree, listed, shown and restored through the command line."""

import json
import os
from pathlib import Path

import pytest

from workcell.faces.cli import app
from workcell.git import repository, snapshot


@pytest.fixture
def ask(lab, monkeypatch, capfd):
    for name, value in lab.env(NO_COLOR="1").items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(lab.repo)

    def run(*words: str) -> tuple[int, str, str]:
        capfd.readouterr()
        return app.main(list(words)), *capfd.readouterr()

    return run


@pytest.fixture
def taken(lab):
    Path(lab.repo, "file.txt").write_text("changed\n")
    Path(lab.repo, "new").write_text("work\n")
    snapshot.take(repository.find(lab.repo), "run-one", "before a test")


def test_a_snapshot_is_listed_and_shown(taken, ask):
    code, said, complained = ask("salvage", "ls", "--json")
    assert code == 0, complained
    [found] = json.loads(said)["snapshots"]
    assert (found["run"], found["why"]) == ("run-one", "before a test")
    code, said, _ = ask("salvage", "show", "--snapshot", "run-one/1")
    assert code == 0 and "+changed" in said and "new" in said


def test_it_is_restored_into_a_new_directory_and_never_over_work(taken, ask, lab):
    into = os.path.join(lab.top, "restored")
    assert ask("salvage", "restore", "--into", into)[0] == 0
    assert Path(into, "file.txt").read_text() == "changed\n" and Path(into, "new").read_text() == "work\n"
    assert ask("salvage", "restore", "--into", into)[0] != 0, "it is not empty any more"
    assert ask("salvage", "restore")[0] == 2
    assert ask("salvage", "restore", "--into", lab.new_repo())[0] == 77


def test_it_goes_back_into_its_own_clean_tree(taken, ask, lab):
    os.unlink(os.path.join(lab.repo, "new"))
    Path(lab.repo, "file.txt").write_text("one\n")
    assert ask("salvage", "restore", "--into", lab.repo)[0] == 0
    assert Path(lab.repo, "file.txt").read_text() == "changed\n" and Path(lab.repo, "new").read_text() == "work\n"


def test_what_is_not_there_is_not_found(ask):
    assert ask("salvage", "show")[0] == 66
    assert ask("salvage", "ls", "no-such-run")[0] == 66
    assert ask("salvage", "ls", "--repo", "/")[0] == 66
