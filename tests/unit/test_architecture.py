"""The rules of the house that neither ruff nor import-linter knows."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted((ROOT / "workcell").rglob("*.py"))
BANNED = {"utils", "util", "helpers", "helper", "manager", "service", "services", "common", "misc"}

by_name = pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))


def _calls(tree: ast.Module) -> set[str]:
    return {ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}


@by_name
def test_module_says_its_one_job_in_one_sentence(path: Path) -> None:
    first = (ast.get_docstring(ast.parse(path.read_text())) or "").split("\n\n")[0]
    assert first, "no docstring"
    assert not re.search(r"[.!?] +[A-Z]", first), f"more than one sentence: {first}"
    if "\n" not in first:
        assert len(first) <= 120


@by_name
def test_module_is_small_and_well_named(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 500
    parts = set(path.relative_to(ROOT).with_suffix("").parts)
    assert not parts & BANNED


@by_name
def test_one_module_runs_programs_and_one_replaces_files(path: Path) -> None:
    tree = ast.parse(path.read_text())
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    where = str(path.relative_to(ROOT / "workcell"))
    if where != "system/run_program.py":
        assert not {name for name in imported if name.split(".")[0] in ("subprocess", "multiprocessing")}
        assert not _calls(tree) & {"os.system", "os.popen", "os.spawnv"}
        assert not _calls(tree) & {"os.posix_spawn", "os.posix_spawnp"}
    if where != "rundir/seal.py":
        assert "os.replace" not in _calls(tree)


def test_runner_and_hook_stand_on_rundir_and_base_alone() -> None:
    light = [path for path in MODULES if path.parent.name == "runner" or path.name == "hook.py"]
    assert light
    for path in light:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("workcell"):
                assert (node.module or "").split(".")[1] in ("rundir", "terminal", "base", "runner"), path


def test_rules_see_what_they_forbid() -> None:
    """The rules above read the tree of a module; this is the break that each must see."""
    assert "os.replace" in _calls(ast.parse("import os\nos.replace('a', 'b')\n"))
    assert re.search(r"[.!?] +[A-Z]", "Does one thing. Does another.")
    assert set(Path("workcell/finish/utils.py").with_suffix("").parts) & BANNED


READ_OTHER_PROGRAMS = {"agents", "channels", "cleaning", "git", "judgement", "system", "terminal"}
"""Rooms that know the sentences of other programs. Our own are for people: no decision hangs on them."""


def _sentences(tree: ast.Module) -> list[str]:
    """Texts of more than one word that something is compared with."""
    found: list[ast.expr] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            found += [node.left, *node.comparators]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            found += node.args if node.func.attr in ("startswith", "endswith") else []
    found += [item for one in found if isinstance(one, ast.Tuple | ast.List | ast.Set) for item in one.elts]
    texts = [one.value for one in found if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    return [text for text in texts if " " in text.strip()]


@by_name
def test_no_decision_compares_our_own_sentences(path: Path) -> None:
    room = path.relative_to(ROOT / "workcell").parts[0]
    if room not in READ_OTHER_PROGRAMS:
        assert not _sentences(ast.parse(path.read_text()))


def test_a_compared_sentence_is_seen() -> None:
    assert _sentences(ast.parse('x = why == "a person is there"')) == ["a person is there"]
    assert _sentences(ast.parse('x = why in ("no", "not yet")')) == ["not yet"]
    assert _sentences(ast.parse('x = why.startswith("the clock was set")'))
