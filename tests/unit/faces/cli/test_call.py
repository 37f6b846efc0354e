"""Asking for an operation from the command line: the context of the process, near names, and the JSON document."""

import json

import pytest

from tests.support import frozen
from workcell.base.errors import NoSuchRun
from workcell.faces.cli import call
from workcell.rundir import plans
from workcell.views import ls, status


@pytest.fixture
def home(tmp_path, monkeypatch):
    thawed = frozen.thaw(tmp_path / "home")
    monkeypatch.setenv("WORKCELL_HOME", str(thawed))
    return str(thawed)


def test_the_context_is_that_of_the_process(home, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    cell = call.cell()
    assert (cell.home, cell.directory) == (home, str(tmp_path))


def test_a_deleted_directory_is_no_failure(home, tmp_path, monkeypatch):
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert call.cell().directory == "/"
    assert call.perform("ls", ls.Request(everything=True)).runs


def test_a_near_name_is_the_hint(home):
    name = call.perform("ls", ls.Request(everything=True)).runs[0]["name"]
    with pytest.raises(NoSuchRun) as error:
        call.perform("status", status.Request(name + "x"))
    assert "did you mean" in error.value.hint
    with pytest.raises(NoSuchRun) as error:
        call.perform("status", status.Request("nothing-like-it-at-all-0000"))
    assert error.value.hint == "workcell ls"


def test_the_document_is_one_line_of_json_with_its_schema(home, capsysbinary):
    call.show("ls", call.perform("ls", ls.Request(everything=True)))
    found = json.loads(capsysbinary.readouterr().out)
    assert found["schema"] == "workcell.ls/1" and found["runs"]


def test_a_word_that_names_a_plan_is_said_to(home, monkeypatch):
    monkeypatch.setattr(plans, "named", lambda home, word: "20261120-0512-night-7f3a")
    monkeypatch.setattr(plans, "read", lambda home, plan: {"name": "night"})
    with pytest.raises(NoSuchRun, match="'night' is a plan, and not a run") as error:
        call.directory_of("night")
    assert error.value.hint == "workcell plan show 20261120-0512-night-7f3a"
    assert "workcell watch --group night" in str(call.with_near_name(NoSuchRun("x", word="night"), "watch").hint)
