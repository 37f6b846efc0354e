"""Every gate of scripts/check fails once it is given the break that it is there for.

That each passes as the tree is, `scripts/test` asks first of all: it runs scripts/check before any test.
"""

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parents[2]
KEPT_OUT = shutil.ignore_patterns(
    ".git", ".venv*", ".ruff_cache", ".pytest_cache", "__pycache__", "*.egg-info", "dist", "build", ".hypothesis"
)
"""What a copy of the tree is made without. The cache of mypy comes along: it saves ten seconds for each copy."""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    copy = tmp_path / "tree"
    shutil.copytree(ROOT, copy, symlinks=True, ignore=KEPT_OUT)
    return copy


def _check(tree: Path, gate: str) -> subprocess.CompletedProcess[str]:
    env = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "MYPYPATH")}
    words = ["sh", "scripts/check", gate]
    env["PYTHON"] = sys.executable
    return subprocess.run(words, cwd=tree, env=env, capture_output=True, text=True, timeout=110)


def _append(name: str, text: str) -> Callable[[Path], None]:
    def plant(tree: Path) -> None:
        with open(tree / name, "a") as file:
            file.write(text)

    return plant


def _replace(name: str, old: str, new: str) -> Callable[[Path], None]:
    def plant(tree: Path) -> None:
        text = (tree / name).read_text()
        assert old in text
        (tree / name).write_text(text.replace(old, new, 1))

    return plant


