"""ls as an operation: what it is told of the world comes in the Cell."""

import os

from workcell.base import clock, json_codec
from workcell.rundir import acks, layout, ledger
from workcell.rundir import status as documents
from workcell.rundir.cell import Cell
from workcell.views import ls

DAY = 86400.0


def over(home, name, outcome, ended):
    """A run that is over, as `ls` reads it: its last status document in the home, without the directory."""
    run = os.path.join(home, layout.RUNS, name)
    os.makedirs(run)
    os.makedirs(os.path.dirname(ledger.path(run)), exist_ok=True)
    os.makedirs(os.path.dirname(ledger.ended_path(run)), exist_ok=True)
    at = clock.stamp(ended)
    found = {
        **{"schema": documents.SCHEMA, "id": name, "name": name, "state": outcome, "phase": "done", "outcome": outcome},
        **{"needs": None, "group": None, "attempt": 1, "reason": "r", "objective": "o"},
        **{"written_at": at, "ended_at": at, "holds_while": {"attempt": 1, "result": True}},
    }
    with open(ledger.path(run), "w"), open(ledger.ended_path(run), "wb") as file:
        file.write(json_codec.encode(found))


def names(home, now):
    found = ls.perform(Cell(home, {}, "/", clock=lambda: now), ls.Request())
    return [run["id"] for run in found.runs]


def test_a_run_that_failed_stands_first_until_it_is_acknowledged(tmp_path):
    home = str(tmp_path / "home")
    over(home, "20260101-0000-bad-aaaa", "failed", 1_000_000.0)
    over(home, "20260101-0001-good-bbbb", "passed", 1_000_060.0)
    assert names(home, 1_000_100.0) == ["20260101-0000-bad-aaaa", "20260101-0001-good-bbbb"]
    assert names(home, 1_000_000.0 + 2 * DAY) == ["20260101-0000-bad-aaaa"]
    acks.place(home, "20260101-0000-bad-aaaa", 1)
    assert names(home, 1_000_100.0) == ["20260101-0001-good-bbbb", "20260101-0000-bad-aaaa"]
    assert names(home, 1_000_000.0 + 2 * DAY) == []


def test_a_home_that_is_not_there_has_no_runs_and_no_warning(tmp_path):
    found = ls.perform(Cell(str(tmp_path / "none"), {}, "/"), ls.Request())
    assert found == ls.Result([], 0, None)
