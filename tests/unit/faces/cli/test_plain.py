"""The plain forms of a verb say what the whole command line says, and ask for the same."""

import os
import re
import subprocess
import sys

import pytest

from tests.support.lab import ROOT
from workcell.faces.cli import app, plain
from workcell.rundir import phase

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


@pytest.mark.parametrize(
    "words",
    [
        (), ("ls",), ("status", "-"), ("status", "no-such-run"), ("status", ""), ("wait", "no-such-run"), ("resume", "no-such"),
        ("launch",), ("launch", "no-such.md"), ("launch", "--repo"), ("launch", "--wait", "--prepare", "no-such.md"),
        ("launch", "-m", "x", "--repo", "/nonexistent"), ("launch", "a.md", "b.md", "--name", "two"),
    ],
)  # fmt: skip
def test_without_a_run(lab, words):
    plain, whole = _say(lab, *words)
    assert plain == whole
    assert plain[2], "nothing is there, and that is said"


@pytest.mark.parametrize("words", [(), ("ls",), ("status", "-"), ("status", "job"), ("status", "jab"), ("wait", "job")])
def test_with_a_run(lab, words):
    lab.launch(lab.brief("true", "true", name="job"), "--wait")
    plain, whole = _say(lab, *words)
    assert plain == whole
    assert ("job" in plain[1]) != (words == ("status", "jab"))


def test_a_run_that_cannot_be_resumed_and_one_that_can(lab):
    lab.launch(lab.brief("true", "true", name="job"), "--wait")
    plain, whole = _say(lab, "resume", "job")
    assert plain == whole and plain[0] != 0 and "job" in plain[2]
    again = lab.launch(lab.brief("true", "false", name="again"), "--wait", code=1)
    assert lab.workcell("resume", "again").stdout == f"{os.path.basename(again)} attempt 2\n"
    lab.phase(again, phase.DONE)


def test_a_home_that_others_can_write_to_is_refused(lab):
    os.makedirs(lab.home, exist_ok=True)
    os.chmod(lab.home, 0o777)
    plain, whole = _say(lab, "ls")
    assert plain == whole and plain[0] != 0


def _parsed(*words):
    """What the verb's own parser makes of the words behind `launch`: {parameter: value}, without what is not set."""
    with app.load("launch").make_context("launch", list(words)) as context:
        found = {**context.params, "briefs": tuple(context.params["briefs"] or ())}
        return {name: value for name, value in found.items() if name == "briefs" or value not in (None, False, (), [])}


@pytest.mark.parametrize("option", plain.VALUES)
def test_an_option_of_launch_with_a_value_is_read_as_its_verb_reads_it(option):
    for words in (("b.md", option, "some value"), (option, "x"), (option, "")):
        assert plain.launch_words(list(words)) == _parsed(*words)


@pytest.mark.parametrize("option", plain.FLAGS)
def test_a_flag_of_launch_is_read_as_its_verb_reads_it(option):
    assert plain.launch_words(["a.md", option, "b.md"]) == _parsed("a.md", option, "b.md")


@pytest.mark.parametrize(
    "words",
    ["-", "--help", "--json b.md", "b.md --repo", "--repo=x b.md", "--repo -x", "-- make", "-mx", "--set a=b b.md",
     "--repo a --repo b", "--worktree b.md", "--wait --prepare b.md", "--no-such b.md", "--wait --wait b.md"],
)  # fmt: skip
def test_what_is_no_plain_form_is_left_to_the_verb(words):
    assert plain.launch_words(words.split()) is None
