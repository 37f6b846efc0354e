"""A wait for a person that the death of a runner left open is closed once."""

import os

import pytest

from workcell.finish import open_wait
from workcell.rundir import events, layout

ASKED = ("status.changed", {"from": "working", "to": "approval"})
WORKED = ("status.changed", {"from": "approval", "to": "working"})
RESOLVED = ("approval.resolved", {"decision": "denied", "through": "answer"})


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ([], 0),
        ([ASKED], 1),
        ([ASKED, RESOLVED, WORKED], 0),
        ([ASKED, RESOLVED, WORKED, ASKED], 1),
        ([("status.changed", {"to": "question"})], 1),
        ([("status.changed", 3)], 0),
    ],
)
def test_a_wait_is_closed_where_one_is_open_and_once(tmp_path, told, expected):
    journal = events.Journal(str(tmp_path / layout.EVENTS))
    for kind, data in told:
        journal.append(kind, attempt=2, data=data)
    journal.append("status.changed", attempt=1, data={"to": "approval"})
    journal.append("status.changed", attempt=2, data={"to": "idle"}, ref={"file": "f", "offset": 0})
    before = len(list(events.read(os.path.join(tmp_path, layout.EVENTS))))
    for _ in range(2):
        open_wait.close(str(tmp_path), 2, journal)
    lines = [line for _, line in events.read(os.path.join(tmp_path, layout.EVENTS))]
    journal.close()
    assert [line["data"] for line in lines[before:]] == [{"decision": "gone", "through": None}] * expected
