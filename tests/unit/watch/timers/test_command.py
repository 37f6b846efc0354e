"""The command and the environment of a timer."""

import shlex

import pytest

from workcell.base.errors import Invalid
from workcell.watch.timers import command


def test_the_environment_names_the_home_and_no_key(monkeypatch):
    monkeypatch.setenv("SOME_API_KEY", "secret")
    monkeypatch.setenv("LANG", "de_DE.UTF-8")
    monkeypatch.delenv("PATH")
    found = command.environment("/h")
    assert (found["WORKCELL_HOME"], found["LANG"]) == ("/h", "de_DE.UTF-8")
    assert found["PATH"] == "/usr/local/bin:/usr/bin:/bin" and "SOME_API_KEY" not in found


def test_a_value_of_two_lines_is_refused(monkeypatch):
    monkeypatch.setenv("LANG", "a\nb")
    with pytest.raises(Invalid, match="LANG cannot be given to a timer"):
        command.environment("/h")


def test_the_shell_line_is_the_command_with_its_environment(monkeypatch):
    monkeypatch.setenv("LANG", "with space")
    words = shlex.split(command.shell_line("/h"))
    assert words[0] == "/usr/bin/env" and "LANG=with space" in words
    assert words[-len(command.words()) :] == command.words()
