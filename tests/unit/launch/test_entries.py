"""What an entry of a launch file says of its run, and what comes before and behind it."""

from pathlib import Path

import pytest

from workcell.launch import requests
from workcell.rundir.cell import Cell
from workcell.texts.document import Faulty


@pytest.fixture
def cell(lab, monkeypatch):
    for name, value in lab.env().items():
        monkeypatch.setenv(name, value)
    return Cell(lab.home, {**lab.env(), "TAKEN": "over"}, lab.repo)


def planned(cell, lab, text, **more):
    path = Path(lab.top, "night.yaml")
    path.write_text(text)
    request = requests.LaunchRequest((str(path),), repo=lab.repo, no_window=True, dry_run=True, **more)
    return str(path), requests.perform_launch(cell, request).runs


def brief(lab, name, front=""):
    path = Path(lab.top, f"{name}.md")
    path.write_text(
        f"---\nobjective: {name}\nrecipe: {{extends: shell, command: [echo], model: [-m, '{{{{ model }}}}']}}\n"
        f"worktree: true\nverify: 'false'\n{front}---\n"
    )
    return str(path)


def test_an_entry_comes_before_its_brief_and_the_defaults_behind(cell, lab):
    brief(lab, "a", "limits: {wall: 1h, cost: 1}\nargs: [in-brief]\nmodel: mine\nenv: {X: brief}\n")
    brief(lab, "b")
    Path(lab.top, "check.sh").write_text("#!/bin/sh\nexit 7\n")
    path, (one, two) = planned(
        cell,
        lab,
        "defaults:\n  limits: {wall: 3h, attempts: 9}\n  model: usual\nbriefs:\n"
        "  - brief: a.md\n    limits: {cost: 5}\n    args: [in-entry]\n    verify: check.sh\n    env: {X: entry, TAKEN: }\n"
        "    notify: []\n  - brief: b.md\n    verify: false\n",
        attempts=2,
        arg=("typed",),
    )
    assert [one.values[f"limits.{key}"] for key in ("wall", "cost", "attempts")] == [3600.0, 5.0, 2]
    assert one.origins["limits.cost"] == f"{path}:5" and one.origins["limits.attempts"] == "command line"
    assert one.argv == ["echo", "-m", "mine", "in-brief", "in-entry", "typed"]
    assert one.verify.endswith("exit 7\n") and one.values["notify"] == []
    assert one.values["env.X"] == one.values["env.TAKEN"] == "set" and one.origins["env.X"] == f"{path}:5"
    assert (two.values["limits.wall"], two.origins["limits.wall"]) == (3 * 3600.0, f"{path} (defaults)")
    assert two.argv == ["echo", "-m", "usual", "typed"]
    assert two.verify is None and two.origins["verify"] == f"{path}:11"


def test_a_fault_in_a_key_of_an_entry_is_told_with_its_line(cell, lab):
    brief(lab, "a")
    with pytest.raises(Faulty) as caught:
        planned(cell, lab, "briefs:\n  - brief: a.md\n    limits: {wall: soon}\n    args: x\n")
    told = "\n".join(caught.value.details)
    assert "night.yaml:3" in told and "night.yaml:4" in told and lab.runs() == []


def test_ports_of_command_line_entry_and_brief_count_by_name(cell, lab):
    brief(lab, "a", "ports: {WEB: 1, DB: 1, OLD: 1}\n")
    path, (one,) = planned(cell, lab, "briefs:\n  - brief: a.md\n    ports: {DB: 2, OLD: 0, API: 1}\n", port=("API=2",))
    named = {key: who for key, who in one.origins.items() if key.startswith("ports.")}
    assert sorted(named) == ["ports.API", "ports.API_2", "ports.DB", "ports.DB_2", "ports.WEB"]
    assert named["ports.WEB"].endswith("a.md") and named["ports.DB_2"] == f"{path}:2"


PARAMS = "params: {issue: {required: true}, time: 2h, many: 1}\nlimits: {wall: '%{time}'}\nports: {WEB: '%{many}'}\n"


def test_one_brief_is_launched_with_the_values_of_each_entry(cell, lab):
    brief(lab, "a", PARAMS + "labels: ['issue-%{issue}']\n")
    text = "briefs:\n  - {brief: a.md, set: {issue: 12, time: 1h, many: 2}}\n  - {brief: a.md, set: {issue: 13}}\n"
    _, (one, two) = planned(cell, lab, text)
    assert (one.values["labels"], two.values["labels"]) == (["issue-12"], ["issue-13"])
    assert (one.values["limits.wall"], two.values["limits.wall"]) == (3600.0, 7200.0)
    assert "ports.WEB_2" in one.values and "ports.WEB_2" not in two.values
    _, (typed,) = planned(cell, lab, "briefs:\n  - {brief: a.md, set: {issue: 12}}\n", set=("issue=99",))
    assert typed.values["labels"] == ["issue-99"]


@pytest.mark.parametrize(
    ("entry", "line"),
    [("{isue: 12}", "night.yaml:2: "), ("3", "night.yaml:2: 'set' must be"), ("{issue: [1]}", "night.yaml:2: 'briefs.0.set.issue'"),
     ("{issue: \"a\\nb\"}", "night.yaml:2: the value of 'issue'"), ("{issue: 1, time: never}", "a.md:")],
)  # fmt: skip
def test_wrong_values_of_an_entry_are_told_with_its_line(cell, lab, entry, line):
    brief(lab, "a", PARAMS)
    with pytest.raises(Faulty) as caught:
        planned(cell, lab, f"briefs:\n  - {{brief: a.md, set: {entry}}}\n")
    assert any(line in told for told in caught.value.details) and lab.runs() == []


def test_a_single_brief_in_place_of_a_list_has_a_line(cell, lab):
    brief(lab, "a")
    path, (one,) = planned(cell, lab, "max_live: 2\nbriefs: a.md\n")
    assert one.asked_at == f"{path}:2"
