"""The text of a brief that is asked for in words reads back as what was asked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workcell.texts import brief as briefs
from workcell.texts import composed, fields, recipe

WORDS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), min_size=1, max_size=40)
LINES = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), min_size=1, max_size=60).filter(str.strip)


def read(wish):
    return briefs.parse(composed.brief(wish).encode(), "command line")


def test_a_message_alone():
    found = read(composed.Wish("Fix the login"))
    assert found.faults == [] and found.objective == "Fix the login"
    assert composed.brief(composed.Wish("Fix the login")) == "---\nobjective: Fix the login\n---\n\n# Fix the login\n"


def test_what_stands_below_the_first_line_becomes_the_body():
    found = read(composed.Wish("Fix it\n\nSince Monday.\n## Definition of done\n- [ ] it works\n"))
    assert found.objective == "Fix it"
    assert found.document.body.strip() == "# Fix it\n\nSince Monday.\n## Definition of done\n- [ ] it works"


def test_everything_that_can_be_asked_for_stands_in_the_text():
    found = read(
        composed.Wish("x", (), "claude", "make test", {"wall": 5400.0, "attempts": 2, "cost": 2.5}, ("a", "b c"))
    )
    values = found.values
    assert found.faults == []
    assert (values["recipe"], values["verify"], values["labels"]) == ("claude", "make test", ["a", "b c"])
    assert {key: value for key, value in values["limits"].items() if value is not None} == {
        "wall": 5400.0, "attempts": 2, "cost": 2.5,
    }  # fmt: skip


def test_no_check_is_said_in_the_text():
    assert read(composed.Wish("x", verify=False)).values["verify"] is False
    assert read(composed.Wish("x")).values["verify"] is None


def test_a_command_is_the_one_of_the_recipe_shell_and_names_the_run():
    found = read(composed.Wish(command=("make", "a b")))
    assert found.values["recipe"] == {"extends": "shell", "command": ["make", "a b"]}
    assert found.objective == "make 'a b'"
    assert read(composed.Wish("Build it", ("make",), "mine")).values["recipe"] == {
        "extends": "mine",
        "command": ["make"],
    }


def test_a_long_command_gives_a_short_objective():
    assert len(read(composed.Wish(command=("echo", "x" * 5000))).objective) == composed.OBJECTIVE_LIMIT


@given(st.lists(WORDS, min_size=1, max_size=4))
def test_any_words_of_a_command_come_back_as_they_were(words):
    found = read(composed.Wish("x", tuple(words)))
    assert found.faults == []
    rendered = [recipe.render(word, recipe.EXAMPLE, "here") for word in found.values["recipe"]["command"]]
    assert rendered == words


@given(LINES)
def test_any_line_is_an_objective(line):
    assert read(composed.Wish(line)).objective == " ".join(line.strip().split("\n"))


@pytest.mark.parametrize("seconds", [0.5, 45, 60, 3600, 5400, 86400, 90061])
def test_a_duration_is_written_as_it_is_read(seconds):
    assert fields.parse_duration(fields.duration_text(seconds)) == seconds
