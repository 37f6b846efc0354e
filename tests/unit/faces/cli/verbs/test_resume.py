"""workcell resume in this process: from a run's files, with or without waiting."""

import json

import pytest

from tests.support import runs
from workcell.faces.cli import app
from workcell.finish import settle
from workcell.rundir import look, phase


@pytest.fixture
def run(lab, monkeypatch):
    """A run whose check failed."""
    for name, value in lab.env(NO_COLOR="1").items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(lab.repo)
    made = runs.ended(lab, "test -e passed", command="touch started; exec sleep 600")
    assert settle.settle(made).phase == phase.DONE
    return made


def test_the_brief_of_the_next_attempt_is_shown(run, capfd):
    assert app.main(["resume", "-", "--dry-run"]) == 0
    assert "attempt 1" in capfd.readouterr().out and look.at(run).n == 1
    assert app.main(["resume", "-", "--dry-run", "--json"]) == 0
    assert json.loads(capfd.readouterr().out)["dry_run"] is True


def test_only_now_is_a_policy(run, capfd):
    assert app.main(["resume", "-", "--policy", "later"]) == 2
    assert "--policy cannot be 'later'" in capfd.readouterr().err


def test_it_opens_the_next_attempt(run, lab, capfd):
    assert app.main(["resume", "-", "--no-window"]) == 0
    assert capfd.readouterr().out.strip().endswith(" attempt 2")
    lab.phase(run, phase.RUNNING)
    assert app.main(["stop", "-", "--grace", "1s"]) == 0


def test_it_stays_until_the_run_is_over(run, lab, capfd):
    with open(f"{lab.repo}/passed", "w"):
        pass
    brief = lab.brief("true", "test -e passed", name="again")
    assert app.main(["resume", "-", "--brief", brief, "--no-window", "--wait", "--json"]) == 0
    assert json.loads(capfd.readouterr().out)["state"] == "passed"
