"""What is written from the code is written anew, and the errors as a set keep to their form."""

import re
import subprocess
import sys

from tests.support.lab import ROOT
from workcell.faces.cli import app, reference, table

WITHOUT_HINT = {
    # who calls these is not a person: finish is started by the runner, and its caller says what to do
    "…: attempt … is not one to finish (it is … in …)",
    "…: the descriptor handed over is not the lock of this run",
}


def test_reference_and_man_page_are_up_to_date():
    ran = subprocess.run(
        [sys.executable, ROOT / "scripts/generate-reference", "--check"], capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


def rows():
    text = (ROOT / "docs/reference/errors.md").read_text().partition("## Faults")[0]
    for line in text.splitlines():
        match = re.fullmatch(r"\| (.*?) \| (.*?) \|", line)
        if match and match[1] != "error" and not match[1].startswith("---"):
            yield match[1], match[2]


def test_there_are_errors_to_look_at():
    assert len(list(rows())) > 60


def wrong(message, hint):
    """What is wrong with an error of the page."""
    if message.endswith((".", "!")) or hint.endswith((".", "!")):
        yield "ends like a sentence"
    if message[0].isupper() and not message.split()[0].isupper():
        yield "begins like a sentence"
    if not hint and message not in WITHOUT_HINT:
        yield "no cure"


def test_an_error_says_what_and_where_and_its_cure():
    assert not [(message, fault) for message, hint in rows() for fault in wrong(message, hint)]


def test_every_verb_is_told_of_in_one_line():
    for verb in reference.verbs():
        assert verb.summary, verb.words
        names = [name for option in verb.options for name in option.names]
        assert "--install-completion" not in names
        assert all(option.words for option in verb.options), verb.words
        assert all(words for _, words in verb.arguments), verb.words


def test_the_page_is_one_that_man_can_show():
    page = (ROOT / "docs/man/workcell.1").read_text()
    assert page.count(".SS") == len(reference.verbs())
    assert not [line for line in page.splitlines() if line.startswith("'")]


def test_help_of_every_verb(lab):
    for verb in reference.verbs():
        module = table.VERBS[verb.words.split()[0]][0]
        assert app.load(verb.words.split()[0]) is not None, module
    ran = lab.workcell("launch", "--help", env=lab.env(COLUMNS="80"))
    assert "--dry-run" in ran.stdout and "╭" not in ran.stdout
