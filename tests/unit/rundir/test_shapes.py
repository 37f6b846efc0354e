"""Shapes of records: what fits, and what does not."""

import pytest

from workcell.rundir import shapes


@pytest.mark.parametrize(
    ("shape", "fits", "does_not"),
    [
        (shapes.text, ["", "a\0", "\udc80"], [None, 1, "\ud800", []]),
        (shapes.path, ["", "/a b"], ["a\0", "\ud800"]),
        (shapes.name, ["a b", "...", "\udc80"], ["", ".", "..", "a/b", "a\0", 5]),
        (shapes.key, ["a-1"], ["", "A", "../x", "a\n", None]),
        (shapes.scalar, [None, 1, 0.5, "a", True], [[], {}]),
        (shapes.maybe(shapes.whole), [None, 3], [0.5, "3"]),
        (shapes.many(shapes.text), [[], ["a"]], [None, "a", ["a", 1], {"a": 1}]),
        (shapes.table(shapes.number), [{}, {"a": 1}], [None, [], {"a": "b"}, {"\ud800": 1}]),
        (shapes.record({"a": shapes.whole}, {"b": shapes.flag}), [{"a": 1}, {"a": 1, "b": True, "c": []}],
         [None, [], {}, {"b": True}, {"a": 1, "b": 1}]),
    ],
)  # fmt: skip
def test_what_fits(shape, fits, does_not):
    assert [value for value in fits if not shape(value)] == []
    assert [value for value in does_not if shape(value)] == []
