"""Orders: only what was ordered may be done, and what was ordered is not undone by a file that goes away."""

import os

import pytest

from workcell.base import clock, json_codec
from workcell.rundir import layout, orders


@pytest.fixture
def run(tmp_path):
    (tmp_path / "runs" / "x").mkdir(parents=True)
    return str(tmp_path / "runs" / "x")


def test_a_message_is_allowed_by_its_name_and_every_byte_of_it(run):
    data = json_codec.encode_line({"kind": "answer", "choice": "1"})
    name = orders.name(run)
    orders.place(run, name, "answer", data)
    assert orders.allows(run, f"{name}.json", data)
    assert not orders.allows(run, f"{name}.json", data.replace(b'"1"', b'"2"'))
    assert not orders.allows(run, f"{orders.name(run)}.json", data)


def test_a_stop_is_of_one_attempt(run):
    orders.place(run, orders.name(run), orders.STOP, b"", attempt=2, by="person")
    assert orders.stops(run, 1) == []
    assert [one["by"] for one in orders.stops(run, 2)] == ["person"]


def test_ids_sort_as_given_also_after_a_step_back_of_the_clock(run, monkeypatch):
    from workcell.base import ids

    first = orders.name(run)
    orders.place(run, first, orders.HOLD)
    monkeypatch.setattr(ids, "unique", lambda: "0000000000000000001-1-aaaaaaaa")
    second = orders.name(run)
    assert second > first
    orders.place(run, second, orders.RELEASE)
    assert orders.name(run) > second
    assert orders.hold(run, 0.0) is None


def test_a_hold_stands_until_its_time_or_a_release(run):
    orders.place(run, orders.name(run), orders.HOLD, until_at=clock.stamp(1000.0), why="look")
    assert orders.hold(run, 999.0)["why"] == "look"
    assert orders.hold(run, 1001.0) is None
    orders.place(run, orders.name(run), orders.HOLD, until_at=None)
    assert orders.hold(run, 1e12)
    orders.place(run, orders.name(run), orders.RELEASE)
    assert orders.hold(run, 0.0) is None


def test_what_cannot_be_read_orders_nothing(run):
    where = orders.directory(run)
    os.makedirs(where)
    for number, data in enumerate((b"", b"[]", b'{"schema": "workcell.file.order/9", "kind": "stop", "attempt": 1}')):
        with open(os.path.join(where, f"000000000000000000{number}-1-a.json"), "wb") as file:
            file.write(data)
    os.mkfifo(os.path.join(where, "9.json"))
    assert orders.every(run) == []
    assert layout.ORDERS in where
