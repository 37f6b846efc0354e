"""Parts of secrets: what is drawn letter by letter, or scrolled away, shows at most a third."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workcell.cleaning.fragments import LEAST, MASK, Fragments, shaped

SECRET = "s3cr3t-Value-of-24-chars"
TOKEN = "ghp_" + "a1B2" * 9


@given(st.integers(1, len(SECRET) - 1), st.sampled_from(["", "KEY=", "│ "]), st.sampled_from(["", " ", "  │"]))
def test_at_most_a_third_of_a_secret_shows_at_either_edge(size, before, after):
    least = max(LEAST, len(SECRET) // 3)
    fragments = Fragments([SECRET])
    for text, part in ((before + SECRET[:size] + after, SECRET[:size]), (SECRET[-size:] + after, SECRET[-size:])):
        assert (part in fragments.line(text)) == (size < least)
        assert fragments.line(text).endswith(after)


def test_a_part_alone_on_its_line_is_masked():
    assert Fragments([SECRET]).line("│ " + SECRET[5:18] + " │") == f"│ {MASK} │"


@pytest.mark.parametrize("text", ["", "s3c", "a Value of", "nothing here", SECRET[2:9] + " and more"])
def test_other_words_stay(text):
    assert Fragments([SECRET]).line(text) == text


def test_tokens_are_known_by_their_shape():
    assert shaped(f"a {TOKEN} b password=hunter2hunter2x") >= {TOKEN}
    assert shaped("plain words") == set()
