"""Types, ranges and values of keys in words."""

import io

import pytest
from ruamel.yaml import YAML

from workcell.texts import brief, config, fields, kinds


def check_of(table, name):
    return next(key.check for key in table if key.name == name)


def test_the_type_of_a_value_comes_from_its_check():
    assert kinds.kind(check_of(config.KEYS, "dirty")) == "`refuse` or `allow` or `snapshot`"
    assert kinds.kind(check_of(config.KEYS, "secrets")) == "list of lines"
    said = "`name: value` lines, each `key: value` lines: `model`, `args`, `progress_every`"
    assert kinds.kind(check_of(config.KEYS, "recipes")).startswith(said)
    assert kinds.kind(check_of(config.KEYS, "idle_after")) == "duration"


@pytest.mark.parametrize(
    ("check", "words"),
    [
        (fields.whole(1, 1000), "1 to 1000"),
        (fields.whole(3), "at least 3"),
        (fields.number(), "at least 0"),
        (fields.duration, "more than 0"),
        (check_of(brief.LIMITS, "memory"), "at least 16 MiB"),
        (fields.line, None),
    ],
)
def test_the_range_is_that_of_the_check(check, words):
    assert kinds.bounds(check) == words


def test_only_a_group_has_keys_of_its_own():
    assert kinds.table(check_of(config.KEYS, "limits")) == brief.LIMITS
    assert kinds.table(check_of(config.KEYS, "env")) == ()


@pytest.mark.parametrize(
    "value",
    ["claude", "true", "on", "1h30m", "4G", "a: b", "# no", "", "- x", "~", "1.5", ".5", "x\ny", 5, 1.5, True, None,
     ["a", "b: c"], {"a": {"b": ["--x"]}}, [], {}],
)  # fmt: skip
def test_what_is_written_on_one_line_is_read_as_the_same_value(value):
    line = kinds.flow(value)
    assert "\n" not in line
    assert YAML(typ="safe").load(io.StringIO(f"key: {line}\n")) == {"key": value}


def test_seconds_are_written_as_a_duration():
    assert kinds.written(fields.duration, 5400.0) == "1h30m"
    assert kinds.written(fields.whole(), 5) == 5
