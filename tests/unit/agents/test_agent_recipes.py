"""The recipes of Claude Code and Codex, and the keys of recipes that they use."""

import json
import os
import shlex
import tomllib

import pytest

from workcell.launch import attempt
from workcell.texts import recipe, recipe_seed
from workcell.texts.document import Document, Faulty

RUN = "/home/me/.workcell/runs/20261120-0512-a-run-7f3a"
AGENTS = ("claude", "claude-tui", "codex", "codex-tui")


def filled(name: str, native: bool = False, workspace: str = '/w/a "tree"') -> dict:
    found = recipe.resolve(name, home="/nonexistent", project=None)
    bare = {"objective": "do it", "setup": [], "prose": "", "cwd": workspace, "secrets": [], "env_names": []}
    opening = attempt.Opening(
        RUN, 1, "a-run", b"words", attempt.BY_A_PERSON, conversation="5e551011" if native else None
    )
    return attempt.fill(attempt.with_recipe(bare, found), opening)


@pytest.mark.parametrize("name", AGENTS)
@pytest.mark.parametrize("native", [False, True])
def test_every_word_is_filled_in(name, native):
    made = filled(name, native)
    assert not any("{{" in word or "}}" in word for word in made["argv"])
    assert f"{RUN}/attempts/001/agent" in made["argv"], "the agent directory is granted"
    assert made["native"] is native
    if native or name.startswith("claude"):
        assert made["agent_session"] in made["argv"]
    assert (made["agent_session"] == "5e551011") is native


@pytest.mark.parametrize("name", ["codex", "codex-tui"])
def test_what_codex_is_told_on_its_command_line_is_toml(name):
    words = filled(name)["argv"]
    told = [tomllib.loads(words[at + 1]) for at, word in enumerate(words) if word == "-c"]
    hooks = {event: entry for one in told for event, entry in one.get("hooks", {}).items()}
    assert {"SessionStart", "SessionEnd"} <= set(hooks)
    for entry in hooks.values():
        program = shlex.split(entry[0]["hooks"][0]["command"])
        assert os.path.exists(program[3]) and program[4] == "codex"
    if name == "codex-tui":
        assert {"projects": {'/w/a "tree"': {"trust_level": "trusted"}}} in told


@pytest.mark.parametrize("name", ["claude", "claude-tui"])
def test_claudes_settings_are_seeded_beside_the_attempt(name, tmp_path):
    made = filled(name)
    attempt.write(str(tmp_path / "a"), attempt.Files(made, b"brief", None, None))
    path = tmp_path / "a" / "claude.json"
    found = json.loads(path.read_text())
    assert path.stat().st_mode & 0o777 == 0o600
    assert f"{RUN}/attempts/001/claude.json" in made["argv"]
    program = shlex.split(found["hooks"]["Stop"][0]["hooks"][0]["command"])
    assert os.path.exists(program[3]) and program[4] == "claude"


@pytest.mark.parametrize("name", ["../x", "/etc/x", ".hidden", "attempt.json", "agent/x", "a/b/c", "agent.log"])
def test_a_seed_cannot_be_laid_where_workcell_writes(name):
    document = Document("r.yaml", {}, "", 1)
    recipe_seed.seed_files({name: "text"}, ("seed",), document)
    assert document.faults


def test_a_seed_may_be_text_and_lie_in_a_folder(tmp_path):
    values = {"seed": {"folder/hooks.txt": "run {{ run }}"}}
    found = recipe.seeds(values, {"run": "r"}, "here")
    assert found == {"folder/hooks.txt": "run r"}
    attempt.write(str(tmp_path / "a"), attempt.Files({"seed": found}, b"brief", None, None))
    assert (tmp_path / "a" / "folder" / "hooks.txt").read_text() == "run r"


def test_wrong_typing_is_said_with_its_line(tmp_path):
    folder = tmp_path / "recipes"
    folder.mkdir()
    (folder / "mine.yaml").write_text("name: mine\ncommand: x\ntyping:\n  screen: vim\n  settel: 1s\n")
    with pytest.raises(Faulty) as caught:
        recipe.resolve("mine", home=str(tmp_path), project=None)
    assert any("screen" in line for line in caught.value.details)
    assert any("did you mean 'settle'" in line for line in caught.value.details)
