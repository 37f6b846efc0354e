"""feed: what is worth knowing of all runs."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.support import frozen
from workcell.base import clock
from workcell.rundir import layout
from workcell.rundir.cell import Cell
from workcell.views import event_keys, feed

NOW = clock.parse("2030-01-01T00:00:00.000Z")


@pytest.fixture
def home(tmp_path: Path) -> str:
    home = str(frozen.thaw(tmp_path / "home"))
    told = {
        "user.prompt": {"text": "fix the login"},
        "heartbeat": {},
        "tool.call": {"text": "Bash: ls"},
        "error": {"text": "of a sub-agent", "data": {"side": True}},
        "limit": {"text": "five_hour: allowed", "data": {"status": "allowed"}},
        "approval.requested": {"text": "Bash: rm x"},
    }
    lines = [
        {"n": 1000 + n, "at": f"2029-12-31T23:59:{n:02d}.000Z", "type": kind, "attempt": 1, **more}
        for n, (kind, more) in enumerate(told.items())
    ]
    with open(os.path.join(frozen.run_of(home, frozen.DONE[0]), layout.EVENTS), "a") as file:
        file.writelines(json.dumps(line) + "\n" for line in lines)
    return home


def asked(home: str, **more: Any) -> list[Any]:
    return list(feed.perform(Cell(home, {}, "/", clock=lambda: NOW), feed.Request(**more)))


def test_all_runs_by_time_without_what_is_of_no_interest(home: str) -> None:
    found = asked(home, last=500)
    assert [one["at"] for one in found] == sorted(one["at"] for one in found)
    assert len({one["run"] for one in found}) > 1 and {one["type"] for one in found} <= set(feed.NOTEWORTHY)
    assert [one.get("text") for one in found][-2:] == ["fix the login", "Bash: rm x"]


def test_the_last_ones_those_of_late_and_the_calls_of_tools(home: str) -> None:
    assert [one["type"] for one in asked(home, last=1)] == ["approval.requested"]
    late = asked(home, since=120.0, last=500, tools=True)
    assert [one["type"] for one in late] == ["user.prompt", "tool.call", "approval.requested"]


def test_every_kind_that_is_told_is_one() -> None:
    assert set(feed.NOTEWORTHY) <= set(event_keys.KINDS)


def test_messages_between_runs_and_changes_of_those_that_wait_are_told_once(home: str) -> None:
    events = Path(frozen.run_of(home, frozen.DONE[0]), layout.EVENTS)
    told: list[dict[str, Any]] = [
        {"type": "message.received", "from": "other", "text": "the build is red"},
        {"type": "message.edited", "by": "person", "message": "m1"},
        {"type": "message.edited", "by": "person", "message": "m2", "to": "another-run"},
    ]
    lines = [{"n": 2000 + n, "at": f"2029-12-31T23:59:5{n}.000Z", **one} for n, one in enumerate(told)]
    with open(events, "a") as file:
        file.writelines(json.dumps(line) + "\n" for line in lines)
    assert [one.get("text") or one.get("message") for one in asked(home, last=3)] == ["the build is red", "m1"]
