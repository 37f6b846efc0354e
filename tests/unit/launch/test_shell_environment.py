import ast
import os
import subprocess
import sys

from tests.support import runs
from workcell.launch import shell_environment, wait
from workcell.rundir import env

IDENTITY = {
    "GIT_AUTHOR_NAME": "A Person", "GIT_AUTHOR_EMAIL": "a@localhost",
    "GIT_COMMITTER_NAME": "A Person", "GIT_COMMITTER_EMAIL": "a@localhost",
}  # fmt: skip


def test_identity_and_key_are_taken_over_and_what_leads_git_elsewhere_is_not():
    other = {
        "GIT_DIR": "/x", "GIT_WORK_TREE": "/x", "GIT_COMMON_DIR": "/x", "GIT_OBJECT_DIRECTORY": "/x", "GIT_EXEC_PATH": "/x",
        "GIT_CONFIG_GLOBAL": "/x", "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "http.extraheader", "GIT_CONFIG_VALUE_0": "key",
        "GIT_CONFIG_PARAMETERS": "'a.b=c'", "GIT_ASKPASS": "/x", "GIT_PREFIX": "", "API_KEY": "secret",
    }  # fmt: skip
    wanted = {**IDENTITY, "GIT_SSH_COMMAND": "ssh -i key", "LC_ALL": "C", "PATH": "/bin"}
    assert shell_environment.taken_over({**wanted, **other}) == wanted


def test_a_hook_of_a_commit_does_not_give_the_author_of_that_commit_away(lab):
    """Real git sets GIT_AUTHOR_* for its hooks, to the author of the commit that is being made."""
    hook = os.path.join(lab.repo, ".git/hooks/post-commit")
    os.makedirs(os.path.dirname(hook), exist_ok=True)
    with open(hook, "w") as file:
        file.write(
            f"#!{sys.executable}\nimport os, sys\nsys.path.insert(0, {os.environ.get('PYTHONPATH', os.getcwd())!r})\n"
            "from workcell.launch import shell_environment\n"
            "with open('told', 'w') as file:\n    file.write(repr([os.environ, shell_environment.taken_over(os.environ)]))\n"
        )
    os.chmod(hook, 0o700)
    words = ["git", "-c", "user.name=me", "-c", "user.email=me@localhost", "commit", "-q", "--allow-empty", "-m", "x"]
    subprocess.run([*words, "--author=Bob <bob@localhost>"], cwd=lab.repo, env=lab.env(), check=True)
    with open(os.path.join(lab.repo, "told")) as file:
        given, taken = ast.literal_eval(file.read().replace("environ(", "(", 1))
    assert given["GIT_AUTHOR_NAME"] == "Bob" and not [name for name in taken if name.startswith("GIT_A")]


def test_an_agent_commits_in_the_name_of_the_person(lab, monkeypatch):
    for name, value in {**lab.env(), **IDENTITY, "GIT_DIR": "/nonexistent", "GIT_INDEX_FILE": ""}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("GIT_INDEX_FILE")
    run = runs.start(lab, lab.brief("git commit -q --allow-empty -m made", 'test -z "${GIT_DIR:-}"'))
    assert wait.wait([run], wait.DONE, 30.0).states == ["passed"]
    asked = ["git", "log", "-1", "--format=%an <%ae> %cn %s"]
    said = subprocess.run(asked, cwd=lab.repo, env=lab.env(), capture_output=True, text=True, check=True).stdout
    assert said == "A Person <a@localhost> A Person made\n"
    assert env.read(run).fixed == []
