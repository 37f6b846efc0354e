import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.lab import ROOT

EXAMPLES = ROOT / "recipes/examples"


def by_hand(lab, brief: str, *args: str, code: int = 0) -> tuple[subprocess.CompletedProcess, Path]:
    """Print the commands and really run them; the files that they made."""
    script = lab.workcell("recipe", "show", *args, "--sh", "--brief", brief, "--repo", lab.repo).stdout
    place = Path(lab.top, "by-hand")
    ran = subprocess.run(
        ["bash"], input=script, env=lab.env(RUN=str(place)), capture_output=True, text=True, timeout=60, cwd=lab.top
    )
    assert ran.returncode == code, ran.stdout + ran.stderr + script
    return ran, place


def test_a_runbook_by_hand(lab):
    shutil.copy(EXAMPLES / "hello.md", lab.top)
    by_hand(lab, "hello.md", "runbook")
    assert Path(lab.repo, "hello.txt").read_text() == "hello\n"
    assert not lab.runs()


def test_a_command_by_hand_with_setup_and_environment(lab):
    Path(lab.repo, "SUPERVISOR.md").write_text("---\nsetup:\n- echo \"it's set\" > set\nenv: {WORD: a 'b' $c}\n---\n")
    lines = [
        "---",
        "objective: o",
        "recipe: shell",
        "verify: grep -q \"a 'b' .c\" said",
        "---",
        "END",
        "__RUN__ '\"$HOME",
    ]
    Path(lab.top, "b.md").write_text("\n".join([*lines, ""]))
    home = Path(lab.home, "recipes")
    home.mkdir(parents=True)
    os.chmod(lab.home, 0o700)
    (home / "mine.yaml").write_text(
        'extends: shell\ncommand: test -e set && echo "$WORD" > said && echo {{ agent_dir }} && cat {{ brief }}\n'
    )
    _, place = by_hand(lab, "b.md", "mine")
    log = (place / "agent.log").read_text()
    assert log.startswith(f"{place}/attempts/001/agent\n") and log.endswith(Path(lab.top, "b.md").read_text())


def test_a_prompt_as_a_word_and_as_standard_input(lab):
    home = Path(lab.home, "recipes")
    home.mkdir(parents=True)
    os.chmod(lab.home, 0o700)
    (home / "word.yaml").write_text(
        "command: [printf, '%s', '{{ prompt }}']\nprompt: |\n  It's $HOME in {{ run_dir }}\n"
    )
    (home / "stdin.yaml").write_text("command: [cat]\nstdin: prompt\nstderr: separate\nprompt: |\n  Read {{ brief }}\n")
    Path(lab.top, "b.md").write_text("---\nobjective: o\nverify: 'true'\n---\n")
    _, place = by_hand(lab, "b.md", "word")
    assert (place / "agent.log").read_text().strip() == f"It's $HOME in {place}"
    _, place = by_hand(lab, "b.md", "stdin")
    assert (place / "agent.log").read_text().strip() == f"Read {place}/attempts/001/brief.md"


@pytest.mark.parametrize(("command", "verify", "code"), [("exit 3", "true", 3), ("true", "exit 4", 4)])
def test_by_hand_it_fails_as_it_should(lab, command, verify, code):
    Path(lab.top, "b.md").write_text(f"---\nobjective: o\nverify: {verify!r}\n---\n")
    home = Path(lab.home, "recipes")
    home.mkdir(parents=True)
    os.chmod(lab.home, 0o700)
    (home / "mine.yaml").write_text(f"extends: shell\ncommand: {command!r}\n")
    by_hand(lab, "b.md", "mine", code=code)


def test_a_command_of_the_brief_itself_and_a_secret(lab):
    brief = lab.brief('echo "${TOKEN-none}" > said', 'test -z "${TOKEN-}"', extra="secrets: [TOKEN]")
    text = Path(brief).read_text().replace("env: [MARKS]", "env: [MARKS, TOKEN]").replace("io: file", "io: terminal")
    Path(brief).write_text(text)
    words = ("recipe", "show", "shell", "--sh", "--brief", brief, "--repo", lab.repo)
    script = lab.workcell(*words, env=lab.env(TOKEN="key")).stdout
    assert "key" not in script
    ran = subprocess.run(["bash"], input=script, env=lab.env(TOKEN="key"), capture_output=True, text=True, timeout=60)
    assert ran.returncode == 0, ran.stderr
    assert Path(lab.repo, "said").read_text() == "key\n"


