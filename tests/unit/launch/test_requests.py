"""launch and resume as operations: one brief or several, and what is refused."""

from pathlib import Path

import pytest

from workcell.base.errors import Usage
from workcell.launch import requests
from workcell.rundir import look, phase
from workcell.rundir.cell import Cell


@pytest.fixture
def cell(lab, monkeypatch):
    for name, value in lab.env().items():
        monkeypatch.setenv(name, value)
    return Cell(lab.home, lab.env(), lab.repo)


def asked(lab, *briefs, **more):
    return requests.LaunchRequest(briefs, repo=lab.repo, no_window=True, **more)


def test_one_brief_is_previewed_prepared_and_resumed(cell, lab):
    brief = lab.brief("true")
    shown = requests.perform_launch(cell, asked(lab, brief, dry_run=True))
    assert shown.values["repo"] == lab.repo and lab.runs() == []
    made = requests.perform_launch(cell, asked(lab, brief, prepare=True))
    assert (made.phase, made.window, made.no_window, made.state) == (phase.CREATED, True, None, None)
    preview = requests.perform_resume(cell, requests.ResumeRequest(made.id, dry_run=True))
    assert preview.brief and preview.attempt == 1 and look.at(made.dir).phase == phase.CREATED
    started = requests.perform_resume(cell, requests.ResumeRequest(made.name, no_window=True))
    assert started.id == made.id and started.brief is None
    lab.phase(made.dir, phase.DONE)


def test_several_briefs_are_told_of_while_they_are_made(cell, lab):
    told = []
    listening = Cell(lab.home, lab.env(), lab.repo, progress=lambda what, about: told.append(what))
    briefs = lab.brief(name="one"), lab.brief(name="two")
    shown = requests.perform_launch(listening, asked(lab, *briefs, worktree="", dry_run=True))
    assert [row.asked_at for row in shown.runs] == list(briefs) and told == []
    made = requests.perform_launch(listening, asked(lab, *briefs, worktree="", prepare=True, group="g"))
    assert told == ["checked", "prepared", "prepared"]
    assert made.group == "g" and [row.state for row in made.runs] == [phase.CREATED] * 2


def test_what_cannot_be_asked_for(cell, lab):
    with pytest.raises(Usage, match="no brief"):
        requests.perform_launch(cell, requests.LaunchRequest(()))
    with pytest.raises(Usage, match="for one brief"):
        requests.perform_launch(cell, asked(lab, "a.md", "b.md", name="x"))
    with pytest.raises(Usage, match="begins anew"):
        requests.perform_resume(cell, requests.ResumeRequest("x", native=True, brief="b.md"))


def test_the_environment_of_a_run_is_that_of_the_cell(cell, lab):
    there = Cell(lab.home, {**lab.env(), "LC_TIME": "of-the-cell"}, lab.repo)
    shown = requests.perform_launch(there, asked(lab, lab.brief(), dry_run=True))
    assert shown.origins["env.LC_TIME"] == "shell"
    assert "env.LC_TIME" not in requests.perform_launch(cell, asked(lab, lab.brief(), dry_run=True)).origins


def test_each_of_several_runs_has_its_ports_also_where_it_was_there_already(cell, lab):
    path = Path(lab.top, "night.yaml")
    front = "worktree: true\nports: [WEB]"
    path.write_text(f"briefs: [{lab.brief(name='one', extra=front)}, {lab.brief(name='two', extra=front)}]\n")
    first = requests.perform_launch(cell, asked(lab, str(path), prepare=True))
    numbers = [row.ports["WEB"] for row in first.runs]
    assert len(set(numbers)) == 2
    again = requests.perform_launch(cell, asked(lab, str(path), prepare=True))
    assert [(row.found, row.ports["WEB"]) for row in again.runs] == [(True, number) for number in numbers]
