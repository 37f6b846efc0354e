"""What the agent of a run is told anew stands in each attempt from then on."""

import pytest

from tests.support import runs
from workcell.base.errors import Refused
from workcell.launch import resume, wait
from workcell.launch.resume_agent import Told
from workcell.rundir import look


@pytest.fixture(autouse=True)
def _environment(lab, monkeypatch):
    for name, value in lab.env().items():
        monkeypatch.setenv(name, value)


def again(lab, run, **more):
    resume.resume(resume.Request(lab.home, run, window=False, **more))
    wait.wait([run], wait.DONE, 30.0)
    return look.at(run).attempt


def started(lab, recipe):
    text = f"---\nobjective: o\nverify: 'false'\nargs: [a]\nrecipe: {recipe}\n---\n"
    with open(f"{lab.top}/b.md", "w") as file:
        file.write(text)
    run = runs.start(lab, f"{lab.top}/b.md")
    wait.wait([run], wait.DONE, 30.0)
    return run


def test_model_and_words_are_kept_by_later_attempts(lab):
    run = started(lab, "{extends: shell, command: [echo], model: [-m, '{{ model }}']}")
    told = again(lab, run, told=Told("opus", ("-b",)))
    assert told["argv"] == ["echo", "-m", "opus", "a", "-b"] and (told["model"], told["args"]) == ("opus", ["a", "-b"])
    assert again(lab, run)["argv"] == ["echo", "-m", "opus", "a", "-b"]
    assert again(lab, run, told=Told(None, ("{{ c }}",)))["argv"] == ["echo", "-m", "opus", "a", "-b", "{{ c }}"]


def test_a_recipe_that_cannot_tell_its_program_is_refused(lab):
    run = started(lab, "{extends: shell, command: [echo]}")
    with pytest.raises(Refused, match="does not say how its program is told of a model"):
        again(lab, run, told=Told("opus"))
    with pytest.raises(Refused, match="takes no arguments"):
        again(lab, run, told=Told(None, ("x",)), recipe="runbook")
    assert look.at(run).n == 1
