"""A long line of JSON is read as it comes: what is left of it is the same record with its long texts cut."""

import json
import os
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workcell.agents import long_line
from workcell.agents.long_line import LongLine

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(alphabet='ab"\\\n\u00e9\U0001f600/ud8', max_size=60),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from([*"abc", '"']), inner, max_size=4),
    max_leaves=12,
)


def left(data: bytes, size: int = 1 << 20) -> bytes | None:
    line = LongLine()
    for at in range(0, len(data), size):
        assert line.feed(data[at : at + size]) == b""
    assert line.size == len(data)
    return line.close()


def same(cut: Any, whole: Any) -> bool:
    """Whether a value is another one with its texts cut."""
    if isinstance(whole, dict):
        return cut.keys() == whole.keys() and all(same(cut[key], whole[key]) for key in whole)
    if isinstance(whole, list):
        return len(cut) == len(whole) and all(map(same, cut, whole))
    if isinstance(whole, str):
        bare = cut.rstrip("\ufffd").encode("utf-16", "surrogatepass")  # one half of a pair may be left of a character
        short = len(json.dumps(whole)) - 2 <= long_line.TEXT
        return cut == whole if short else whole.encode("utf-16", "surrogatepass").startswith(bare)
    return bool(cut == whole)


@given(VALUES, st.integers(1, 30), st.integers(1, 40), st.booleans())
def test_it_is_the_same_record_with_its_long_texts_cut(value: Any, size: int, most: int, ascii_only: bool) -> None:
    data = json.dumps({"k": value}, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(long_line, "TEXT", 1000)
        assert left(data, size) == data
        patch.setattr(long_line, "TEXT", most)
        found = left(data, size)
        assert found is not None and found == left(data)
        cut = json.loads(found.decode("utf-8", "replace"))
        if all(key.isalnum() for key in _keys(value)):
            assert same(cut["k"], value)


def _keys(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [*value, *(key for one in value.values() for key in _keys(one))]
    return [key for one in value for key in _keys(one)] if isinstance(value, list) else []


@pytest.mark.parametrize("most", range(1, 14))
def test_no_half_of_an_escape_is_left(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(long_line, "TEXT", most)
    for text in (rb"\\\\\\u12345678", rb"ab\u00e9\u00e9\u00e9", rb"\\u00e9 \\\u00e9 u12", rb"\n\n\n\n\n\n\n\n"):
        for size in (1, 3, 50):
            found = left(b'"' + text + b'"', size)
            assert found is not None and len(found) <= most + 2
            assert json.loads(b'"' + text + b'"').startswith(json.loads(found)), found


def test_what_follows_the_line_is_given_back() -> None:
    line = LongLine()
    assert line.feed(b'{"a": "b') == b"" and not line.ended
    assert line.feed(b'c"}\n{"next') == b'{"next' and line.ended
    assert (line.close(), line.size) == (b'{"a": "bc"}', 11)


def test_one_that_is_too_long_is_none_in_bounded_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(long_line, "KEPT", 1000)
    assert left(b'["x",' * 500, 100) is None and left(b"plain words" * 500) is None
    monkeypatch.undo()
    tracemalloc.start()
    line = LongLine()
    line.feed(b'{"text":"')
    for _ in range(70):
        line.feed(b"\\u00e9 words " * 80_000)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert line.too_long and line.close() is None and most < 8 << 20


def test_a_line_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(b'{"a": 1}\n{"b": "' + b"x" * 600_000 + b'"}\n{"c"')
    fd = os.open(path, os.O_RDONLY)
    size = path.stat().st_size
    try:
        line = long_line.at(fd, 9, size)
        assert line.ended and line.size == 600_009 and len(line.close() or b"") == long_line.TEXT + 9
        torn = long_line.at(fd, size - 4, size)
        assert not torn.ended and torn.close() == b'{"c"'
        assert not long_line.at(fd, 9, 500_000).ended
        assert long_line.at(fd, size + 7, size + 9).size == 0
    finally:
        os.close(fd)
