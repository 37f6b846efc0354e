"""What a failure of a verb becomes: words on standard error, and an exit code."""

import errno
import json
import os

import pytest

from workcell.base.errors import Refused, TreeBusy
from workcell.faces.cli import failures
from workcell.rundir import layout
from workcell.texts.document import Fault, Faulty


@pytest.fixture
def home(tmp_path, monkeypatch):
    path = str(tmp_path / "home")
    monkeypatch.setenv("WORKCELL_HOME", path)
    return path


def raising(error):
    def act():
        raise error

    return act


def test_what_an_act_returns_is_the_exit_code(capsys):
    assert failures.told(lambda: 3, ["ls"], False) == 3
    assert capsys.readouterr() == ("", "")


def test_an_error_of_ours_has_its_code_and_its_cure(capsys):
    assert failures.told(raising(Refused("not now", "wait")), ["stop", "x"], False) == 77
    assert capsys.readouterr().err == "workcell: not now\nhint: wait\n"
    failures.told(raising(Refused("not now", "wait")), ["stop", "x", "--json"], True)
    assert json.loads(capsys.readouterr().out)["error"] == "not now"


def test_what_spawn_says_names_spawn_and_what_launch_says_launch(capsys):
    error = Faulty([Fault("night.yaml", 3, "no", "workcell launch A")], "workcell launch B, or launch it later")
    failures.told(raising(error), ["spawn", "night.yaml"], False)
    said = capsys.readouterr().err
    assert "(workcell spawn A)" in said and "workcell spawn B, or launch it later" in said
    assert "workcell launch" not in said
    failures.told(raising(error), ["launch", "night.yaml"], False)
    assert "workcell launch A" in (said := capsys.readouterr().err) and "workcell spawn" not in said


def test_a_tree_in_use_is_told_with_the_line_that_was_typed(capsys):
    error = TreeBusy("in use", "as it was", [], run="run-1", waits=True, worktree=False)
    assert failures.told(raising(error), ["launch", "a b.md"], False) == 75
    assert "workcell wait run-1; workcell launch 'a b.md'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "code"),
    [(KeyboardInterrupt(), 130), (OSError(errno.ENOSPC, "No space left on device", "/x"), 74)],
)
def test_an_interruption_and_a_full_disk_are_no_bugs(home, error, code):
    assert failures.told(raising(error), ["ls"], False) == code
    assert not os.path.exists(home)


def test_a_bug_leaves_a_report_and_names_it(home, capsys):
    assert failures.told(raising(ValueError("what")), ["ls", "--all"], False) == 70
    said = capsys.readouterr().err
    [name] = os.listdir(os.path.join(home, layout.CRASHES))
    with open(os.path.join(home, layout.CRASHES, name)) as file:
        assert "ValueError: what" in file.read()
    assert "a bug: ValueError: what" in said and name in said
