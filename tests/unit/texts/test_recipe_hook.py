"""What a recipe adds where rules of approvals hold, and where that reaches no program."""

import pytest

from workcell.base.errors import Invalid
from workcell.texts import recipe, recipe_hook

APPROVALS = {"seed": {"a.json": {"hooks": {"Before": [2]}}}, "args": ["--hook"]}


def values(**more):
    return {**recipe.DEFAULTS, "name": "mine", "command": ["agent", "x/a.json", "-"], "approvals": APPROVALS, **more}


def test_files_are_joined_and_arguments_added():
    found = recipe_hook.added(values(seed={"a.json": {"hooks": {"Before": [1]}, "b": 1}}, resume=["agent", "--", "x"]))
    assert found["seed"] == {"a.json": {"hooks": {"Before": [1, 2]}, "b": 1}}
    assert (found["command"][-2:], found["resume"]) == (["--hook", "-"], ["agent", "--hook", "--", "x"])
    assert recipe_hook.added(values(approvals={})) == values(approvals={})


def test_a_text_is_not_written_over():
    with pytest.raises(Invalid, match="is text"):
        recipe_hook.added(values(seed={"a.json": "text"}))


def test_a_hook_that_does_not_reach_the_program_is_known():
    assert recipe_hook.reaches(values())
    assert not recipe_hook.reaches(values(command=["agent"])), "its command does not name the file"
    assert not recipe_hook.reaches(values(approvals={"args": ["x"]}, command=["bash", "-c", "agent"]))
    assert not recipe_hook.reaches(values(approvals={"ask": "deny"}))
