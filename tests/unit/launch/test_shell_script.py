"""The script that does by hand what a launch does: it is run by a real bash."""

import os
import subprocess

import pytest

from workcell.launch import plan, shell_script
from workcell.launch.options import Options


@pytest.fixture
def place(tmp_path):
    (tmp_path / "home" / "recipes").mkdir(parents=True)
    (tmp_path / "repo").mkdir()
    return tmp_path


def planned(place, front, body="", recipe=None, **options):
    (place / "b.md").write_text(f"---\nobjective: write the file\n{front}---\n{body}")
    if recipe is not None:
        (place / "home/recipes/mine.yaml").write_text(recipe)
    options.setdefault("repo", str(place / "repo"))
    return plan.make(str(place / "b.md"), Options(**options, shell=os.environ), str(place / "home"))


def by_hand(place, made):
    """The script, run: its exit code and the directory in which it put its files."""
    (place / "run").mkdir(exist_ok=True)
    script = place / "by-hand.sh"
    script.write_text(shell_script.script(made))
    env = {**os.environ, "RUN": str(place / "run")}
    ran = subprocess.run(["bash", str(script)], env=env, capture_output=True, text=True, timeout=30)
    return ran.returncode, place / "run"


AGENT = """\
command: [sh, -c, 'cat > got; echo "$WORKCELL_RUN_DIR $MODE" > where; cat {{ attempt_dir }}/settings.json > settings; exit 0']
stdin: prompt
prompt: "do: {{ objective }} with a ' and a $HOME"
env: {MODE: fast}
seed: {settings.json: {run: '{{ run_dir }}'}}
limits: {wall: 1m}
"""


def test_agent_setup_and_check_are_done(place):
    (place / "repo/SUPERVISOR.md").write_text("---\nsetup: [echo deps > deps]\n---\n")
    made = planned(place, "recipe: mine\nverify: test -e got\nforbid: [b/]\n", recipe=AGENT)
    code, run = by_hand(place, made)
    assert code == 0
    tree = place / "repo"
    assert (tree / "got").read_text() == "do: write the file with a ' and a $HOME\n"
    assert (tree / "where").read_text() == f"{run} fast\n" and (tree / "deps").exists()
    assert str(run) in (tree / "settings").read_text()
    assert (run / "attempts/001/brief.md").read_bytes() == made.brief.data
    assert "must not be touched: b/" in shell_script.script(made)


@pytest.mark.parametrize(("agent", "check", "code"), [("exit 3", "true", 3), ("true", "exit 4", 4), ("true", None, 0)])
def test_it_ends_with_the_code_of_the_agent_or_else_of_the_check(place, agent, check, code):
    verify = f"verify: '{check}'\n" if check else ""
    made = planned(place, f"recipe: {{extends: shell, command: '{agent}'}}\n{verify}")
    assert by_hand(place, made)[0] == code
    assert ("nothing checks the work" in shell_script.script(made)) == (check is None)


def test_steps_run_one_by_one_until_one_fails(place):
    body = "\n## Steps\n\n```bash\necho one > one\n```\n\n```bash\nexit 7\n```\n\n```bash\necho three > three\n```\n"
    code, _ = by_hand(place, planned(place, "recipe: runbook\n", body))
    assert code == 7
    assert (place / "repo/one").exists() and not (place / "repo/three").exists()


def test_a_variable_of_the_shell_is_named_and_its_value_is_not_there(place, monkeypatch):
    monkeypatch.setenv("MY_TOKEN", "hunter2-hunter2")
    made = planned(
        place, "recipe: {extends: shell, command: 'true'}\nenv: [MY_TOKEN]\nsecrets: [MY_TOKEN]\nverify: 'true'\n"
    )
    text = shell_script.script(made)
    assert "# MY_TOKEN comes from your shell" in text and "hunter2" not in text
    assert "env -u MY_TOKEN" in text


def test_a_text_that_holds_the_mark_gets_another_one(place):
    made = planned(place, "recipe: {extends: shell, command: 'true'}\n", "\nEND\n")
    assert "<<'END_'" in shell_script.script(made)
    assert by_hand(place, made)[0] == 0


def test_ports_are_free_ones_unless_the_shell_says_them(place, monkeypatch):
    made = planned(
        place,
        'recipe: mine\nverify: test "$WEB" != "$API"\nports: [WEB, API]\n',
        recipe=AGENT.replace("$MODE", "$WEB $API"),
    )
    monkeypatch.setenv("API", "4711")
    code, _ = by_hand(place, made)
    web, api = (place / "repo/where").read_text().split()[1:]
    assert code == 0 and api == "4711" and 1024 <= int(web) <= 65535
