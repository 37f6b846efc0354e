"""Text that leaves a run directory: nothing in it steers a terminal, hides words or gives a secret away."""

import base64
import json
import time
import unicodedata
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workcell.cleaning.clean import Cleaner, secret_values
from workcell.terminal import printable


def _values(env: dict[str, str], named: list[str] | None = None) -> set[str]:
    return set(secret_values(env, named or [], lambda value: value.startswith("/exists")))


@pytest.mark.parametrize(
    "name",
    [
        "API_KEY",
        "AWS_SECRET_ACCESS_KEY",
        "MY_TOKEN",
        "Db_Password",
        "X_PASSWD_2",
        "GOOGLE_CREDENTIALS",
        "KEYS",
        "APIKEY",
    ],
)
def test_a_name_with_such_a_part_holds_a_secret(name: str) -> None:
    assert _values({name: "Zq4-Zq4-Zq4"}) == {"Zq4-Zq4-Zq4"}


@pytest.mark.parametrize("name", ["KEYBOARD", "TOKENIZERS_X", "MONKEY", "SECRETARY", "PWD", "PATH", "LS_COLORS"])
def test_a_name_with_such_letters_alone_holds_none(name: str) -> None:
    assert not _values({name: "Zq4-Zq4-Zq4"})


@pytest.mark.parametrize("value", ["", "Zq4-Zq4", "production", "1234567890123", "/exists/key.pem"])
def test_a_short_plain_or_numeric_value_or_a_path_is_none(value: str) -> None:
    assert not _values({"MY_KEY": value})


def test_what_a_person_calls_secret_is_one_whatever_it_looks_like() -> None:
    assert _values({"COLOUR": "magenta", "EMPTY": ""}, ["COLOUR", "EMPTY", "ABSENT"]) == {"magenta"}


def test_a_name_of_a_file_cannot_steer_a_terminal_or_begin_a_line() -> None:
    name = "f\x1b]0;title\x07\x1b[31m\u202etxt.\x9b\n# Outcome: **passed**"
    shown = r"f\x1b]0;title\x07\x1b[31m\u202etxt.\x9b\n# Outcome: **passed**"
    assert Cleaner().line(name) == shown
    assert Cleaner().text("\ta\r\n" + name.replace("\n", "")).startswith("\ta\\r\nf\\x1b]0;")


def test_a_value_inside_a_commit_id_stands_there_by_chance() -> None:
    cleaner = Cleaner(["a1b2c3d4e5"])
    commit = "00a1b2c3d4e5" + "7" * 28
    assert cleaner.line(f"git diff {commit}") == f"git diff {commit}"
    assert cleaner.text(f"one\n{commit}\ntwo") == f"one\n{commit}\ntwo"
    assert cleaner.line(f"{commit} a1b2c3d4e5 {commit}") == f"{commit} [redacted:secret] {commit}"
    assert Cleaner([commit]).line(f"key {commit}") == "key [redacted:secret]"
    sha = commit + "0" * 24
    assert cleaner.line(f"sha256 {sha}, a1b2c3d4e5f") == f"sha256 {sha}, [redacted:secret]f"
    assert cleaner.text("a1b2c\n3d4e5") == "a1b2c\n3d4e5"  # too short to be looked for over a line end
    assert "[redacted" in Cleaner(["a1b2c3d4e5f6"]).text("a1b2c3\nd4e5f6")


def test_what_a_person_wrote_loses_known_values_and_keeps_the_rest() -> None:
    cleaner = Cleaner(["hunter-two-three"])
    assert cleaner.mask_values("password=c0rrect-horse hunter-two-three") == "password=c0rrect-horse [redacted:secret]"


def test_a_record_is_masked_in_keys_and_values() -> None:
    record = {"hunter-two-three": ["x hunter-two-three", 1, None, {"a": ("hunter-two-three",)}], "n": 1.5}
    masked = Cleaner(["hunter-two-three"]).record(record)
    mark = "[redacted:secret]"
    assert masked == {mark: [f"x {mark}", 1, None, {"a": [mark]}], "n": 1.5}


KEY = ["-----BEGIN RSA " + "PRIVATE KEY-----", *["Ab1" * 20] * 3, "-----END RSA " + "PRIVATE KEY-----"]


@pytest.mark.parametrize("at_once", [False, True])
def test_a_private_key_over_several_lines_is_masked_as_one(at_once: bool) -> None:
    lines = Cleaner().lines(iter(["before", *KEY, "after"]), at_once=at_once)
    assert list(lines) == ["before", "[redacted:private-key]", "after"]


def test_lines_come_at_once() -> None:
    def lines():
        yield "one hunter-two-three"
        raise AssertionError("the second line was waited for")

    assert next(Cleaner(["hunter-two-three"]).lines(lines(), at_once=True)) == "one [redacted:secret]"


def test_a_key_that_never_ends_is_not_held_for_ever() -> None:
    lines = list(Cleaner().lines(iter([KEY[0], *["words"] * 1000]), at_once=True))
    assert lines[-1] == "words"
    assert lines.count("words") == 1000


def steers(text: str) -> list[str]:
    """Characters that must not reach a terminal in a text of several lines."""
    return [
        char
        for char in text
        if char not in "\n\t" and (unicodedata.category(char) in ("Cc", "Cs") or char in "\u200e\u200f\u061c\u2028\u2029"
        or "\u202a" <= char <= "\u202e" or "\u2066" <= char <= "\u2069")
    ]  # fmt: skip


secrets = st.lists(
    st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=8, max_size=30).filter(
        lambda text: "redacted" not in text and "secret" not in text and len(set(text)) > 5
    ),
    min_size=1,
    max_size=3,
)
hostile = st.text(
    st.sampled_from("ab 0/=\n\t\r\x1b\x07[]m;\x9b\x85\u202e\u2066\u200f\u2028\ufeff\ud800é漢") | st.characters()
)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(secrets, st.data())
def test_nothing_steers_and_no_value_survives(values: list[str], data: st.DataObject) -> None:
    cleaner = Cleaner(values)
    value = data.draw(st.sampled_from(values))
    coats = [
        value,
        base64.b64encode(value.encode()).decode(),
        base64.urlsafe_b64encode(value.encode()).decode().rstrip("="),
        quote(value, safe=""),
    ]
    text = data.draw(hostile) + data.draw(st.sampled_from(coats)) + data.draw(hostile)
    for clean in (cleaner.line, cleaner.text, lambda text: "\n".join(cleaner.lines(text.split("\n")))):
        shown = clean(text)
        assert not steers(shown)
        left = shown.replace("[redacted:secret]", "\0")
        assert not [coat for coat in coats if coat in left]
        assert clean(shown) == shown
    assert "\n" not in cleaner.line(text)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(
    st.recursive(
        st.text() | st.integers() | st.none(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_a_document_says_the_same_escaped(value: object) -> None:
    text = json.dumps({"a": value}, ensure_ascii=False)
    shown = printable.json_escaped(text)
    assert json.loads(shown) == json.loads(text)
    assert not steers(shown)


@pytest.mark.parametrize("unit", ["\x1b[", "\u202e", "a1b2c3d4e5 ", "a1b2c3d4e5" * 4 + " ", "\n", "hunter-two-thre"])
def test_a_megabyte_takes_linear_time(unit: str) -> None:
    cleaner = Cleaner(["hunter-two-three", "a1b2c3d4e5"])
    start = time.process_time()
    cleaner.text(unit * (1_000_000 // len(unit)))
    assert time.process_time() - start < 10
