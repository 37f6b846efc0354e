"""Frames without secrets: whole, wrapped, drawn letter by letter, or half scrolled away."""

import pytest

from tests.unit.cleaning.test_redact import TOKENS
from workcell.cleaning.fragments import LEAST
from workcell.sessions import frames
from workcell.sessions.recording import Piece
from workcell.views.clean_frames import CleanFrames, text_of

TOKEN = "ghp_" + "a1B2c3D4e5" * 4
VALUE = "own-Value-of-the-run-77"


def shown(pieces, columns=30, rows=6, secrets=()):
    made = CleanFrames(lambda: frames.frames(iter(pieces), columns, rows), frozenset(secrets))
    return list(made), made.taken


def leaks(found, secret):
    """The longest part of a secret in any frame."""
    texts = [text_of(frame.lines).replace("\n", "") for frame in found]
    parts = (secret[at : at + size] for size in range(len(secret), 0, -1) for at in range(len(secret) - size + 1))
    return next((len(part) for part in parts if any(part in text for text in texts)), 0)


def typed(text):
    return [Piece(float(at), None, char.encode()) for at, char in enumerate(text)]


def test_a_token_that_is_drawn_letter_by_letter():
    found, taken = shown(typed(f"it is {TOKEN}!"), columns=100)
    assert leaks(found, TOKEN) <= len(TOKEN) // 3
    assert text_of(found[-1].lines).startswith("it is [redacted:github]!")
    assert taken["github"] == 1 and taken["part"] >= 1


def test_a_value_that_is_drawn_letter_by_letter():
    found, _ = shown(typed(f"it is {VALUE}!"), secrets=[VALUE])
    assert leaks(found, VALUE) <= len(VALUE) // 3


def test_a_token_over_two_rows_of_which_the_first_leaves():
    pieces = [Piece(0, None, f"x\r\n{TOKEN}".encode()), *(Piece(at, None, b"\r\nmore") for at in range(1, 8))]
    found, _ = shown(pieces)
    assert leaks(found, TOKEN) <= len(TOKEN) // 3
    assert all(len(frame.lines) == 6 for frame in found)


def test_frames_without_secrets_keep_their_colours():
    [frame], taken = shown([Piece(0, None, b"\x1b[31mred\x1b[0m")])
    assert frame.lines[0].runs[0][1].text == 1 and not taken


@pytest.mark.parametrize("columns", [40, 80])
@pytest.mark.parametrize("kind", TOKENS)
def test_every_known_token_streamed_in_pieces_and_scrolled_away(kind, columns):
    token = TOKENS[kind]
    text = f"the key is {token} and it goes on\r\n"
    pieces = [Piece(float(at), None, text[at : at + 3].encode()) for at in range(0, len(text), 3)]
    pieces += [Piece(float(len(text) + at), None, b"next line\r\n") for at in range(9)]
    found, _ = shown(pieces, columns=columns)
    assert leaks(found, token) <= max(LEAST, len(token) // 3)
