"""The verbs that only workcell calls, in this process: what they bring to its end, and what they refuse."""

import os

import pytest

from tests.support import frozen, runs
from workcell.faces import bound, complete, internal, tick
from workcell.faces.cli import plain
from workcell.rundir import look, phase, writer


@pytest.fixture
def cell(lab, monkeypatch):
    for name, value in lab.env(NO_COLOR="1").items():
        monkeypatch.setenv(name, value)
    return lab


@pytest.fixture
def home(tmp_path, monkeypatch):
    path = frozen.thaw(tmp_path / "home")
    monkeypatch.setenv("WORKCELL_HOME", path)
    monkeypatch.setenv("NO_COLOR", "1")
    return path


@pytest.mark.parametrize("verb", ["_finish", "_settle"])
def test_an_ended_attempt_is_brought_to_its_result(cell, verb):
    run = runs.ended(cell)
    held = writer.take(run)
    assert internal.main([verb, run, "1", str(held.fd), str(held.runner_lock)]) == 0
    assert look.at(run).outcome == "passed"


def test_what_has_changed_meanwhile_is_left_alone(cell):
    run = runs.ended(cell)
    held = writer.take(run)
    assert internal.main(["_settle", run, "2", str(held.fd), str(held.runner_lock)]) == 0
    assert look.at(run).phase == phase.INTERRUPTED


@pytest.mark.parametrize(
    "words", [["_finish"], ["_settle", "run", "one", "3", "-1"], ["_settle", "run", "1", "x", "-1"]]
)
def test_wrong_words_are_a_usage_error(words, capfd):
    assert internal.main(words) == 2
    assert "workcell itself calls this verb" in capfd.readouterr().err


def test_a_descriptor_of_another_file_is_no_right(cell, capfd):
    run = runs.ended(cell)
    with open(os.devnull) as file:
        assert internal.main(["_settle", run, "1", str(file.fileno()), "-1"]) == 75
    assert "is not the lock of this run" in capfd.readouterr().err


def test_a_tick_says_what_it_did(cell, capfd):
    assert tick.main(["watchdog", "tick"]) == 0 and capfd.readouterr().out == ""
    run = runs.killed(cell)
    assert tick.main(["watchdog", "tick"]) == 0
    assert capfd.readouterr().out == f"{os.path.basename(run)}: settles (lost)\n"
    cell.phase(run, phase.DONE)


@pytest.mark.parametrize(
    ("kind", "prefix", "wanted"),
    [("runs", "frozen-t", "frozen-two"), ("recipes", "cl", "claude"), ("groups", "none", None), ("nothing", "", None)],
)
def test_answers_for_a_shell_that_completes(home, capfd, kind, prefix, wanted):
    assert complete.main(["_complete", kind, prefix]) == 0
    said = capfd.readouterr().out.split()
    assert all(word.startswith(prefix) for word in said) and (wanted in said if wanted else said == [])


def test_a_home_that_must_not_be_used_completes_nothing(home, capfd):
    os.chmod(home, 0o777)
    assert complete.main(["_complete", "runs", ""]) == 0 and capfd.readouterr().out == ""


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ([], 0, "frozen-created"),
        (["status", "frozen-two"], 0, "passed"),
        (["status", "no-such-run-at-all"], 66, "no such run"),
        (["attach", "frozen-created"], 77, "cannot attach"),
    ],
)
def test_the_plain_forms_need_no_parser(home, capfd, words, code, said):
    assert plain.main(words) == code
    assert said in "".join(capfd.readouterr())


def test_an_agent_that_cannot_be_bound_is_told_of(cell, capfd):
    run = runs.start(cell, cell.brief(), prepare=True)
    assert bound.main(["_bound", run, "1", "999999999", "0", "1"]) == 0
    assert '"error"' in capfd.readouterr().out