BREAKS = {
    "lint: a name that nobody uses": ("lint", _append("workcell/base/clock.py", "import os\n"), "F401"),
    "lint: an import in a function": (
        "lint",
        _append("workcell/base/clock.py", "\n\ndef late() -> None:\n    import json\n\n    json.dumps({})\n"),
        "PLC0415",
    ),
    "lint: an import by string": (
        "lint",
        _append(
            "workcell/base/ids.py",
            '\n\nimport importlib\n\nimportlib.import_module("workcell.base.clock")\n',
        ),
        "TID251",
    ),
    "types: a wrong call of what a function imports": (
        "types",
        _replace("workcell/watch/tick.py", "sending.waiting(home, FLUSH, ", "sending.waitng(home, FLUSH, "),
        "waitng",
    ),
    "contracts: an arrow that runs up, in a function": (
        "contracts",
        _append(
            "workcell/channels/to/registry.py",
            "\n\ndef up() -> None:\n    from workcell.launch import plan\n\n    plan.Plan\n",
        ),
        "arrows of import run down only BROKEN",
    ),
    "lint: subprocess in another module": (
        "lint",
        _append("workcell/finish/verify.py", "\n\nimport subprocess\n\nsubprocess.run\n"),
        "TID251",
    ),
    "lint: a file put in place of another": (
        "lint",
        _append("workcell/rundir/home_creation.py", '\n\nos.replace("a", "b")\n'),
        "TID251",
    ),
    "sizes: a long module": ("sizes", _append("workcell/base/ids.py", "\n" * 400), "no module has more than 400"),
    "sizes: a record that may be missing": (
        "sizes",
        _append(
            "workcell/base/ids.py",
            '\n\ndef first(record: dict[str, str] | None) -> str | None:\n    return (record or {}).get("a")\n',
        ),
        "give it a typed accessor",
    ),
    "sizes: long functions": (
        "sizes",
        _append("workcell/base/ids.py", "".join(f"\n\ndef f{n}() -> None:\n" + "    pass\n" * 51 for n in range(6))),
        "functions of more than 50 lines; at most 5",
    ),
    "sizes: functions with many parameters": (
        "sizes",
        _append("workcell/base/ids.py", "".join(f"\n\ndef f{n}(a, b, c, d, e, f, g): ...\n" for n in range(6))),
        "functions with more than 6 parameters; at most 5",
    ),
    "sizes: records without types": (
        "sizes",
        _append("workcell/base/ids.py", "".join(f"\nx{n}: dict[str, Any] = {{}}\n" for n in range(41))),
        "lines with dict[str, Any]; at most 40",
    ),
    "docs: a banned word in the package": (
        "docs",
        _append("workcell/base/ids.py", "\n# " + "no" + "body reads this\n"),
        "name who or what it is",
    ),
    "docs: a module that is gone": (
        "docs",
        _replace("docs/architecture.md", "`judgement/outcome.py` | `decide`", "`judgement/outcomes.py` | `decide`"),
        "judgement/outcomes.py, which does not exist",
    ),
    "docs: a function that is gone": (
        "docs",
        _replace("docs/architecture.md", "`judgement/verdict.py` | `judge`", "`judgement/verdict.py` | `judges`"),
        "has no function judges",
    ),
    "format: a quotation mark": ("format", _append("workcell/base/ids.py", "\n\nNAME = 'x'\n"), "ids.py"),
    "types: a wrong return": (
        "types",
        _append("workcell/base/ids.py", '\n\ndef number() -> int:\n    return "one"\n'),
        "return-value",
    ),
    "types: a misspelt key in what finish looks at": (
        "types",
        _replace("workcell/finish/finish.py", 'exit.get("how") in ("stopped"', 'exit.get("hwo") in ("stopped"'),
        'TypedDict "Exit" has no key "hwo"',
    ),
    "types: a misspelt key in the history of a run": (
        "types",
        _replace("workcell/finish/decide.py", 'exit.get("code") if exit', 'exit["cdoe"] if exit'),
        'TypedDict "Exit" has no key "cdoe"',
    ),
    "types: a misspelt key in what the watchdog looks at": (
        "types",
        _replace("workcell/watch/findings.py", 'seen.next.get("not_before")', 'seen.next.get("not_befroe")'),
        'TypedDict "Next" has no key "not_befroe"',
    ),
    "types: a misspelt word of a vocabulary": (
        "types",
        _replace(
            "workcell/rundir/look.py", 'self.attempt.get("start") == "later"', 'self.attempt.get("start") == "latre"'
        ),
        "Non-overlapping equality check",
    ),
    "types: a record that is written with a key that it does not have": (
        "types",
        _replace("workcell/runner/life.py", '"isolation": "subreaper"', '"isolated": "subreaper"'),
        'Missing key "isolation"',
    ),
    "contracts: an arrow that runs up": (
        "contracts",
        _append("workcell/rundir/layout.py", "\n\nfrom workcell.launch import plan\n\nplan.Plan\n"),
        "arrows of import run down only BROKEN",
    ),
    "contracts: the runner learns of tmux": (
        "contracts",
        _append("workcell/runner/limits.py", "\n\nfrom workcell.system import tmux\n\ntmux.of\n"),
        "the runner stands on rundir, terminal and base alone BROKEN",
    ),
    "contracts: pathlib on the ground floor": (
        "contracts",
        _append("workcell/base/ids.py", "\n\nimport pathlib\n\npathlib.Path\n"),
        "base, terminal, rundir and runner are light BROKEN",
    ),
    "contracts: a verb that looks loads the list with keys": (
        "contracts",
        _append("workcell/faces/cli/verbs/ls.py", "\n\nfrom workcell.faces.tui import keys\n\nkeys.KEYS\n"),
        "Textual is loaded by top alone BROKEN",
    ),
    "contracts: a runner loads the types of records": (
        "contracts",
        _append("workcell/runner/limits.py", "\n\nfrom workcell.rundir import schema\n\nschema.FILES\n"),
        "the types of records are loaded by fsck alone BROKEN",
    ),
    "contracts: an operation loads the types of records": (
        "contracts",
        _append("workcell/launch/wait.py", "\n\nfrom workcell.rundir.schema import Exit\n\nExit\n"),
        "the types of records are loaded by fsck alone BROKEN",
    ),
    "contracts: judgement looks at the world": (
        "contracts",
        _append("workcell/judgement/outcome.py", "\n\nimport os\n\nos.stat\n"),
        "judgement is pure BROKEN",
    ),
    "contracts: another module runs programs": (
        "contracts",
        _append("workcell/finish/verify.py", "\n\nimport subprocess\n\nsubprocess.run\n"),
        "one module runs other programs BROKEN",
    ),
    "keys: a key of config.yaml that is checked and dropped": (
        "keys",
        _replace(
            "workcell/texts/config.py",
            "KEYS = (\n",
            'KEYS = (\n    Field("name", fields.line, "what nothing reads"),\n',
        ),
        "workcell/texts/config.py: name",
    ),
    "keys: a key of config.yaml whose reader is gone": (
        "keys",
        _replace("workcell/launch/plan_values.py", 'said.settings.get("notify")', "None"),
        "workcell/texts/config.py: notify",
    ),
    "keys: a key of recipes whose reader is gone": (
        "keys",
        _replace("workcell/upkeep/doctor_agents.py", 'recipe.get("versions") or ""', '""'),
        "workcell/texts/recipe.py: versions",
    ),
    "keys: a key of briefs whose reader is gone": (
        "keys",
        _replace(
            "workcell/texts/brief.py",
            "KEYS = (\n",
            'KEYS = (\n    Field("colour", fields.line, "what nothing reads"),\n',
        ),
        "workcell/texts/brief.py: colour",
    ),
    "keys: an option of a playbook step that is parsed and dropped": (
        "keys",
        _replace("workcell/playbooks/steps/stop.py", '"grace_seconds": self.grace', '"grace_seconds": 30.0'),
        "workcell/playbooks/steps/stop.py: grace",
    ),
    "unused: a function that nobody calls": (
        "unused",
        _append("workcell/base/ids.py", "\n\ndef nobody_calls_this() -> int:\n    return 1\n"),
        "unused function 'nobody_calls_this'",
    ),
    "docs: a link that leads nowhere": ("docs", _append("README.md", "\n[gone](docs/gone.md)\n"), "docs/gone.md"),
    "docs: a SKILL.md that is too long": ("docs", _append("SKILL.md", "word " * 2_000), "SKILL.md: 1"),
    "docs: a page that the README does not lead to": (
        "docs",
        _replace("README.md", "(docs/faq.md)", "(docs/format.md)"),
        "no link to docs/faq.md",
    ),
    "docs: an exit code that the code does not have": (
        "docs",
        _replace("workcell/base/errors.py", "exit_code = 77", "exit_code = 76"),
        "exit-codes.md: 76 with the word",
    ),
    "docs: a variable without a line": (
        "docs",
        _append("workcell/base/ids.py", '\n\nNAME = "WORKCELL_NEW"\n'),
        "WORKCELL_NEW is missing",
    ),
    "docs: a JSON document without a line": (
        "docs",
        _replace("workcell/operations/catalog.py", 'op.Result: "stop"', 'op.Result: "halt"'),
        "workcell.halt/1 is missing",
    ),
    "generated: a claim of the README whose test is gone": (
        "generated",
        _replace("tests/e2e/test_demo.py", "def test_demo(", "def test_demonstration("),
        "there is no test tests/e2e/test_demo.py::test_demo",
    ),
    "generated: a claim that the README does not make any more": (
        "generated",
        _replace("README.md", "Unknown is a value", "Unknown is unknown"),
        "README.md does not say: 'Unknown is a value'",
    ),
    "generated: a figure of live runs that was not measured": (
        "generated",
        _replace(
            "docs/performance.md",
            " runs: scripts/generate-performance writes this part -->\n",
            " runs: scripts/generate-performance writes this part -->\n\n99 runs",
        ),
        "docs/performance.md is not up to date",
    ),
    "docs: a word that hides who acts": ("docs", _append("README.md", "\nSomebody reads it.\n"), "the word 'Somebody'"),
    "docs: a verb that there is not": ("docs", _append("README.md", "\n`workcell conjure`\n"), "conjure"),
}


