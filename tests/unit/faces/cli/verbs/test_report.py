"""The lines of a report on a terminal: none is too wide, and a command that is broken is still that command."""

import shlex

import pytest

from workcell.faces.cli.verbs import report
from workcell.terminal import printable
from workcell.views.report_text import Entry, Line

COMMAND = "cd /tmp/a-directory-with-a-rather-long-name/repo && workcell merge 20261120-0512-greet-7f3a --commit-rest"


def entry(command=COMMAND):
    return Entry("✓", "a-name-that-is-long", "what was asked " * 9, (Line("merge", command, "command"),))


@pytest.mark.parametrize("columns", [20, 40, 80, 120])
def test_no_line_is_wider_and_the_command_is_the_same_when_it_is_pasted(columns):
    lines = report._entry(entry(), columns)
    assert max(map(printable.width, lines)) <= columns
    shell = "\n".join(lines).replace("\\\n", "")
    assert shlex.split(shell.partition("merge")[2]) == shlex.split(COMMAND)


def test_a_command_with_quotes_is_broken_without_a_backslash_in_them():
    lines = report._entry(entry("cd '/a directory of somebody' && workcell merge 20261120-0512-greet-7f3a"), 40)
    assert not any(line.endswith("\\") for line in lines)


def test_a_line_of_output_fits_and_a_word_that_is_wider_than_the_terminal_is_left_whole():
    made = Entry("✗", "n" * 50, "", (Line("check", "FAILED: " + "a word " * 12, "output"), Line("asked", "y" * 90)))
    over = [line for line in report._entry(made, 40) if printable.width(line) > 40]
    assert over == ["n" * 50, "y" * 90]
