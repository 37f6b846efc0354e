"""The table of verbs: each fits a line of the help, and what other programs call a verb leads to one."""

import pytest

from workcell.faces.cli import app, out, table


@pytest.mark.parametrize("verb", table.VERBS)
def test_a_verb_stands_with_its_whole_line_in_the_help_of_a_narrow_terminal(verb, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    said = table.VERBS[verb][1]
    assert f"  {verb:<10} {said}\n" in out.overview()


@pytest.mark.parametrize("verb", table.VERBS)
def test_what_a_verb_does_is_one_sentence(verb):
    said = table.VERBS[verb][1]
    assert said[0].isupper() and said.endswith(".") and ". " not in said


def test_verbs_of_one_heading_stand_together():
    headings = [entry[2] for entry in table.VERBS.values()]
    known = {table.RUN, table.LOOK, table.ACT, table.CHECK, table.SUPERVISE, table.DATA, table.HOUSE}
    assert set(headings) == known
    shown = [line[:-1] for line in out.overview().splitlines() if line.endswith(":") and line[:-1] in known]
    assert sorted(shown) == sorted(known), "each heading once"


@pytest.mark.parametrize("word", table.SYNONYMS)
def test_a_word_of_another_program_is_answered_with_a_command_that_there_is(word):
    assert word not in table.VERBS
    verb, *options = table.SYNONYMS[word].split()
    command = app.load(verb)
    known = {name for entry in command.params for name in entry.opts} | set(getattr(command, "commands", {}))
    assert verb in table.VERBS and set(options) <= known
    error = app.NoSuchVerb(word)
    assert str(error.message).endswith(f"it is {verb!r} here") and error.hint == f"workcell {table.SYNONYMS[word]}"


def test_a_misspelt_verb_is_answered_with_the_nearest():
    error = app.NoSuchVerb("stauts")
    assert "did you mean 'status'?" in str(error.message) and error.hint == "workcell --help"
