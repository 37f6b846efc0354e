"""Titles of conversations."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workcell.sessions import titles


@pytest.mark.parametrize(
    ("prompt", "title"),
    [
        ("Fix the login test. It fails since Monday.", "Fix the login test"),
        ("please fix src/app.py, then run make test", "Fix src/app.py, then run make test"),
        ("Could you please add a --json option?", "Add a --json option"),
        ("# Task\n\nport the parser", "Task"),
        ("- write docs; then the changelog", "Write docs"),
        ("```\nTraceback\n```\nwhy does this fail?", "Why does this fail"),
        ("hi", "Hi"),
        ("Use version 2.1.3 of it", "Use version 2.1.3 of it"),
        ("", ""),
        ("\n---\n", ""),
    ],
)
def test_the_first_thing_that_is_asked_for_is_the_title(prompt, title):
    assert titles.of(prompt) == title


def test_a_long_request_ends_at_a_word():
    found = titles.of("rewrite " + "the module " * 20)
    assert len(found) <= titles.WIDTH and found.endswith("module the…")
    assert len(titles.of("x" * 500)) <= titles.WIDTH


@given(st.text(max_size=300))
def test_any_words_have_a_title_of_one_line(prompt):
    found = titles.of(prompt)
    assert len(found) <= titles.WIDTH + 2 and "\n" not in found
