"""The page "Add a notifier" followed literally: a copy of the package gets the new kind and sends a notice with it."""

import json
import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support import far_ends
from tests.support.far_ends import Reply, Request
from workcell.rundir import phase

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/how-to/add-a-notifier.md"
_BLOCK = re.compile(r"^<!-- (file|add to|replace in|run): (.+?) -->\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(kind: str) -> list[tuple[str, str]]:
    """(what stands in the marker, text) of the blocks of one kind."""
    return [(found[2], found[3]) for found in _BLOCK.finditer(PAGE.read_text()) if found[1] == kind]


@pytest.fixture
def tree(lab) -> Path:
    """A copy of the package in which everything was done that the page says."""
    copy = Path(lab.top, "package")
    for name in ("workcell", "templates", "recipes", "recovery", "adapters"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "SKILL.md", copy)
    for name, text in blocks("file"):
        assert not (copy / name).exists(), f"{name} is there already"
        (copy / name).write_text(text)
    for where, text in blocks("add to"):
        name, _, line = where.partition(" below: ")
        before = (copy / name).read_text()
        assert before.count(f"\n{line}\n") == 1, f"{name} has no single line {line!r}"
        (copy / name).write_text(before.replace(f"\n{line}\n", f"\n{line}\n{text}", 1))
    for where, text in blocks("replace in"):
        name, _, words = where.partition(" the words: ")
        before = (copy / name).read_text()
        assert before.count(words) == 1, f"{name} does not hold {words!r} once"
        (copy / name).write_text(before.replace(words, text.rstrip("\n")))
    return copy


def gotify(request: Request) -> Reply:
    """A message as Gotify answers it."""
    if (request.path, request.headers.get("X-Gotify-Key")) != ("/message", "good-token"):
        return Reply(401, b'{"error": "Unauthorized", "errorCode": 401, "errorDescription": "you need a valid token"}')
    return Reply(200, json.dumps({"id": 25, "appid": 5, **request.record}).encode())


def secret(lab, token: str) -> None:
    """The token, where the adapter's file looks for it."""
    path = Path(lab.person, ".secrets", "gotify")
    path.parent.mkdir(mode=0o700)
    path.touch(0o600)
    path.write_text(token + "\n")


def test_the_page_makes_a_notifier_that_sends(lab, tree, eventually):
    os.makedirs(os.path.join(lab.person, ".workcell", "adapters"), 0o700)
    env = lab.env(PYTHONPATH=str(tree), WORKCELL_HOME=os.path.join(lab.person, ".workcell"))
    lab.home = env["WORKCELL_HOME"]
    secret(lab, "good-token")
    with far_ends.web(gotify) as server:
        [(_, commands)] = blocks("run")
        for line in commands.splitlines():
            text = line.removeprefix("$ ").replace("http://127.0.0.1:8080", server.url)
            text = text.replace("workcell ", shlex.join(lab.words()) + " ", 1) if text.startswith("workcell ") else text
            ran = subprocess.run(["bash", "-c", text], cwd=tree, env=env, capture_output=True, text=True, timeout=60)
            assert ran.returncode == 0, (line, ran.stdout, ran.stderr)
        assert "message 25" in ran.stdout
        [test] = server.requests
        assert test.record["title"]

        brief = lab.brief("true", "true", name="told", extra="notify: [gotify]")
        run = lab.launch(brief, env=env)
        assert lab.phase(run, phase.DONE).result["outcome"] == "passed"
        lab.workcell("watchdog", "tick", env=env)
        eventually(lambda: len(server.requests) > 1, what=lab.workcell("notify", "ls", env=env).stdout)
        assert server.requests[1].record["title"].startswith("✓ told passed")
        assert server.requests[1].record["priority"] == 4


def test_a_wrong_token_is_refused_in_the_words_of_the_far_end(lab, tree):
    adapters = Path(lab.home, "adapters")
    adapters.mkdir(parents=True, mode=0o700)
    secret(lab, "wrong")
    env = lab.env(PYTHONPATH=str(tree))
    with far_ends.web(gotify) as server:
        text = (tree / "adapters/gotify.yaml").read_text().replace("https://gotify.example.org", server.url)
        (adapters / "gotify.yaml").write_text(text)
        ran = lab.workcell("notify", "test", "gotify", env=env, cwd=str(tree), code=None)
    assert ran.returncode != 0
    assert "you need a valid token" in ran.stdout + ran.stderr
