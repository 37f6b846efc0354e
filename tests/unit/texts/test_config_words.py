"""config.yaml explained: every setting with its value and origin, and an example that is right."""

import re

from workcell.texts import config, config_words, fields, kinds


def every_key():
    for key in config.KEYS:
        inner = kinds.table(key.check)
        yield from (f"{key.name}.{one.name}" for one in inner) if inner else [key.name]


def rows(text):
    found = config.parse(text, "c.yaml")
    return {row.key: row for row in config_words.settings(found)}


def test_every_key_of_the_declaration_is_a_setting():
    assert list(rows("")) == list(every_key())
    assert {row.origin for row in rows("").values()} == {"default"}


def test_a_value_has_the_line_where_it_stands():
    found = rows("dirty: refuse\nlimits:\n  wall: 2h\n")
    assert (found["dirty"].value, found["dirty"].origin, found["dirty"].default) == ("refuse", "c.yaml:1", "allow")
    assert (found["limits.wall"].value, found["limits.wall"].origin) == ("2h", "c.yaml:3")
    assert (found["limits.attempts"].value, found["limits.attempts"].origin) == ("5", "default")


def test_a_key_without_a_value_is_as_if_it_were_not_there():
    found = rows("limits:\ndirty:\n")
    assert found["limits.wall"].value == "8h" and found["dirty"].origin == "default"


def test_the_example_sets_nothing():
    found = config.parse(config_words.example(), "c.yaml")
    assert found.front == {} and not found.faults


def test_the_example_names_every_key_and_has_no_fault_once_it_is_uncommented():
    text = re.sub(r"(?m)^#(?! )|^#(?=  )", "", config_words.example())
    found = config.parse(text, "c.yaml")
    fields.check(found.front, config.KEYS, found)
    assert [str(fault) for fault in found.faults] == []
    given = {row.key for row in config_words.settings(found) if row.origin != "default"}
    assert given == set(every_key())


def test_two_texts_are_told_apart_and_no_file_is_none():
    assert config_words.digest(None) is None
    assert config_words.digest("a") != config_words.digest("b")
