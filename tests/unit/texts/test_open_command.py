"""`open:` of config.yaml: presets, commands with places, and what is neither."""

import shlex

import pytest

from workcell.texts import config, fields, open_command

OWN = ["env", "WORKCELL_HOME=/h h", "python", "attach", "r"]


def faults(value):
    found = config.parse(f"open: {value}\n", "config.yaml")
    fields.check(found.front, config.KEYS, found)
    return [str(fault) for fault in found.faults]


@pytest.mark.parametrize("name", [*open_command.PRESETS, open_command.TMUX])
def test_a_preset_is_a_word(name):
    assert faults(name) == []


@pytest.mark.parametrize("name", open_command.PRESETS)
def test_every_preset_has_a_place_and_gives_whole_words(name):
    words = open_command.words(name, OWN, "/tree one")
    joined = " ".join(words)
    assert "{" not in joined and ("attach" in joined) == open_command.attaches(name)
    assert "/tree one" in joined or open_command.attaches(name)


def test_a_word_alone_becomes_the_words_and_a_longer_one_holds_text_for_a_shell():
    words = open_command.words("kitty --directory={path} {attach}", OWN, "/a b")
    assert words == ["kitty", "--directory=/a b", *OWN]
    words = open_command.words("kitty sh -c 'cd {path} && {attach}'", OWN, "/a b")
    assert words == ["kitty", "sh", "-c", f"cd '/a b' && {shlex.join(OWN)}"]
    assert open_command.words("x '{path} {attach}'", OWN, "{attach}") == ["x", "'{attach}' " + shlex.join(OWN)]


def test_text_for_applescript_is_quoted_for_it():
    words = open_command.words("terminal.app", ["a", 'b"c\\'], "/")
    assert words[2] == 'tell application "Terminal" to do script "a ' + "'b\\\"c\\\\'" + '"'


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("kity", "names no preset: 'kity' (did you mean 'kitty'?"),
        ("my-own-terminal", "or write a command with {attach}"),
        ("'kitty {attatch}'", "'open' has {attatch} (it can have {attach}, the command to run, and {path}, the tree)"),
        ('"kitty \'x {attach}"', "'open' is no command line"),
        ("[kitty]", "'open' must be text"),
    ],
)
def test_what_is_neither_is_named_with_a_cure(value, words):
    [fault] = faults(value)
    assert words in fault
