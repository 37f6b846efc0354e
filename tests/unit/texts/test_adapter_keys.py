"""The keys of an adapter, one by one: places of secrets, addresses, times of the day."""

import pytest

from workcell.rundir import vocabulary
from workcell.texts import adapter_keys, fields
from workcell.texts.adapter_keys import Secret
from workcell.texts.document import Document


def checked(check, value):
    document = Document("a.yaml", {}, "", 1)
    return check(value, ("key",), document), [str(fault) for fault in document.faults]


@pytest.mark.parametrize(
    ("value", "secret"),
    [
        ({"env": "TOKEN"}, Secret("env", ("TOKEN",))),
        ({"file": "~/token"}, Secret("file", ("~/token",))),
        ({"command": ["pass", "show", "x"]}, Secret("command", ("pass", "show", "x"))),
        ({"command": "pass"}, Secret("command", ("pass",))),
    ],
)
def test_a_secret_is_named_by_its_place(value, secret):
    assert checked(adapter_keys._secret, value) == (secret, [])


@pytest.mark.parametrize("value", ["hunter2", {}, {"env": "A", "file": "b"}, {"vault": "x"}, {"command": []}])
def test_a_secret_in_the_file_or_in_no_single_place_is_a_fault(value):
    found, faults = checked(adapter_keys._secret, value)
    assert found is None and len(faults) == 1 and "hunter2" not in faults[0]


@pytest.mark.parametrize(("value", "minutes"), [("00:00", 0), ("7:05", 425), ("23:59", 1439)])
def test_a_time_of_the_day_is_in_minutes(value, minutes):
    assert checked(adapter_keys._clock, value) == (minutes, [])


@pytest.mark.parametrize("value", ["24:00", "7:5", "noon", 700, None])
def test_other_words_are_no_time_of_the_day(value):
    found, faults = checked(adapter_keys._clock, value)
    assert found is None and "must be a time of day" in faults[0]


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        (adapter_keys.url, "https://h/x", "ftp://h"),
        (adapter_keys.url, "http://h", "https://me:pw@h/"),
        (adapter_keys.url, "http://h", "https://[h/"),
        (adapter_keys._gateway, "ws://127.0.0.1:1", "file:///x"),
        (adapter_keys._address, "a@b.example", "a@b@c"),
        (adapter_keys._address, "a@b.example", "a b@c"),
        (adapter_keys._zone, "UTC", "Mars/Olympus"),
    ],
)
def test_addresses_and_zones(check, good, bad):
    assert checked(check, good) == (good, [])
    found, faults = checked(check, bad)
    assert len(faults) == 1 and (found is None or check is adapter_keys._address)


def test_words_stand_for_several_events():
    assert checked(adapter_keys._events, ["needs-you", "passed"])[0] == {*vocabulary.NEEDS_YOU, "passed"}
    assert checked(adapter_keys._events, "all")[0] == set(vocabulary.NOTICE_EVENTS)


def test_a_header_that_is_a_secret_has_its_place_only():
    found, faults = checked(adapter_keys._headers, {"Authorization": "Bearer x", "X-Where": "here", "X-Bad": "\u2603"})
    assert found["X-Where"] == "here" and len(faults) == 2
    assert checked(adapter_keys._headers, {"Authorization": {"env": "A"}}) == (
        {"Authorization": Secret("env", ("A",))},
        [],
    )


def test_every_key_has_a_line_for_people():
    assert all(
        isinstance(key, fields.Field) and key.doc
        for table in (adapter_keys.COMMON, *adapter_keys.KINDS.values())
        for key in table
    )
