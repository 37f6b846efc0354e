"""Saved briefs: kept in the home, launched by name with values for their parameters."""

import os
from pathlib import Path

import pytest

from workcell.base.errors import CannotCreate, NotFound, Usage, WorkcellError
from workcell.launch import requests, saved_briefs, wait
from workcell.launch.saved_briefs import ListRequest, SaveRequest, ShowRequest
from workcell.rundir import look
from workcell.rundir.cell import Cell

TEXT = """---
objective: Say %{word}
params:
  word: {help: what is said}
  times: '1'
recipe: {extends: shell, command: 'echo "$WORD"'}
env: {WORD: '%{word}'}
verify: 'true'
---
"""


@pytest.fixture
def cell(lab, monkeypatch):
    for name, value in lab.env().items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(lab.repo)
    Path(lab.top, "say.md").write_text(TEXT)
    return Cell(lab.home, lab.env(), lab.repo)


def save(cell, lab, name=None, text=None):
    if text is not None:
        Path(lab.top, "say.md").write_text(text)
    return saved_briefs.perform_save(cell, SaveRequest(os.path.join(lab.top, "say.md"), name))


def own(cell):
    return [row for row in saved_briefs.perform_ls(cell, ListRequest()).briefs if not row.shipped]


def launch(cell, **more):
    return requests.perform_launch(cell, requests.LaunchRequest(no_window=True, **more))


def test_what_is_saved_is_listed_shown_and_launched(cell, lab):
    assert own(cell) == []
    done = save(cell, lab)
    assert (done.name, done.file) == ("say", f"{lab.home}/briefs/say.md") and done == save(cell, lab)
    (row,) = own(cell)
    assert (row.name, row.objective, row.error) == ("say", "Say %{word}", None)
    assert [(one.name, one.default, one.help) for one in row.params] == [
        ("word", None, "what is said"),
        ("times", "1", None),
    ]
    assert saved_briefs.perform_show(cell, ShowRequest("say")).text == TEXT
    made = launch(cell, saved="say", set=("word=a' b",))
    wait.wait([made.dir], wait.DONE, 30.0)
    seen = look.at(made.dir)
    assert seen.outcome == "passed" and seen.objective == "Say a' b"
    assert Path(made.dir, "brief.md").read_text().startswith("---\nobjective: Say a' b\nrecipe:")
    assert Path(made.dir, "agent.log").read_text() == "a' b\n"


def test_a_file_takes_values_too(cell, lab):
    shown = launch(cell, briefs=(f"{lab.top}/say.md",), set=("word=x",), dry_run=True)
    assert shown.values["objective"] == "Say x"


def test_wrong_values_and_names_leave_nothing_behind(cell, lab):
    save(cell, lab)
    for words, match in ((("wrod=x",), "has no parameter 'wrod'"), ((), "parameter 'word' has no value: what is said")):
        with pytest.raises(WorkcellError, match=match):
            launch(cell, saved="say", set=words)
    for words in (("word",), ("=x",), ("word=a", "word=b")):
        with pytest.raises(Usage, match="--set"):
            launch(cell, saved="say", set=words)
    with pytest.raises(Usage, match="--from"):
        launch(cell, saved="say", message="x")
    with pytest.raises(NotFound, match="no saved brief is named 'sai'") as caught:
        launch(cell, saved="sai")
    assert "did you mean 'say'" in str(caught.value.hint)
    with pytest.raises(NotFound):
        launch(cell, saved="../say")
    assert os.listdir(f"{lab.home}/runs") == []


def test_another_brief_of_the_name_is_never_written_over(cell, lab):
    save(cell, lab)
    with pytest.raises(CannotCreate, match="another saved brief named 'say'") as caught:
        save(cell, lab, text=TEXT + "more\n")
    assert f"rm {lab.home}/briefs/say.md" in str(caught.value.hint)
    assert save(cell, lab, "other").name == "other"
    assert Path(lab.home, "briefs/say.md").read_text() == TEXT


@pytest.mark.parametrize(
    ("text", "name", "words"),
    [
        ("---\nobjektive: x\n---\n", None, "unknown key"),
        ("---\nobjective: x\nrepo: ../mono\n---\n", None, "would be sought beside the saved brief"),
        (TEXT, "a/b", "cannot be a name"),
        (TEXT, ".hidden", "cannot name a saved brief"),
    ],
)
def test_what_could_not_be_launched_is_not_saved(cell, lab, text, name, words):
    with pytest.raises(WorkcellError, match=words):
        save(cell, lab, name, text)
    assert not os.path.exists(f"{lab.home}/briefs")


SHIPPED = sorted(path.stem for path in Path(saved_briefs.shipped()).glob("*.md"))


def test_the_roles_are_shipped(cell):
    rows = saved_briefs.perform_ls(cell, ListRequest()).briefs
    assert [row.name for row in rows] == SHIPPED and all(row.shipped and row.error is None for row in rows)
    assert SHIPPED == ["architect", "engineer", "manager", "reviewer", "scout"]


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_brief_is_launched_with_its_parameters_alone(cell, name):
    shown = saved_briefs.perform_show(cell, ShowRequest(name))
    given = tuple(f"{one.name}=true" for one in shown.params if one.default is None)
    planned = launch(cell, saved=name, set=given, dry_run=True)
    assert "%{" not in planned.prompt and planned.values["labels"] == [name]


def test_a_saved_brief_goes_before_a_shipped_one_of_its_name(cell, lab):
    assert saved_briefs.perform_show(cell, ShowRequest("scout")).text != TEXT
    save(cell, lab, "scout")
    assert saved_briefs.perform_show(cell, ShowRequest("scout")).text == TEXT
    (row,) = own(cell)
    assert (row.name, row.file) == ("scout", f"{lab.home}/briefs/scout.md")
