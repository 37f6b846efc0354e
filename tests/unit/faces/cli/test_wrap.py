"""Text in lines that fit: no word is broken, and a command is the same command when it is pasted."""

import subprocess

import pytest

from workcell.faces.cli import wrap
from workcell.terminal import printable

LONG = "workcell resume 20261122-0623-a-name-that-is-longer-than-anybody-would-type --brief NEW.md"


def pasted(lines):
    """The words that a shell gets of what was marked and pasted."""
    ran = subprocess.run(
        ["bash", "-c", "printf '%s\\n' " + "\n".join(lines)], capture_output=True, text=True, check=True
    )
    return ran.stdout.split("\n")[:-1]


def test_words_are_broken_at_spaces_alone():
    assert wrap.wrapped("one two three", 8) == ["one two", "three"]
    assert wrap.wrapped("", 8) == [""]


def test_what_could_steer_a_terminal_is_shown_as_it_is():
    assert wrap.wrapped("a\x1b[2Jb\nc", 80) == ["a\\x1b[2Jb\\nc"]


def test_a_text_hangs_behind_what_stands_before_it():
    assert wrap.hanging("  why   ", "the check ended with exit code 1", 34) == [
        "  why   the check ended with exit",
        "        code 1",
    ]


def test_where_there_is_no_room_beside_it_the_text_stands_below():
    assert wrap.hanging("a label that is long  ", "words of it", 30) == ["a label that is long", "    words of it"]


def test_a_word_that_is_too_wide_for_its_place_stands_further_left_and_whole():
    path = "/tmp/" + "x" * 30
    assert wrap.hanging("  dir   ", path, 40) == ["  dir", " " * 5 + path]
    assert wrap.hanging("  dir   ", path * 2, 40) == ["  dir", path * 2]


def test_a_command_stands_behind_the_words_while_it_fits_and_below_them_whole():
    assert wrap.wrapped("let it go: workcell rm x", 40) == ["let it go: workcell rm x"]
    assert wrap.hanging("  needs you  ", "decide: workcell resume 20261122-0623-bad", 40) == [
        "  needs you  decide:",
        " " * 7 + "workcell resume 20261122-0623-bad",
    ]


@pytest.mark.parametrize("width", [20, 40, 60, 80])
@pytest.mark.parametrize("before", ["", "decide: ", "or, when nothing is to be done: ", "\x1b[1mhint:\x1b[0m "])
def test_a_command_that_is_too_wide_is_the_same_when_pasted(width, before):
    lines = wrap.filled("  needs you  ", before + LONG, width)
    assert max(map(printable.width, lines)) <= max(width, len("  needs you  ")) or before.startswith("\x1b")
    at = next(number for number, line in enumerate(lines) if line.lstrip().startswith("workcell "))
    assert pasted(lines[at:]) == LONG.split()


def test_a_command_with_quotes_is_left_to_the_terminal():
    command = "workcell send x 'all of these words are one word of the command'"
    assert wrap.command(command, 40) == [command]


@pytest.mark.parametrize(
    "words", ["workcell ls, or workcell ls --json in a loop", "what workcell does with such a run"]
)
def test_prose_about_the_program_is_no_command(words):
    assert not any(line.endswith("\\") for line in wrap.wrapped(words, 20))


def test_a_quoted_command_is_one_word_while_it_fits():
    text = "no runs fit; 'workcell ls --all' shows every run"
    assert wrap.wrapped(text, 24) == ["no runs fit;", "'workcell ls --all'", "shows every run"]
    assert wrap.wrapped(text, 12)[1:3] == ["'workcell ls", "--all' shows"]
