"""Help, tables and panels fit the terminal: no line is wider than it, and no word is broken at its edge."""

import re
from pathlib import Path

import pytest

from tests.e2e.person import Person
from tests.support import looking
from workcell.terminal import printable

SHOWN = [
    ["brief", "ls"],
    ["doctor"],
    ["gc"],
    ["notify", "ls"],
    ["playbook", "ls"],
    ["recipe", "ls"],
    ["watchdog", "status"],
    ["status"],
    ["ls", "-a"],
]


def lines(lab, words, columns):
    with Person(lab, *words, columns=columns) as person:
        person.ended(30.0)
        text = person.look().decode()
    return re.sub(r"\x1b\[[0-9;]*[mK]", "", text).replace("\r", "").split("\n")


def pieces(narrow, wide):
    """What stands between spaces in the narrow form and not in the wide one: pieces of words. Dots say what was cut."""
    known = {word for line in wide for word in line.split()}
    return {word for line in narrow for word in line.split() if word not in known and not word.endswith(("...", "…"))}


@pytest.mark.parametrize("columns", [40, 80, 120])
def test_help_fits_and_breaks_no_word(lab, columns):
    for words in looking.HELP:
        shown = lines(lab, words, columns)
        over = [line for line in shown if printable.width(line) > columns]
        assert not over, (words, over)
        if columns == 40:
            assert not pieces(shown, lines(lab, words, 200)), words


@pytest.mark.parametrize("columns", [40, 80, 120])
def test_what_a_run_needs_and_the_answer_of_its_check_fit(lab, columns):
    lab.launch(lab.brief("true", "false", name="short"), "--wait", code=1)
    lab.launch(lab.brief("true", "false", name="short"), "--wait", code=1)
    for words in (["why", "short"], ["status", "short"], ["verify", "short"]):
        # a word that is longer than the terminal, an id for example, stands on a line of its own
        over = [line for line in lines(lab, words, columns) if printable.width(line.rpartition(" ")[0]) > columns]
        assert not over, (words, over)


@pytest.mark.parametrize("columns", [40, 80, 120])
def test_a_launch_at_a_terminal_says_what_can_be_typed_next(lab, columns):
    words = ["launch", lab.brief("exec sleep 600", name="fix"), "--repo", lab.repo, "--no-window"]
    shown = [line.rstrip() for line in lines(lab, words, columns)]
    identifier = next(line for line in shown if line.endswith(lab.runs()[0][-4:]))
    assert "fix is running" in shown and all(printable.width(line) <= max(columns, 46) for line in shown)
    for verb in ("attach", "status"):
        assert any(line.startswith(f"  workcell {verb} {identifier}") for line in shown)
    quiet = lab.workcell("launch", lab.brief(name="piped"), "--repo", lab.new_repo(), "--no-window")
    assert quiet.stderr == ""


def test_a_resume_at_a_terminal_says_what_can_be_typed_next(lab):
    run = lab.launch(lab.brief("true", "false"), "--wait", code=1)
    identifier = run.rpartition("/")[2]
    shown = [line.rstrip() for line in lines(lab, ["resume", identifier, "--no-window"], 120)]
    assert shown[0] == f"{identifier} attempt 2" and shown[1].startswith("attempt 2 is ")
    assert shown[2].startswith(f"  workcell attach {identifier}")


def test_a_wait_that_is_interrupted_says_how_to_go_on(lab):
    brief = lab.brief("exec sleep 600", name="fix")
    with Person(lab, "launch", brief, "--repo", lab.repo, "--no-window", "--wait", columns=100) as person:
        person.sees(b"Ctrl-C leaves it running")
        person.sees(b"fix running")
        person.type(b"\x03")
        assert person.ended() == 130
        text = person.look().decode().replace("\r", "")
    [run] = lab.runs()
    identifier = run.rpartition("/")[2]
    assert f"{identifier} goes on\n  workcell wait {identifier}" in text and f"  workcell stop {identifier}" in text
    assert lab.status(run)["phase"] == "running"


@pytest.mark.parametrize("columns", [40, 80, 120])
def test_tables_and_panels_fit(lab, columns):
    lab.launch(lab.brief("true", "true", name="a-name-that-is-rather-long-for-a-table"), "--wait")
    saved = Path(lab.home, "briefs", "a-saved-brief-with-a-long-name.md")
    saved.parent.mkdir()
    saved.write_text(
        "---\nobjective: Fix %{issue} and say at length what was wrong\nparams: {issue: , time: 2h}\n---\n"
    )
    for words in SHOWN:
        # a path or a command may be longer than any line: it is not broken, so that it can be pasted
        over = [line for line in lines(lab, words, columns) if printable.width(line) > columns]
        assert all(len(line.split()) <= 2 and ("/" in line or "'" in line) for line in over), (words, over)
