"""Long text goes through the pager of the person on a terminal, and nowhere else."""

import os
import pty
import subprocess
import sys

from tests.support.lab import ROOT

TEXT = "diff --git a/x b/x\n@@ -1 +1 @@\n-old\n+new\n"
PROGRAM = f"from workcell.faces.cli import pager; pager.show(pager.coloured({TEXT!r}))"


def on_terminal(**environment):
    """What a terminal gets to see."""
    above, below = pty.openpty()
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "TERM": "xterm", **environment}
    child = subprocess.Popen([sys.executable, "-c", PROGRAM], stdin=below, stdout=below, stderr=below, env=env)
    os.close(below)
    seen = b""
    try:
        while data := os.read(above, 4096):
            seen += data
    except OSError:
        pass  # the other end is closed
    os.close(above)
    assert child.wait(30) == 0
    return seen.decode().replace("\r\n", "\n")


def test_a_terminal_shows_colours_in_the_pager_that_the_person_named():
    seen = on_terminal(PAGER="sed s/^/page:/")
    assert "page:\x1b[32m+new\x1b[m" in seen and "page:\x1b[31m-old\x1b[m" in seen and "\x1b[36m@@" in seen
    assert "git:" in on_terminal(PAGER="sed s/^/page:/", GIT_PAGER="sed s/^/git:/")


def test_without_a_pager_or_colour_the_text_is_printed():
    assert on_terminal(PAGER="cat", NO_COLOR="1") == TEXT
    assert on_terminal(PAGER="", TERM="dumb") == TEXT


def test_a_pipe_gets_the_text_alone():
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PAGER": "sed s/^/page:/"}
    ran = subprocess.run([sys.executable, "-c", PROGRAM], env=env, capture_output=True, text=True, timeout=30)
    assert ran.stdout == TEXT


def test_a_pager_that_is_left_early_is_no_failure():
    assert "diff" in on_terminal(PAGER="head -n 1")