TOGETHER = ("types", "generated", "keys", "docs")
"""Gates that take long, and whose complaint names the very break: all breaks of one stand in one copy of the tree."""


@pytest.mark.parametrize("gate", TOGETHER)
@pytest.mark.heavy
def test_gate_names_each_of_its_breaks(tree: Path, gate: str) -> None:
    breaks = {name: (plant, words) for name, (belongs, plant, words) in BREAKS.items() if belongs == gate}
    assert len({words for _, words in breaks.values()}) == len(breaks) > 1
    for plant, _ in breaks.values():
        plant(tree)
    ran = _check(tree, gate)
    assert ran.returncode == 1, ran.stdout + ran.stderr
    assert f"check: {gate} FAILED" in ran.stdout
    assert [name for name, (_, words) in breaks.items() if words not in ran.stdout] == [], ran.stdout


@pytest.mark.parametrize("name", [name for name, (gate, _, _) in BREAKS.items() if gate not in TOGETHER])
@pytest.mark.heavy
def test_gate_fails_on_its_break(tree: Path, name: str) -> None:
    gate, plant, words = BREAKS[name]
    plant(tree)
    ran = _check(tree, gate)
    assert ran.returncode == 1, ran.stdout + ran.stderr
    assert f"check: {gate} FAILED" in ran.stdout
    assert words in ran.stdout