def test_without_a_brief_there_is_nothing_to_show(lab):
    assert (
        "hint: workcell recipe show shell --sh --brief"
        in lab.workcell("recipe", "show", "shell", "--sh", code=2).stderr
    )


def test_a_recipe_of_ones_own_wins_and_one_of_the_repository_takes_no_name(lab):
    def origin() -> str:
        rows = [line.split() for line in lab.workcell("recipe", "ls", cwd=lab.repo).stdout.splitlines()]
        return next(row[-1] for row in rows if row[0] == "shell")

    assert origin() == "shipped"
    Path(lab.home, "recipes").mkdir(parents=True)
    Path(lab.home, "recipes/shell.yaml").write_text("command: 'true'\n")
    assert origin() == "user"
    Path(lab.repo, ".workcell/recipes").mkdir(parents=True)
    Path(lab.repo, ".workcell/recipes/shell.yaml").write_text("command: 'false'\n")
    assert origin() == "user"
    told = lab.workcell("recipe", "ls", cwd=lab.repo).stderr
    assert ".workcell/recipes/shell.yaml is not used: 'shell' is the name of" in told
    Path(lab.repo, ".workcell/recipes/mine.yaml").write_text("extends: shell\ncommand: 'false'\n")
    shown = lab.workcell("recipe", "show", "mine", cwd=lab.repo).stdout
    assert "'false'" in shown and "# project: " in shown and f"{lab.home}/recipes/shell.yaml" in shown


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("extends: shell\ncomand: x\n", ":2: unknown key 'comand' (did you mean 'command'?)"),
        ("command: x\nlimits:\n  wal: 1h\n", ":3: unknown key 'wal' (did you mean 'wall'?)"),
        ("command: x\nterminal:\n  colums: 80\n", ":3: unknown key 'colums' (did you mean 'columns'?)"),
        ("command: [x, '{{ promt }}']\n", ":1: command: 'promt' is undefined"),
        ("command: x\nprompt: '{{ brief_txt }}'\n", ":2: prompt: 'brief_txt' is undefined"),
        ("extends: nobody\n", "no recipe named 'nobody'"),
        ("extends: r\n", "extends itself"),
        ("name: other\ncommand: x\n", ":1: the file is named 'r'"),
    ],
)
def test_lint_tells_the_line(lab, text, told):
    Path(lab.home, "recipes").mkdir(parents=True)
    path = Path(lab.home, "recipes/r.yaml")
    path.write_text(text)
    ran = lab.workcell("recipe", "lint", str(path), code=1)
    assert told in ran.stdout


def test_every_shipped_recipe_and_example_lints(lab):
    files = [*(ROOT / "recipes").glob("*.yaml"), EXAMPLES / "patient.yaml"]
    assert not lab.workcell("recipe", "lint", *map(str, files)).stdout


def test_the_examples_of_one_repository_pass(lab):
    for name in ("hello", "command"):
        shutil.copy(EXAMPLES / f"{name}.md", lab.top)
        lab.workcell("brief", "lint", f"{name}.md", cwd=lab.top)
        lab.workcell("launch", f"{name}.md", "--repo", lab.repo, "--wait", "--no-window")


def test_the_example_of_a_recipe_of_ones_own_passes(lab):
    Path(lab.repo, ".workcell/recipes").mkdir(parents=True)
    shutil.copy(EXAMPLES / "patient.yaml", Path(lab.repo, ".workcell/recipes"))
    Path(lab.repo, "Makefile").write_text("art:\n\ttouch art\n")
    Path(lab.top, "b.md").write_text("---\nobjective: o\nname: art\nrecipe: patient\nverify: test -e art\n---\n")
    lab.workcell("trust", lab.repo, "--yes")
    lab.workcell("launch", "b.md", "--repo", lab.repo, "--wait", "--no-window")


def test_the_example_of_many_repositories_passes(lab):
    place = Path(lab.top, "many")
    shutil.copytree(EXAMPLES / "many", place)
    for name in ("api", "web", "docs"):
        (place / name).mkdir()
    ran = lab.workcell("launch", "night.yaml", "--no-window", cwd=str(place))
    assert len(ran.stdout.split()) == 3 and "3 passed" in ran.stderr
    assert (place / "docs/CHANGELOG.md").exists()
