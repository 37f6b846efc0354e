"""docs/how-to/add-a-verb.md, followed literally in a copy of the tree."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "how-to" / "add-a-verb.md"
KEPT_OUT = shutil.ignore_patterns(".git", ".venv*", ".*cache*", "__pycache__", "*.egg-info", "dist", "build")

_STEP = re.compile(
    r"^(Create|In) `(?P<path>[^`]+)`(?:, (?P<where>above|below) `(?P<line>[^`]+)`)?:\n\n```python\n(?P<code>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
_COMMANDS = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def follow(tree: Path, page: str) -> int:
    """Do what the page says, and count its steps; AssertionError where a line that it names is not there."""
    steps = 0
    for step in _STEP.finditer(page):
        path, code = tree / step["path"], step["code"]
        if code.startswith("def "):
            code += "\n\n"  # which stand at the end of no block of a Markdown page
        if step["where"] is None:
            assert not path.exists()
            path.write_text(code)
        else:
            text, line = path.read_text(), step["line"] + "\n"
            assert text.count("\n" + line) == 1, f"{path}: {line!r}"
            path.write_text(text.replace(line, code + line if step["where"] == "above" else line + code, 1))
        steps += 1
    return steps


@pytest.mark.timeout(300)
@pytest.mark.heavy
def test_the_page_leads_to_a_verb(tmp_path):
    tree = tmp_path / "tree"
    shutil.copytree(ROOT, tree, symlinks=True, ignore=KEPT_OUT)
    assert follow(tree, PAGE.read_text()) == 8
    env = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "MYPYPATH")}
    env.update(
        PATH=f"{Path(sys.executable).parent}:{env['PATH']}",
        PYTHONPATH=str(tree),
        PYTHON=sys.executable,
        WORKCELL_HOME=str(tmp_path / "home"),
    )

    def run(*words: str) -> str:
        ran = subprocess.run(words, cwd=tree, env=env, capture_output=True, text=True, timeout=250)
        assert ran.returncode == 0, f"{words}\n{ran.stdout}\n{ran.stderr}"
        return ran.stdout

    for command in "".join(_COMMANDS.findall(PAGE.read_text())).splitlines():
        run("sh", "-c", command)
    verb = (sys.executable, "-m", "workcell")
    assert "Count the runs." in run(*verb, "--help")
    assert "--name" in run(*verb, "count", "--help")
    assert run(*verb, "count") == "0\n"
    assert json.loads(run(*verb, "count", "--json")) == {"schema": "workcell.count/1", "runs": 0}
    schema = json.loads((tree / "docs/operations/results/count.json").read_text())
    assert schema["properties"]["runs"]["description"] == "How many runs there are."
    assert json.loads((tree / "docs/operations/requests/count.json").read_text())["x-access"] == "look"
    assert "| `count` | look | allowed |" in (tree / "docs/reference/access.md").read_text()
    assert "### workcell count" in (tree / "docs/reference/cli.md").read_text()
    assert "count" in run(*verb, "completion", "bash")
    run("sh", "scripts/check", "lint", "format", "generated", "docs")
    words = ("-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/unit/operations", "-k", "count or registry or verb")
    run(sys.executable, *words)


def test_a_step_that_leads_nowhere_is_seen(tmp_path):
    (tmp_path / "x.py").write_text("a\nb\n")
    page = "In `x.py`, below `gone`:\n\n```python\nc\n```\n"
    with pytest.raises(AssertionError):
        follow(tmp_path, page)
    assert follow(tmp_path, page.replace("gone", "b")) == 1
    assert (tmp_path / "x.py").read_text() == "a\nb\nc\n"
