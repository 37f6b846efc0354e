"""What an encoding lacks is shown by something of the same width, and never ends the program that prints it."""

import io

import pytest

from workcell.terminal import likeness, printable


def printed(text: str, encoding: str) -> bytes:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding)
    likeness.adapt(stream)
    print(text, end="", file=stream, flush=True)
    return raw.getvalue()


@pytest.mark.parametrize("encoding", ["iso-8859-1", "ascii", "cp1252", "koi8-r"])
def test_tables_stay_aligned_in_any_encoding(encoding):
    text = "✓ passed  │ prüfe 漢字 🎉 … → \udc80"
    shown = printed(text, encoding).decode(encoding)
    assert "passed" in shown and printable.width(shown) == printable.width(text)


def test_a_state_keeps_a_sign_of_its_own():
    assert printed("✓ ✗ ● ü", "iso-8859-1") == b"+ x * \xfc"


def test_utf8_is_left_alone():
    stream = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    likeness.adapt(stream)
    assert stream.errors == "strict"
