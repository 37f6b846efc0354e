"""A model and arguments of the agent: who says them, in which order they are added, and that a resume keeps them."""

import os
from pathlib import Path

import pytest

from workcell.launch import requests, wait
from workcell.rundir import layout, look
from workcell.rundir.cell import Cell
from workcell.texts.document import Faulty

RECIPE = 'summary: s\ncommand: [sh, -c, "{0}", --, "{{{{ prompt }}}}"]\nmodel: [--model, "{{{{ model }}}}"]\n'


@pytest.fixture
def cell(lab, monkeypatch):
    for name, value in lab.env().items():
        monkeypatch.setenv(name, value)
    os.makedirs(os.path.join(lab.home, "recipes"), 0o700)
    os.chmod(lab.home, 0o700)
    for name in ("one", "two"):
        Path(lab.home, "recipes", f"{name}.yaml").write_text(f"name: {name}\n" + RECIPE.format("true"))
    Path(lab.home, layout.CONFIG).write_text(
        "recipes:\n  one: {model: small, args: [--from-config, 1]}\n  two: {args: [--for-two]}\n"
    )
    return Cell(lab.home, lab.env(), lab.repo)


def launched(cell, lab, *briefs, **more):
    return requests.perform_launch(cell, requests.LaunchRequest(briefs, repo=lab.repo, no_window=True, **more))


def brief(lab, front=""):
    path = Path(lab.top, "b.md")
    path.write_text(f"---\nobjective: x\nrecipe: one\nverify: 'false'\n{front}---\n")
    return str(path)


def added(argv):
    """The words between the recipe's own and the prompt."""
    return argv[3 : argv.index("--")]


def test_they_are_added_in_the_order_configuration_brief_command_line(cell, lab):
    shown = launched(cell, lab, brief(lab, "args: [--from-brief]\n"), arg=("--typed", "a b"), dry_run=True)
    assert added(shown.argv) == ["--model", "small", "--from-config", "1", "--from-brief", "--typed", "a b"]
    config = os.path.join(lab.home, layout.CONFIG)
    assert shown.origins["args"] == f"{config}, {os.path.join(lab.top, 'b.md')}, command line"
    assert shown.origins["model"] == config
    assert shown.values["model"] == "small" and shown.values["args"][-1] == "a b"


def test_the_model_that_is_said_nearest_counts(cell, lab):
    named = brief(lab, "model: large\n")
    assert launched(cell, lab, named, dry_run=True).values["model"] == "large"
    assert added(launched(cell, lab, named, model="huge", dry_run=True).argv)[:2] == ["--model", "huge"]


def test_words_with_braces_stay_as_they_are(cell, lab):
    shown = launched(cell, lab, brief(lab), arg=("{{ x }}", "{% y"), model="{{ m }}", dry_run=True)
    assert added(shown.argv) == ["--model", "{{ m }}", "--from-config", "1", "{{ x }}", "{% y"]


def test_a_resume_keeps_them_and_another_recipe_has_its_own(cell, lab):
    done = launched(cell, lab, brief(lab, "args: [--from-brief]\n"), model="huge")
    assert wait.wait([done.dir], wait.DONE, 30.0).states == ["failed"]
    assert requests.perform_resume(cell, requests.ResumeRequest(done.id, no_window=True)).attempt == 2
    assert wait.wait([done.dir], wait.DONE, 30.0).states == ["failed"]
    kept = look.at(done.dir).attempt
    assert added(kept["argv"]) == ["--model", "huge", "--from-config", "1", "--from-brief"]
    requests.perform_resume(cell, requests.ResumeRequest(done.id, recipe="two", no_window=True))
    assert wait.wait([done.dir], wait.DONE, 30.0).states == ["failed"]
    other = look.at(done.dir).attempt
    assert (other["model"], other["args"], added(other["argv"])) == (None, ["--for-two"], ["--for-two"])


def test_a_line_for_bash_has_them_as_its_arguments(cell, lab):
    path = Path(lab.top, "c.md")
    path.write_text(
        "---\nobjective: x\nrecipe: {extends: shell, command: 'touch \"$@\"'}\nargs: [p, 'q r']\nverify: test -e 'q r'\n---\n"
    )
    done = launched(cell, lab, str(path))
    assert wait.wait([done.dir], wait.DONE, 30.0).states == ["passed"]
    assert Path(lab.repo, "p").exists()


def test_a_recipe_that_takes_none_is_refused_with_the_cure(cell, lab):
    steps = lab.brief("true")
    with pytest.raises(Faulty, match="does not say how its program is told of a model"):
        launched(cell, lab, steps, model="m")
    Path(steps).write_text("---\nobjective: x\n---\n## Steps\n```bash\ntrue\n```\n")
    with pytest.raises(Faulty, match="takes no arguments"):
        launched(cell, lab, steps, recipe="runbook", arg=("a",))
    assert lab.runs() == []


@pytest.mark.parametrize("recipe", ["claude", "claude-tui", "codex", "codex-tui"])
def test_the_shipped_agents_are_told_of_a_model_before_their_prompt(cell, lab, recipe):
    shown = launched(cell, lab, message="x", recipe=recipe, model="m-1", arg=("-v",), dry_run=True)
    at = shown.argv.index("--model")
    assert shown.argv[at : at + 3] == ["--model", "m-1", "-v"]
    assert shown.argv[at + 3 :] in ([], ["-"], ["--", shown.prompt])
