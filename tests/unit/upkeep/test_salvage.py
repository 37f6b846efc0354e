"""Snapshots of a run's tree, listed, shown and restored through the command line."""

import json
import os
import shlex
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


def test_what_rm_prints_works_anywhere(lab, ask, monkeypatch):
    run = lab.launch(lab.brief("echo two >> file.txt", name="gone-one"), "--worktree=", "--wait", repo=lab.repo)
    name = os.path.basename(run)
    monkeypatch.chdir("/")
    code, said, complained = ask("rm", name, "--force")
    assert code == 0, complained
    words = shlex.split(said.partition("workcell ")[2].splitlines()[0])
    code, said, complained = ask(*words)
    assert code == 0 and "+two" in said, complained
    code, _, complained = ask("salvage", "ls", "gone-one")
    assert code == 66 and "no such run: 'gone-one'" in complained
    assert "workcell salvage ls gone-one --repo DIR" in complained
    for where in (("--repo", lab.repo), ()):
        for word in (name, "gone-one"):
            code, said, complained = ask("salvage", "ls", word, *where)
            assert code == 0 and f"{name}/1" in said, complained
        monkeypatch.chdir(lab.repo)
    into = os.path.join(lab.top, "brought-back")
    assert ask("salvage", "restore", "gone-one", "--into", into)[0] == 0
    assert Path(into, "file.txt").read_text().endswith("two\n")


def test_snapshots_of_another_run_are_not_those_of_a_removed_one(taken, ask):
    code, _, complained = ask("salvage", "show", "run-two")
    assert code == 66 and "no such run: 'run-two'" in complained
