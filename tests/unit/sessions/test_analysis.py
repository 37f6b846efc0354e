"""What a run was about, from its words and files."""

import pytest

from workcell.rundir.vocabulary import CATEGORIES
from workcell.sessions import analysis
from workcell.sessions.turns import Step, Turn


def turn(*steps, prompt="do it"):
    return Turn(prompt, False, None, None, True, tuple(steps), 0)


def said(text, side=False):
    return Step("said", text.split("\n")[0], text, None, side)


def tool(*files):
    touched = tuple({"path": path, "how": how, "added": 1, "removed": 0} for path, how in files)
    return Step("tool", "edited", "", None, tool="Edit", files=touched)


def test_the_title_is_that_of_the_objective_else_of_the_first_prompt():
    turns = [turn(prompt=None), turn(prompt="please port the parser. Then test it.")]
    assert analysis.title_of("Mend the login", turns) == "Mend the login"
    assert analysis.title_of(None, turns) == "Port the parser" and analysis.title_of(None, []) == ""


def test_the_summary_is_the_last_that_the_agent_itself_said():
    turns = [turn(said("first")), turn(said("All done.\n\nDetails follow."), said("below", side=True)), turn(tool())]
    assert analysis.summary_of(turns) == "All done."
    assert analysis.summary_of([turn(tool())]) is None
    assert len(analysis.summary_of([turn(said("x" * 900))])) == analysis.LONGEST


def test_only_files_that_were_changed_count_and_stand_relative():
    turns = [turn(tool(("/w/src/a.py", "edited"), ("/w/b.py", "read"), ("/etc/hosts", "wrote")))]
    assert analysis.changed_files(turns, "/w") == ["src/a.py", "/etc/hosts"]


def test_topics_are_where_most_was_changed_and_then_words_of_the_title():
    files = ["src/parser/a.py", "src/parser/b.py", "tests/test_login.py", "README.md", "src/x.py"]
    assert analysis.topics_of(files, "Fix the lexer") == ["parser", "README", "login", "x", "lexer"]
    assert analysis.topics_of([], "Fix the lexer with care") == ["lexer", "care"]
    assert len(analysis.topics_of([f"d{n}/a" for n in range(9)], "")) == analysis.TOPICS


@pytest.mark.parametrize(
    ("files", "title", "category"),
    [
        (["README.md", "docs/a.rst"], "Fix the words", "docs"),
        (["tests/test_a.py", "src/app.test.ts"], "Add a login", "tests"),
        (["src/a.py"], "Fix the login test", "fix"),
        (["src/a.py"], "Rename the parser", "refactor"),
        (["src/a.py"], "Why is it slow", "feature"),
        ([], "Why is it slow", "question"),
        ([], "Show that it works", "question"),
        ([], "Reply to them", "unknown"),
        (["src/a.py"], "Reply to them", "feature"),
        ([], "Bump the dependencies", "upkeep"),
    ],
)
def test_categories(files, title, category):
    assert analysis.category_of(files, title) == category and category in CATEGORIES
