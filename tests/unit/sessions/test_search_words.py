"""The words of a search and the texts that have them."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workcell.sessions.search_words import EXCERPT, Words


def test_all_the_words_must_be_there_in_any_case_and_blanks_count_as_one() -> None:
    words = Words(["Login", "two  words"])
    assert words.at("fix the LOGIN of two\n\twords") == 8
    assert words.at("fix the login of two other words") is None
    assert Words(["ÉTÉ"]).at("un été") == 3


@pytest.mark.parametrize("given_words", [[], [""], ["  ", "\n"]])
def test_no_words_are_refused(given_words: list[str]) -> None:
    with pytest.raises(ValueError, match="no word"):
        Words(given_words)


def test_an_excerpt_is_the_part_around_the_first_word() -> None:
    words = Words(["needle"])
    assert words.excerpt("a needle") == "a needle" and words.excerpt("hay") is None
    long = words.excerpt("x " * 500 + "the needle" + " y" * 500)
    assert long is not None and "the needle" in long and long[0] == long[-1] == "…" and len(long) <= EXCERPT + 1


def test_where_the_words_are_in_a_line() -> None:
    line = "Needle in a needle case"
    assert [line[a:b] for a, b in Words(["needle", "needle case"]).places(line)] == ["Needle", "needle"]


@given(
    text=st.text(max_size=40),
    words=st.lists(st.text(min_size=1, max_size=6).filter(str.strip), min_size=1, max_size=3),
    ascii_only=st.booleans(),
    inside=st.booleans(),
)
def test_a_line_with_a_text_that_has_the_words_is_never_left_out(
    text: str, words: list[str], ascii_only: bool, inside: bool
) -> None:
    """Whatever the encoder does with characters: bytes are only a way to skip lines that cannot hold the text."""
    # letters whose lower case is one in ASCII, or has another length, are found by their bytes in no case
    if any(len(c.lower()) != 1 or (not c.isascii() and c.lower().isascii()) for c in text + "".join(words)):
        return
    if any(len(c.upper()) != 1 or c.upper().lower() != c.lower() for c in text + "".join(words) if not c.isascii()):
        return
    whole = text + " ".join(words) + text if inside else text
    asked = Words(words)
    line = json.dumps({"text": whole}, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    if asked.at(whole) is not None:
        assert asked.may_hold(line.lower())
        assert asked.next_in(line.lower(), 0) >= 0
