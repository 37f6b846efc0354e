"""Counted things for people."""

import pytest

from workcell.base import counts


@pytest.mark.parametrize(
    ("number", "words", "said"),
    [
        (0, ("file",), "0 files"),
        (1, ("file",), "1 file"),
        (2, ("file",), "2 files"),
        (1, ("child", "children"), "1 child"),
        (3, ("child", "children"), "3 children"),
    ],
)
def test_a_counted_word_stands_in_its_number(number, words, said):
    assert counts.count(number, *words) == said


def test_what_changed_in_a_tree():
    assert counts.changed(3, 10, 2, 0) == ["3 files +10 −2"]
    assert counts.changed(1, None, None, 1) == ["1 file", "1 untracked file"]
    assert counts.changed(0, 0, 0, 2) == ["2 untracked files"]
    assert counts.changed(None, None, None, None) == []
