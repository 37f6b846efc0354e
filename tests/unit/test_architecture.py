"""The rules of the house that neither ruff nor import-linter knows."""

import ast
import functools
import re
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted((ROOT / "workcell").rglob("*.py"))
BANNED = {"utils", "util", "helpers", "helper", "manager", "service", "services", "common", "misc"}


@functools.cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def _faults(rule: Callable[[Path], Iterator[str]]) -> list[str]:
    """What the rule finds, of every module: one test a rule, since a test a module costs more than what it looks at."""
    return [f"{path.relative_to(ROOT)}: {fault}" for path in MODULES for fault in rule(path)]


def _calls(tree: ast.Module) -> set[str]:
    return {ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}


def _job(path: Path) -> Iterator[str]:
    first = (ast.get_docstring(_tree(path)) or "").split("\n\n")[0]
    if not first:
        yield "no docstring"
    if re.search(r"[.!?] +[A-Z]", first):
        yield f"more than one sentence: {first}"
    if "\n" not in first and len(first) > 120:
        yield f"too long a sentence: {first}"


def test_modules_say_their_one_job_in_one_sentence() -> None:
    assert not _faults(_job)


def _size_and_name(path: Path) -> Iterator[str]:
    if len(path.read_text().splitlines()) > 500:
        yield "more than 500 lines"
    yield from set(path.relative_to(ROOT).with_suffix("").parts) & BANNED


def test_modules_are_small_and_well_named() -> None:
    assert not _faults(_size_and_name)


def _programs_and_files(path: Path) -> Iterator[str]:
    tree = _tree(path)
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    calls = _calls(tree)
    where = str(path.relative_to(ROOT / "workcell"))
    if where != "system/run_program.py":
        yield from (name for name in imported if name.split(".")[0] in ("subprocess", "multiprocessing"))
        yield from calls & {"os.system", "os.popen", "os.spawnv", "os.posix_spawn", "os.posix_spawnp"}
    if where != "rundir/seal.py":
        yield from calls & {"os.replace"}


def test_one_module_runs_programs_and_one_replaces_files() -> None:
    assert not _faults(_programs_and_files)


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


def _decisions(path: Path) -> Iterator[str]:
    if path.relative_to(ROOT / "workcell").parts[0] not in READ_OTHER_PROGRAMS:
        yield from _sentences(_tree(path))


def test_no_decision_compares_our_own_sentences() -> None:
    assert not _faults(_decisions)


def test_a_compared_sentence_is_seen() -> None:
    assert _sentences(ast.parse('x = why == "a person is there"')) == ["a person is there"]
    assert _sentences(ast.parse('x = why in ("no", "not yet")')) == ["not yet"]
    assert _sentences(ast.parse('x = why.startswith("the clock was set")'))
