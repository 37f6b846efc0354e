"""The forms of ls and status without options say what the whole command line says."""

import os
import re
import subprocess
import sys

import pytest

from tests.support.lab import ROOT

WHOLE = "import sys; from workcell.faces.cli import app; sys.exit(app.main(sys.argv[1:]))"


def _say(lab, *words):
    """(exit code, standard output, standard error) by the way that a person takes, and by the whole command line."""
    both = []
    for start in ([*lab.words()], [sys.executable, "-c", WHOLE]):
        env = {**lab.env(), "PYTHONPATH": str(ROOT)}
        ran = subprocess.run([*start, *words], env=env, cwd=lab.top, capture_output=True, text=True, timeout=60)
        out = re.sub(r"\b[0-9.]+s\b *", "AGE ", ran.stdout)  # it grows between the two
        both.append((ran.returncode, out, ran.stderr))
    return both


@pytest.mark.parametrize("words", [(), ("ls",), ("status", "-"), ("status", "no-such-run"), ("status", "")])
def test_without_a_run(lab, words):
    plain, whole = _say(lab, *words)
    assert plain == whole
    assert plain[2], "nothing is there, and that is said"


@pytest.mark.parametrize("words", [(), ("ls",), ("status", "-"), ("status", "job"), ("status", "jab")])
def test_with_a_run(lab, words):
    lab.launch(lab.brief("true", "true", name="job"), "--wait")
    plain, whole = _say(lab, *words)
    assert plain == whole
    assert ("job" in plain[1]) != (words == ("status", "jab"))


def test_a_home_that_others_can_write_to_is_refused(lab):
    os.makedirs(lab.home, exist_ok=True)
    os.chmod(lab.home, 0o777)
    plain, whole = _say(lab, "ls")
    assert plain == whole and plain[0] != 0
