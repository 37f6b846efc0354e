"""The page on adding a playbook step, followed to the letter in a copy of the tree."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PAGE = ROOT / "docs" / "how-to" / "add-a-playbook-step.md"

FOLLOWED = """
import os, sys
from workcell.judgement import next as nexts, outcome
from workcell.playbooks import interpreter, playbook, caps
from workcell.rundir import heartbeat, layout, look, phase
from workcell.watch import observe
from workcell.watch.actions import Actions
from workcell.watch.live_run import Incident, LiveRun

home = sys.argv[1]
prose = "\\n".join(f"## {section}\\n\\nWords.\\n" for section in playbook.SECTIONS)
text = "---\\nname: p\\nversion: 1\\nwhen: {verdict: stuck}\\nsteps:\\n  - remind: {text: Look at it., after: 5m}\\n---\\n"
book, faults = playbook.parse((text + prose).encode(), "p.md")
assert book is not None, faults
assert book.steps[0].describe() == "tells a person once more, later (text: Look at it., after: 5m)", book.steps[0].describe()

case = {
    "run": "r", "outcome": (outcome.FAILED, "x"), "exit": {"how": "reaped"}, "facts": {}, "verify": None, "limits": {},
    "history": [{"n": 1}], "books": [book], "now": 1e9,
    "verdict": {"verdict": "stuck", "confidence": 0.9, "signals": []},
}
assert [one["text"] for one in nexts.decide(case)["notices"]] == ["Look at it."]

run = os.path.join(home, layout.RUNS, "r")
os.makedirs(layout.attempt(run, 1))
os.mkdir(heartbeat.directory(home))
seen = look.Look(run)
seen.n, seen.directory, seen.phase, seen.attempt = 1, layout.attempt(run, 1), phase.RUNNING, {}
now = observe.Now(wall=1e9, mono=1e4, boottime=1e4, boot="b")


def follow(seconds):
    found = Incident({"verdict": "stuck"}, "e", ["verdict: stuck"], seconds, False, playbook.identity(book))
    case = interpreter.Case(
        LiveRun(seen, "p", found, now), book, "e", caps.Actor("r", "p", None), Actions(home, now), found.fit, seconds
    )
    return interpreter.follow(case)


assert follow(100.0) == interpreter.Progress([], 200.0)
assert follow(301.0).did == ["remind: told again"]
assert [name for name in os.listdir(os.path.join(home, layout.OUTBOX, "new"))], "a notice lies in the outbox"
print("followed")
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    copy = tmp_path / "tree"
    kept_out = shutil.ignore_patterns("__pycache__", "_data")
    for name in ("workcell", "scripts", "docs", "templates", "recipes", "recovery", "adapters", "tests"):
        shutil.copytree(ROOT / name, copy / name, symlinks=True, ignore=kept_out)
    return copy


def run(tree: Path, *words: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHONPATH": str(tree)}
    return subprocess.run([sys.executable, *words], cwd=tree, env=env, capture_output=True, text=True, timeout=60)


def blocks() -> list[str]:
    return re.findall(r"```(?:python)?\n(.*?)```", PAGE.read_text(), re.DOTALL)


def follow_the_page(tree: Path) -> None:
    module, imported, command = blocks()
    folder = tree / "workcell" / "playbooks" / "steps"
    (folder / "remind.py").write_text(module)
    table = (folder / "__init__.py").read_text()
    behind = "from workcell.texts.document import Document\n"
    assert behind in table
    table = table.replace(behind, imported + behind, 1)
    (folder / "__init__.py").write_text(table.replace("        Escalate,\n", "        Escalate,\n        Remind,\n", 1))
    for name in ("vocabulary.py", "schema/literals.py"):
        words = tree / "workcell" / "rundir" / name
        last = '    "escalate",\n'
        assert last in words.read_text()
        words.write_text(words.read_text().replace(last, last + '    "remind",\n'))
    done = run(tree, command.strip())
    assert done.returncode == 0, done.stderr


@pytest.mark.heavy
def test_a_step_that_was_added_by_the_page_is_parsed_described_and_followed(tree: Path, tmp_path: Path) -> None:
    follow_the_page(tree)
    home = tmp_path / "home"
    home.mkdir()
    done = run(tree, "-c", FOLLOWED, str(home))
    assert done.stdout == "followed\n", done.stderr
    page = (tree / "docs" / "playbooks.md").read_text()
    assert "| `remind` | `text`, `after` | tells a person once more, later |" in page
    assert "- Live: posts `stuck` after that time." in page
    assert run(tree, "scripts/check_keys.py").returncode == 0
    same = run(tree, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/unit/rundir/test_schema.py")
    assert same.returncode == 0, same.stdout


@pytest.mark.heavy
def test_an_option_of_a_new_step_that_nothing_reads_is_found(tree: Path) -> None:
    follow_the_page(tree)
    path = tree / "workcell" / "playbooks" / "steps" / "remind.py"
    path.write_text(path.read_text().replace("max(0.0, self.after - passed)", "0.0"))
    done = run(tree, "scripts/check_keys.py")
    assert done.returncode == 1 and "remind.py: after" in done.stdout