GENERATED = (
    "docs/schema/launch.json", "docs/operations/results/stop.json", "docs/operations/requests/stop.json",
    "docs/judgement.md", "docs/reference/cli.md", "docs/reference/errors.md", "docs/reference/files.md",
    "docs/reference/records.md",
    "docs/man/workcell.1", "docs/playbooks.md", "docs/evidence.md", "workcell/texts/shipped.jsonl",
)  # fmt: skip


@pytest.mark.heavy
def test_gate_of_generated_files_names_each_one_that_drifts(tree: Path) -> None:
    for name in GENERATED:
        (tree / name).write_text((tree / name).read_text().rstrip("\n") + " \n")
    ran = _check(tree, "generated")
    assert ran.returncode == 1
    assert not [name for name in GENERATED if name not in ran.stdout], ran.stdout


def _hooks() -> dict[str, dict[str, Any]]:
    """The hooks of the pre-commit configuration by their id."""
    [repo] = YAML(typ="safe").load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]
    assert repo["repo"] == "local"
    return {hook["id"]: hook for hook in repo["hooks"]}


def _hook(tree: Path, name: str) -> subprocess.CompletedProcess[str]:
    """Run the command of a hook as pre-commit does: its words, in the top of the repository."""
    env = {word: value for word, value in os.environ.items() if word not in ("PYTHONPATH", "MYPYPATH")}
    words = shlex.split(_hooks()[name]["entry"])
    return subprocess.run(
        words, cwd=tree, env={**env, "PYTHON": sys.executable}, capture_output=True, text=True, timeout=110
    )


@pytest.mark.parametrize("name", sorted(_hooks()))
@pytest.mark.heavy
def test_a_hook_before_a_commit_passes_as_the_tree_is(name: str) -> None:
    hook = _hooks()[name]
    assert (hook["language"], hook["pass_filenames"]) == ("system", False)
    ran = _hook(ROOT, name)
    assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.mark.parametrize("name", sorted(_hooks()))
@pytest.mark.heavy
def test_a_hook_before_a_commit_fails_on_the_break_of_its_gate(tree: Path, name: str) -> None:
    plant = next(plant for gate, plant, _ in BREAKS.values() if gate == name)
    plant(tree)
    assert _hook(tree, name).returncode == 1


def test_a_gate_that_there_is_not_is_an_error(tree: Path) -> None:
    assert _check(tree, "luck").returncode == 1
