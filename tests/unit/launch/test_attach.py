"""What attach says where there is no terminal to show."""

import pytest

from tests.support import frozen, runs
from workcell.base.errors import Refused
from workcell.launch import attach
from workcell.rundir import phase


def test_of_a_run_that_is_over_nothing_is_shown(tmp_path):
    home = frozen.thaw(tmp_path / "home")
    found = attach.prepare(home, frozen.run_of(home, "frozen-two"), False)
    assert found.argv is None and "passed" in str(found.note) and "workcell logs" in str(found.note)


def test_one_that_does_not_run_is_refused(tmp_path):
    home = frozen.thaw(tmp_path / "home")
    with pytest.raises(Refused, match="it is created"):
        attach.prepare(home, frozen.run_of(home, "frozen-created"), False)


def test_without_a_terminal_the_log_is_named(lab, monkeypatch):
    for name, value in lab.env().items():
        monkeypatch.setenv(name, value)
    run = runs.start(lab, lab.brief("exec sleep 600"))
    lab.phase(run, phase.RUNNING)
    with pytest.raises(Refused, match="needs a terminal") as caught:
        attach.prepare(lab.home, run, False)
    assert "logs -f" in str(caught.value.hint)
