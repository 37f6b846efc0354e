"""A cleaner that counts: what, how often, and never a value."""

from workcell.cleaning.counted import CONTROL, Counted

VALUE = "s3cr3t-Value-9"
TOKEN = "ghp_" + "a1B2" * 9


def test_each_kind_is_counted():
    clean = Counted([VALUE])
    assert clean.text(f"{VALUE} and {VALUE}, {TOKEN}") == "[redacted:secret] and [redacted:secret], [redacted:github]"
    assert clean.text("a\x1b[1mb") == "a\\x1b[1mb"
    assert clean.taken == {"secret": 2, "github": 1, CONTROL: 1}


def test_a_mask_that_was_there_before_is_not_counted():
    clean = Counted([VALUE])
    assert clean.text(f"[redacted:secret] {VALUE}") == "[redacted:secret] [redacted:secret]"
    assert clean.taken == {"secret": 1}


def test_every_string_of_a_record_is_counted():
    clean = Counted([VALUE])
    assert clean.record({"a": [VALUE, 1], VALUE: None}) == {"a": ["[redacted:secret]", 1], "[redacted:secret]": None}
    assert clean.taken == {"secret": 2}


def test_lines_are_counted():
    clean = Counted([VALUE])
    assert list(clean.lines(["one", f"two {VALUE}"])) == ["one", "two [redacted:secret]"]
    assert clean.taken == {"secret": 1}


def test_without_secrets_to_take_out_everything_stays():
    clean = Counted(None)
    text = f"{TOKEN}\x1b"
    assert (clean.text(text), clean.record({"a": text}), list(clean.lines([text]))) == (text, {"a": text}, [text])
    assert not clean.taken and not clean.redacts
