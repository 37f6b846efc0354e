"""The tests keep their own rules: they wait on conditions, set no deadline for an example, and mirror the package."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parents[2]
TESTS = ROOT / "tests"

# Where a test or a program of the tests may pause for a fixed time, and why that is no wait for something.
PAUSES = {
    "tests/support/lab.py: eventually": "the one function that waits on a condition",
    "tests/support/stub_listener.py": "an agent whose turn lasts until a file is gone",
    "tests/support/stub_tui.py": "a program that answers late, hears nothing or reads slowly, on request",
    "tests/agents/model_server.py": "a model that is slow to answer, on request",
    "tests/attacks/arena.py": "polls a child until it ends; its status can be taken once only",
    "tests/attacks/attacker.py": "an attacker that strikes again and again, or stays",
    "tests/contract/test_beside_an_agent.py: test_the_loop_would_tell_a_lock.look": "how long a careless program holds a lock",
    "tests/e2e/person.py": "polls a child until it ends; its status can be taken once only",
    "tests/e2e/recorder.py": "an agent that prints at a steady pace",
    "tests/e2e/test_idle_cost.py": "the time over which the use of the processor is measured",
    "tests/e2e/test_many.py": "the pace at which living runs are counted while a child works",
    "tests/faults/acknowledged.py": "an agent that tries a refused write again",
    "tests/faults/on_full_disk.py": "watches for 1.5 s that a process stays alive",
    "tests/faults/test_counted_kills.py": "the random moment of a kill",
    "tests/faults/test_flood.py": "the pace at which the memory of a process is measured",
    "tests/faults/torture.py": "the random moment of a kill; rests() returns its last look also when time is up",
}


LONG = 60
"""Lines from which on a module has a test file of its own name."""

# Modules of LONG lines or more without one, tested from elsewhere. The list only shrinks: give a module its file and take it out.
WITHOUT = """
base/errors.py
channels/outbox_store.py
channels/render.py
cleaning/secret_shapes.py
evidence/capture_state.py
evidence/record_files.py
faces/cli/batch_output.py
faces/cli/completion.py
faces/cli/foreground.py
faces/cli/grid.py
faces/cli/out.py
faces/cli/reference.py
faces/cli/runs.py
faces/cli/verbs/playbook.py
faces/cli/verbs/recipe.py
faces/cli/verbs/salvage.py
faces/cli/verbs/trust.py
faces/cli/verbs/watchdog.py
faces/complete.py
finish/finish.py
finish/playbook_holds.py
git/restore.py
git/worktree_undo.py
launch/batch_run.py
launch/plan_values.py
launch/resume_trust.py
launch/start.py
playbooks/step.py
playbooks/steps/ask.py
playbooks/steps/hold.py
playbooks/steps/wait_until.py
rundir/layout.py
rundir/look.py
rundir/phase.py
rundir/schema/approvals.py
rundir/schema/agent.py
rundir/schema/home.py
rundir/schema/inbox.py
rundir/schema/plans.py
rundir/schema/proposals.py
rundir/schema/intent.py
rundir/schema/literals.py
rundir/schema/progress.py
rundir/schema/run.py
rundir/schema/status.py
rundir/vocabulary.py
rundir/writer.py
runner/bounds.py
runner/children.py
runner/control.py
runner/keyboard.py
runner/output.py
runner/requests.py
runner/runbook.py
runner/spawn.py
runner/typist_child.py
runner/viewers.py
runner/windows.py
system/attempt_pids.py
system/kernel_log.py
system/user_manager.py
terminal/emulator.py
terminal/row.py
terminal/sequences.py
texts/brief.py
texts/compose.py
texts/document.py
texts/fields.py
texts/markdown.py
texts/project_rules.py
texts/signal.py
trust/acceptance.py
trust/policy.py
trust/repository_rules.py
trust/trust.py
upkeep/fsck_ledger.py
watch/starts.py
watch/tmux_subject.py
"""


def pauses(text: str) -> Iterator[tuple[int, str]]:
    """Line and function of each call of time.sleep, however it was imported."""
    tree = ast.parse(text)
    modules, functions = {"time"}, set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            modules |= {alias.asname for alias in node.names if alias.name == "time" and alias.asname}
        elif isinstance(node, ast.ImportFrom) and node.module == "time":
            functions |= {alias.asname or alias.name for alias in node.names if alias.name == "sleep"}

    def look(node: ast.AST, place: str) -> Iterator[tuple[int, str]]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                yield from look(child, f"{place}.{child.name}".lstrip("."))
                continue
            call = child.func if isinstance(child, ast.Call) else None
            named = isinstance(call, ast.Name) and call.id in functions
            dotted = isinstance(call, ast.Attribute) and call.attr == "sleep"
            if named or (dotted and isinstance(call.value, ast.Name) and call.value.id in modules):  # type: ignore[union-attr]
                yield child.lineno, place  # type: ignore[attr-defined]
            yield from look(child, place)

    yield from look(tree, "")


def _python() -> list[Path]:
    data = TESTS / "data"
    return [path for path in sorted(TESTS.rglob("*.py")) if data not in path.parents]


def test_no_test_sleeps_to_wait_for_something() -> None:
    used, wrong = set(), []
    for path in _python():
        file = str(path.relative_to(ROOT))
        for line, function in pauses(path.read_text()):
            name = f"{file}: {function}" if f"{file}: {function}" in PAUSES else file
            used.add(name)
            if name not in PAUSES:
                wrong.append(f"{file}:{line}: wait on a condition with tests.support.lab.eventually")
    assert wrong == []
    assert set(PAUSES) == used, "take what is no longer needed out of PAUSES"


@pytest.mark.parametrize(
    "text",
    [
        "import time\ndef test_it():\n    time.sleep(1)\n",
        "import time as t\nt.sleep(1)\n",
        "from time import sleep\nsleep(1)\n",
        "from time import sleep as rest\nclass A:\n    def f(self):\n        return [rest(1) for _ in 'ab']\n",
    ],
)
def test_a_sleep_is_seen(text: str) -> None:
    assert len(list(pauses(text))) == 1


def test_no_example_has_a_deadline() -> None:
    assert settings().deadline is None
    wrong = []
    for path in _python():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "settings":
                wrong += [f"{path.name}:{node.lineno}" for word in node.keywords if word.arg == "deadline"]
    assert wrong == [], "the profile in tests/conftest.py sets no deadline for any test"


def without_a_file(package: Path, tests: Path) -> set[str]:
    """Modules of LONG lines or more for which `tests` has no test_<module>.py in the folder of their room."""
    found = set()
    for path in package.rglob("*.py"):
        name = path.relative_to(package)
        long = name.name != "__init__.py" and len(path.read_text().splitlines()) >= LONG
        if long and not (tests / name.parent / f"test_{name.name}").exists():
            found.add(str(name))
    return found


def test_every_long_module_has_a_test_file_of_its_name() -> None:
    missing, listed = without_a_file(ROOT / "workcell", TESTS / "unit"), set(WITHOUT.split())
    assert missing - listed == set(), "write tests/unit/<room>/test_<module>.py"
    assert listed - missing == set(), "take these out of WITHOUT: they have a file, are short, or are gone"


def test_a_long_module_without_a_test_file_is_noticed(tmp_path: Path) -> None:
    for name, lines in (("a/long.py", LONG), ("a/short.py", LONG - 1), ("a/tested.py", LONG)):
        path = tmp_path / "package" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n" * lines)
    (tmp_path / "tests/a").mkdir(parents=True)
    (tmp_path / "tests/a/test_tested.py").touch()
    assert without_a_file(tmp_path / "package", tmp_path / "tests") == {"a/long.py"}


def test_every_unit_test_lies_in_the_room_that_it_tests() -> None:
    rooms = {str(path.relative_to(TESTS / "unit").parent) for path in (TESTS / "unit").rglob("test_*.py")}
    assert {room for room in rooms if not (ROOT / "workcell" / room).is_dir()} == set()
