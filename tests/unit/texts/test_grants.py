"""`may` of briefs and recipes: which operations can be granted, by which files, and what is said of the others."""

import os

import pytest

from workcell.base.errors import WorkcellError
from workcell.launch import children, plan
from workcell.launch.options import Options
from workcell.texts import brief, recipe
from workcell.trust import access

FRONT = "---\nobjective: x\nrecipe: {recipe}\nmay: {may}\n---\n"


def faults(may):
    return [str(fault) for fault in brief.parse(FRONT.format(recipe="shell", may=may).encode(), "b.md").faults]


@pytest.mark.parametrize("may", ["answer", "[answer, hold]", "[stop, resume, send]", "[watchdog install, gc]", "[]"])
def test_operations_for_a_person_can_be_granted(may):
    assert faults(may) == []


@pytest.mark.parametrize(
    ("may", "words"),
    [
        ("[ls]", "'ls' needs no grant"),
        ("[anwser]", "did you mean 'answer'"),
        ("[_finish]", "'_finish' is no operation"),
        ("[1]", "must be text"),
    ],
)
def test_a_fault_names_file_and_line(may, words):
    [fault] = faults(may)
    assert fault.startswith("b.md:4: ") and words in fault


@pytest.fixture
def place(tmp_path):
    """A home and a repository, with a recipe that grants in each."""
    for top in (tmp_path / "home", tmp_path / "repo" / ".workcell"):
        (top / "recipes").mkdir(parents=True)
    text = "extends: shell\ncommand: 'true'\nmay: [answer]\n"
    (tmp_path / "home/recipes/mine.yaml").write_text(text)
    (tmp_path / "repo/.workcell/recipes/theirs.yaml").write_text(text)
    (tmp_path / "repo/.workcell/recipes/over.yaml").write_text("extends: mine\ncommand: 'false'\n")
    return tmp_path


def may(place, name):
    return recipe.resolve(name, home=str(place / "home"), project=str(place / "repo")).values["may"]


def test_a_recipe_of_the_home_grants(place):
    assert may(place, "mine") == ["answer"]


def test_a_recipe_of_a_repository_grants_nothing(place):
    assert may(place, "over") == []
    with pytest.raises(WorkcellError) as error:
        may(place, "theirs")
    assert "theirs.yaml:3: a recipe of a repository cannot grant operations" in error.value.message


def made(place, recipe_line, more=""):
    path = place / "b.md"
    path.write_text(f"---\nobjective: x\n{recipe_line}{more}---\n")
    return plan.make(str(path), Options(repo=str(place / "repo"), shell=os.environ), str(place / "home"))


def test_brief_and_recipe_grant_together(place):
    assert made(place, "recipe: mine\n", "may: [hold]\n").may == ["hold", "answer"]


def test_a_repository_that_names_the_recipe_gets_none_of_its_grants(place):
    (place / "repo/SUPERVISOR.md").write_text("---\nrecipe: mine\n---\n")
    found = made(place, "")
    assert found.recipe.name == "mine" and found.may == []


def test_a_recipe_within_a_brief_has_no_grants_of_its_own(place):
    with pytest.raises(WorkcellError) as error:
        made(place, "recipe:\n  extends: mine\n  may: [hold]\n")
    assert "b.md:5: 'may' is no key of a recipe in a brief" in error.value.message


def test_outside_a_plan_stays_as_it_is(place):
    found = made(place, "recipe: mine\n", "may: [hold]\nlimits: {wall: 40d}\n")
    children.narrow(found, access.OUTSIDE)
    assert found.may == ["hold", "answer"] and found.limits["wall_seconds"] == 40 * 86400 and found.notes == []
