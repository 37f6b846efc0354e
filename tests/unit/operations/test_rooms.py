"""Operations read no environment, print nothing, look for no home and know no face: all of that comes in the Cell."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3] / "workcell"
ROOMS = (
    "views",
    "evidence",
    "launch",
    "finish",
    "together",
    "upkeep",
    "trust",
    "channels",
    "accounts",
    "playbooks",
    "watch",
    "operations",
)

EXCEPTIONS = {
    "finish/finish.py": "the program that finishes a run masks the secrets of its own environment, too",
    "finish/settle.py": "settles a run of a process that died, whose own environment is gone",
    "channels/to/secrets.py": "secrets of adapters are read where they are used, and handed to nobody",
    "channels/to/command.py": "gives the whole environment to a program that a person named",
    "channels/to/desktop.py": "asks for the address of the notification service of the session",
    "channels/to/openclaw.py": "gives the whole environment to a program",
    "trust/access.py": "finds out who calls: that is a question about this process",
    "upkeep/doctor.py": "says what would go wrong in this process",
    "upkeep/doctor_cron.py": "says what would go wrong in a timer's process",
    "watch/timers/systemd.py": "asks for the service manager of this session",
    "watch/timers/cron.py": "runs crontab in this environment",
    "watch/timers/command.py": "writes down the environment of the person who installs the timer",
    "watch/tmux_health.py": "runs tmux with the PATH of this process",
}
"""Modules that read the environment of their process, each with the reason. It only shrinks."""


def breaks(source: str) -> list[str]:
    """What a module does of that which operations do not do."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            if (node.value.id, node.attr) in (("os", "environ"), ("os", "getenv")):
                found.append("environment")
            if (node.value.id, node.attr) == ("layout", "home"):
                found.append("home")
            if (node.value.id, node.attr) in (("sys", "stdout"), ("sys", "stderr")):
                found.append("output")
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print":
            found.append("output")
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("workcell.faces"):
            found.append("face")
    return found


def modules():
    return [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]


ATTACHES = "launch/window.py"
"""Has the terminal of its process as its purpose."""


def wrong(path):
    """What a module does that it may not, or no longer does though it is an exception."""
    name = str(path.relative_to(ROOT))
    found = set(breaks(path.read_text()))
    if name in EXCEPTIONS:
        return found ^ {"environment"}
    if name == ATTACHES:
        return found ^ {"output"}
    return found


def test_modules_of_operations_ask_their_process_for_nothing():
    found = {str(path.relative_to(ROOT)): wrong(path) for path in modules()}
    assert len(found) > 100
    assert not {name: words for name, words in found.items() if words}


def test_every_exception_is_there():
    assert all((ROOT / name).exists() for name in EXCEPTIONS)


@pytest.mark.parametrize(
    ("source", "word"),
    [
        ("import os\nx = os.environ['HOME']", "environment"),
        ("import os\nx = os.getenv('HOME')", "environment"),
        ("def f():\n    print('x')", "output"),
        ("import sys\nsys.stdout.write('x')", "output"),
        ("from workcell.rundir import layout\nlayout.home()", "home"),
        ("from workcell.faces.cli import out", "face"),
    ],
)
def test_the_gate_sees_each_break(source, word):
    assert breaks(source) == [word]
