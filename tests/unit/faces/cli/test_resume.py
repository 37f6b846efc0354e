"""resume of several runs: those that are named, and of a group or label those that ended and did not pass."""

import json
import os

import pytest

from tests.support import runs
from workcell.faces.cli import app
from workcell.launch import wait
from workcell.rundir import look


@pytest.fixture
def ask(lab, monkeypatch, capfd):
    for name, value in lab.env(NO_COLOR="1").items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(lab.top)

    def run(*words):
        capfd.readouterr()
        code = app.main(["resume", "--no-window", *words])
        return code, *capfd.readouterr()

    return run


@pytest.fixture
def group(lab, ask):
    """Two runs of a group that failed, and one that passed; their directories by name."""
    made = {}
    for name, check in (("one", "false"), ("two", "false"), ("well", "true")):
        made[name] = runs.start(
            lab, lab.brief("true", check, name=name), name=name, group="night", labels=("l",), worktree=""
        )
        wait.wait([made[name]], wait.DONE, 30.0)
    return made


def ids(group, *names):
    return [os.path.basename(group[name]) for name in names]


def test_of_a_group_those_that_did_not_pass_are_opened_and_each_is_printed(group, ask):
    code, said, complained = ask("--group", "night", "--wait")
    assert said.splitlines() == [f"{id} attempt 2" for id in ids(group, "one", "two")]
    assert code == 1 and complained.count("failed") >= 2  # they were waited for, and failed again
    assert [look.at(run).n for run in group.values()] == [2, 2, 1]


def test_one_that_fails_stops_no_other_and_json_is_one_document(group, ask):
    code, said, _ = ask("one", "well", "two", "--json", "--wait")
    found = json.loads(said)
    assert code == 1 and found["schema"] == "workcell.resume-several/1"
    assert [(one["id"], one["attempt"], one["state"]) for one in found["runs"]] == [
        (id, 2, "failed") for id in ids(group, "one", "two")
    ]
    assert [(one["run"], one["exit"]) for one in found["failed"]] == [("well", 77)]


def test_a_dry_run_of_several_shows_each_brief_and_changes_nothing(group, ask):
    code, said, complained = ask("--label", "l", "--dry-run")
    assert code == 0 and said.count("## ") >= 2
    assert [f"{id} attempt 2:" in complained for id in ids(group, "one", "two")] == [True, True]
    assert [look.at(run).n for run in group.values()] == [1, 1, 1]


def test_where_all_passed_it_says_so(lab, ask):
    run = runs.start(lab, lab.brief("true", "true"), group="day")
    wait.wait([run], wait.DONE, 30.0)
    code, _, complained = ask("--group", "day")
    assert code == 66 and "no run of group 'day' ended without passing" in complained
