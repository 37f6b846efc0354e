"""Recipes: what they extend, what of several files holds, and whose agents they may name."""

import os

import pytest

from workcell.base.errors import Invalid, NotFound
from workcell.rundir import layout
from workcell.texts import recipe, search_path
from workcell.texts.document import Faulty

AGENT = """from workcell.agents.protocol import Agent
AGENT = Agent(name="mine", title="Mine")
"""


def home_with(tmp_path, name="home", **recipes):
    """A home with these recipes."""
    home = tmp_path / name
    (home / "recipes").mkdir(parents=True)
    for stem, text in recipes.items():
        (home / "recipes" / f"{stem}.yaml").write_text(text)
    return home


def with_agent(home):
    folder = home / layout.AGENTS / "mine"
    folder.mkdir(parents=True)
    (folder / "agent.py").write_text(AGENT)
    return home


def resolved(home, name, **more):
    return recipe.resolve(name, home=str(home), project=None, **more)


@pytest.mark.parametrize("keys", ["reader: mine\n", "typing: {screen: mine}\n"])
def test_an_agent_of_the_home_may_be_named_there_and_only_there(tmp_path, monkeypatch, keys):
    text = "command: mine\n" + keys
    home = with_agent(home_with(tmp_path, mine=text))
    usual = home_with(tmp_path, "usual", mine=text)
    monkeypatch.setenv("WORKCELL_HOME", str(usual))
    assert "mine" in str(resolved(home, "mine").values)
    with pytest.raises(Faulty) as caught:
        resolved(usual, "mine")
    [words] = caught.value.details
    assert words.startswith(f"{usual}/recipes/mine.yaml:2: ") and "must be one of" in words and "'mine'" in words


def test_an_agent_of_the_usual_home_is_no_agent_of_another(tmp_path, monkeypatch):
    usual = with_agent(home_with(tmp_path, "usual"))
    home = home_with(tmp_path, mine="command: mine\nreader: mine\n")
    monkeypatch.setenv("WORKCELL_HOME", str(usual))
    with pytest.raises(Faulty):
        resolved(home, "mine")
    item = search_path.find("recipes", "mine", None, str(home))
    with pytest.raises(Faulty):
        recipe.check_file(item, home=str(home), project=None)
    recipe.check_file(item, home=str(usual), project=None)


def test_the_nearest_file_goes_first_and_some_keys_are_joined(tmp_path):
    home = home_with(
        tmp_path,
        base="command: base\nenv: {A: '1', B: '2'}\nlimits: {wall: 1h, idle: 5m}\nrepo_runs: [x]\n",
        mine="extends: base\ncommand: mine\nenv: {B: '3'}\nlimits: {wall: 2h}\nrepo_runs: [y]\n",
    )
    found = resolved(home, "mine")
    assert found.values["command"] == ["bash", "-c", "mine"]
    assert found.values["env"] == {"A": "1", "B": "3"}
    assert found.values["limits"] == {"wall": 7200.0, "idle": 300.0}
    assert found.values["repo_runs"] == ["x", "y"]
    assert found.sources["env.B"] == f"{home}/recipes/mine.yaml:3"
    assert found.sources["env.A"] == f"{home}/recipes/base.yaml:2"
    assert [origin.partition(": ")[0] for origin in found.origins] == ["user", "user"]


def test_the_keys_of_a_brief_go_before_all_files(tmp_path):
    home = home_with(tmp_path, base="command: base\n")
    own = recipe.Own({"command": ["mine"]}, "b.md", {("command",): 4})
    found = resolved(home, "base", own=own)
    assert found.values["command"] == ["mine"] and found.sources["command"] == "b.md:4"
    with pytest.raises(Faulty, match="'may' is no key of a recipe in a brief"):
        resolved(home, "base", own=recipe.Own({"may": ["answer"]}, "b.md"))


def test_a_circle_is_refused(tmp_path):
    home = home_with(tmp_path, a="extends: b\n", b="extends: a\n")
    with pytest.raises(Invalid, match="extends itself: a -> b -> a"):
        resolved(home, "a")


def test_a_recipe_without_a_command_is_shown_and_not_launched(tmp_path):
    home = home_with(tmp_path, a="summary: nothing\n")
    assert resolved(home, "a", complete=False).values["summary"] == "nothing"
    with pytest.raises(Invalid, match="has no command"):
        resolved(home, "a")
    with pytest.raises(NotFound):
        resolved(home, "b")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("command: []", "must be a command line or a list of words"),
        ("ignore_repo: yes", "must be a list of words"),
        ("repo_runs: [/etc]", "must be a path within the tree"),
        ("repo_runs: [../x]", "must be a path within the tree"),
        ("seed: text", "must be 'file: content' lines"),
        ("seed: {a: 1}", "must be text or 'key: value' lines"),
        ("name: other", "the file is named 'a'"),
    ],
)
def test_a_fault_of_a_key(tmp_path, line, words):
    home = home_with(tmp_path, a=line + "\n")
    with pytest.raises(Faulty) as caught:
        resolved(home, "a", complete=False)
    assert any(words in detail and ":1: " in detail for detail in caught.value.details)


@pytest.mark.parametrize(
    ("words", "made"),
    [
        (["a", "b"], ["a", "b", "--x"]),
        (["a", "--", "b"], ["a", "--x", "--", "b"]),
        (["a", "-"], ["a", "--x", "-"]),
    ],
)
def test_arguments_are_added_where_options_end(words, made):
    assert recipe.with_arguments(words, ["--x"]) == made


def test_a_variable_that_there_is_not_is_told_with_the_known_ones():
    with pytest.raises(Invalid) as caught:
        recipe.render("a\n{{ briefs }}", recipe.EXAMPLE, "here")
    assert "here: 'briefs' is undefined" in caught.value.message and "brief, handoff" in str(caught.value.hint)


def test_the_example_has_every_variable():
    assert set(recipe.EXAMPLE) == set(recipe.Variables.__annotations__) - {"prompt"}
    assert recipe.render("{{ run }}{{ attempt }}", recipe.EXAMPLE, "here") == "1"


def test_seeds_are_texts_or_json():
    values = {"seed": {"a.txt": "in {{ run }}", "b.json": {"of": ["{{ name }}", 1]}}}
    made = recipe.seeds(values, {**recipe.EXAMPLE, "run": "r", "name": "n"}, "here")
    assert made == {"a.txt": "in r", "b.json": '{\n  "of": [\n    "n",\n    1\n  ]\n}\n'}


def test_the_files_of_a_repository_are_known(tmp_path):
    home = home_with(tmp_path)
    folder = tmp_path / "repo" / ".workcell" / "recipes"
    folder.mkdir(parents=True)
    (folder / "theirs.yaml").write_text("command: x\n")
    found = recipe.resolve("theirs", home=str(home), project=str(tmp_path / "repo"))
    assert found.of_project() == [os.path.join(folder, "theirs.yaml")]
