"""What a verb may not import: looking must be light, and completing lighter still."""

import subprocess

import pytest

HEAVY = {"pydantic", "jinja2", "ruamel", "git", "psutil", "apprise", "libtmux", "rich", "textual", "asyncio"}
NETWORK = {"pydantic", "git", "apprise", "rich", "textual", "asyncio", "requests"}

TABLE = {
    "--version": HEAVY,
    "": HEAVY,
    "ls": HEAVY,
    "ls --json": HEAVY,
    "top": HEAVY,
    "status -": HEAVY,
    "logs -": HEAVY,
    "events -": HEAVY,
    "--help": HEAVY,
    "ls --help": HEAVY,
    "_complete runs x": HEAVY | {"typer", "subprocess", "re", "typing", "enum"},
    "_complete recipes x": HEAVY | {"typer", "subprocess", "re", "typing", "enum"},
    "wait -": NETWORK,
    "stop -": NETWORK,
    "attach -": NETWORK,
    "handoff -": NETWORK,
    "recipe ls": NETWORK,
    "doctor": NETWORK,
    "brief lint none.md": NETWORK,
    "launch none.md": NETWORK,
    "init --repo none": NETWORK,
    "hold -": NETWORK,
    "watchdog tick": NETWORK,
    "gc": NETWORK,
    "completion bash": {"git", "rich", "textual"},
}

PROBE = """
import os, sys
from workcell.__main__ import main
out = os.dup(1)
os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
os.dup2(1, 2)
try:
    main()
except SystemExit:
    pass
os.write(out, " ".join({name.partition(".")[0] for name in sys.modules}).encode())
"""


@pytest.mark.parametrize("line", TABLE)
def test_a_verb_imports_nothing_that_it_does_not_need(lab, line):
    words = [lab.words()[0], "-c", PROBE, *line.split()]
    ran = subprocess.run(words, env=lab.env(), cwd=lab.top, capture_output=True, text=True, timeout=60)
    assert ran.returncode == 0, ran.stderr
    assert not set(ran.stdout.split()) & TABLE[line]
