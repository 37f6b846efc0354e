"""Which signals fire, and what they tell."""

import re
from dataclasses import replace
from typing import Any

import pytest

from workcell.judgement import signals
from workcell.texts.signal import Signal

NOW = 1_772_445_600.0
LIMIT = Signal("limit", 2, ("any",), "record", "usage_limit", 0.9, match={"type": "error"})
PLAIN = Signal("key", 1, ("any",), "stderr", "auth", 0.8, pattern=re.compile("bad key"))


def on_record(signal: Signal, kind: Any = "error", text: str = "", **data: Any) -> list[signals.Fired]:
    record: Any = {"text": text, "at": None, "id": None, **data}
    return signals.on_record([signal], kind, record, NOW, None)


def on_text(text: str, *several: Signal, source: str = "stderr", region: str | None = None) -> list[signals.Fired]:
    return signals.on_text(several or [PLAIN], source, text, NOW, None, region)


def test_what_a_signal_tells() -> None:
    assert on_record(LIMIT, text="no\n more") == [
        {
            "id": "limit",
            "version": 2,
            "verdict": "usage_limit",
            "confidence": 0.9,
            "words": "no more",
            "reset": None,
            "safe": None,
        }
    ]


@pytest.mark.parametrize(
    ("wanted", "value", "fires"),
    [
        (429, 429, True),
        (429, 429.0, True),
        (429, "429", True),
        (429, 430, False),
        (429, None, False),
        ("rate", "rate", True),
        ("rate", "rate_limit", False),
        (["a", "b"], "b", True),
        (["a", "b"], "c", False),
        (re.compile("rate"), "the rate’s", True),
        (re.compile("rate's"), "the rate’s", True),
        (re.compile("rate"), None, False),
        (True, True, True),
        (True, 1, False),
        (1, True, False),
        (None, None, True),
        (None, "x", False),
    ],
)
def test_a_key_of_an_event_fits(wanted: Any, value: Any, fires: bool) -> None:
    assert bool(on_record(replace(LIMIT, match={"code": wanted}), code=value)) is fires


def test_every_key_and_the_pattern_must_fit() -> None:
    both = replace(LIMIT, match={"type": "error", "final": True}, pattern=re.compile("limit"))
    assert on_record(both, text="a limit", final=True)
    assert not on_record(both, text="a limit") and not on_record(both, text="no", final=True)
    assert not on_record(both, "retry", text="a limit", final=True)


def test_a_text_is_looked_at_where_the_signal_says() -> None:
    assert on_text("it said: bad key") and not on_text("it said: bad key", source="stdout")
    notice = replace(PLAIN, source="screen", region="notice")
    assert on_text("bad key", notice, source="screen", region="notice")
    assert not on_text("bad key", notice, source="screen", region="page")
    assert not on_text("bad key", replace(PLAIN, pattern=None))
    assert not on_text("x" * signals.MOST_TEXT + "bad key")


def test_the_surest_fires_first_and_of_equals_the_first_one() -> None:
    less, also = replace(PLAIN, id="less", confidence=0.5), replace(PLAIN, id="also")
    assert [one["id"] for one in on_text("bad key", less, PLAIN, also)] == ["key", "also", "less"]


def test_a_reset_is_read_from_the_words_that_the_pattern_names() -> None:
    signal = replace(PLAIN, pattern=re.compile("limit(?: until (?P<when>.*))?"), resets="when")
    [told] = on_text("limit until in 2h", signal)
    assert told["reset"] is not None and told["reset"]["at"] == NOW + 7200
    assert on_text("limit", signal)[0]["reset"] is None


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("Failed to connect: ENOTFOUND", "Failed to connect: ENOTFOUND"),
        (
            "Welcome "
            + "█████▓▓░ ..... " * 40
            + "Unable to start. Failed to connect to the service: ENOTFOUND. Try again.",
            "… Unable to start. Failed to connect to the service: ENOTFOUND. Try again.",
        ),
        (
            "one two three " * 40 + "and then ENOTFOUND",
            "… three one two three one two three one two three and then ENOTFOUND",
        ),
    ],
)
def test_what_is_quoted_is_the_reason_and_no_logo(text, quoted):
    assert signals._quoted(text, re.search("ENOTFOUND", text)) == quoted


def test_a_long_quote_ends_with_a_whole_word():
    text = "ENOTFOUND " + "word " * 200
    found = signals._quoted(text, re.search("ENOTFOUND", text))
    assert found.endswith("word …") and len(found) <= signals.QUOTED + 2
