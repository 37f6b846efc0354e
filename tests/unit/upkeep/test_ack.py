"""ack: which ends it notes, what it refuses as a whole, and that doing it again changes nothing."""

import os
from pathlib import Path

import pytest

from tests.support import frozen
from workcell.base import digest, json_codec
from workcell.base.errors import NoSuchRun, NotFound, Refused, Usage
from workcell.rundir import acks, layout, ledger
from workcell.rundir.cell import Cell
from workcell.upkeep import ack
from workcell.views import ls


@pytest.fixture
def cell(tmp_path):
    return Cell(frozen.thaw(tmp_path / "home"), {}, "/")


def done(cell, *runs, **more):
    """What was acknowledged: (name of the frozen run, whether that is new)."""
    found = ack.perform(cell, ack.Request(runs, **more)).runs
    return [(one.id.split("-", 2)[2].rpartition("-")[0], one.new) for one in found]


def labelled(cell, name, group=None, labels=()):
    """Give a frozen run that is over labels and a group, as its kept document has them."""
    path = ledger.ended_path(frozen.run_of(cell.home, name))
    with open(path, "rb") as file:
        kept = json_codec.decode(file.read())
    with open(path, "wb") as file:
        file.write(json_codec.encode({**kept, "group": group, "labels": list(labels)}))


def grouped(run, group):
    """Give a run that is not over a group: in launch.json, and in the ledger that knows it by its hash."""
    path = Path(run, layout.LAUNCH)
    path.write_bytes(json_codec.encode({**json_codec.decode(path.read_bytes()), "group": group}))
    line = {"attempt": 0, "name": layout.LAUNCH, "sha256": digest.sha256(path.read_bytes())}
    with open(ledger.path(run), "ab") as file:
        file.write(json_codec.encode_line(line))


def test_an_end_is_noted_with_its_attempt_and_outcome(cell):
    [one] = ack.perform(cell, ack.Request(("frozen-two",))).runs
    assert (one.attempt, one.outcome, one.new) == (2, "passed", True)
    assert acks.stands(cell.home, one.id, 2) and not acks.stands(cell.home, one.id, 1)


def test_an_acknowledged_run_needs_nothing_any_more(cell):
    def needing():
        return {run["name"] for run in ls.perform(cell, ls.Request(needs=True)).runs}

    assert "frozen-unverified" in needing()
    done(cell, "frozen-unverified")
    assert "frozen-unverified" not in needing() and "frozen-tampered" in needing()


def test_a_second_time_it_is_not_new_and_nothing_is_written(cell):
    assert done(cell, "frozen-two") == [("frozen-two", True)]
    before = frozen.state(cell.home)
    assert done(cell, "frozen-two") == [("frozen-two", False)]
    assert frozen.state(cell.home) == before


def test_a_run_that_is_named_twice_is_acknowledged_once(cell):
    assert done(cell, "frozen-two", os.path.basename(frozen.run_of(cell.home, "frozen-two"))) == [("frozen-two", True)]


def test_where_one_run_is_not_over_none_is_acknowledged(cell):
    with pytest.raises(Refused, match=r"frozen-created.* is not over: it is created") as caught:
        done(cell, "frozen-two", "frozen-created")
    assert str(caught.value.hint).startswith("workcell status ") and acks.every(cell.home) == frozenset()


def test_where_one_run_is_not_there_none_is_acknowledged(cell):
    with pytest.raises(NoSuchRun):
        done(cell, "frozen-two", "frozen-twenty")
    assert acks.every(cell.home) == frozenset()


def test_without_runs_it_says_how_to_name_them(cell):
    with pytest.raises(Usage, match="no run to acknowledge"):
        done(cell)


def test_a_group_names_its_runs_that_are_over_and_not_acknowledged(cell):
    labelled(cell, "frozen-two", "night")
    labelled(cell, "frozen-stopped", "night")
    labelled(cell, "frozen-tampered", "day")
    done(cell, "frozen-stopped")
    assert done(cell, group="night") == [("frozen-two", True)]
    with pytest.raises(NotFound, match="no run that is over, and not acknowledged, fits"):
        done(cell, group="night")


def test_a_group_takes_no_run_that_is_not_over(cell):
    labelled(cell, "frozen-two", "night")
    grouped(frozen.run_of(cell.home, "frozen-created"), "night")
    assert [one["name"] for one in ls.perform(cell, ls.Request(group="night")).runs] == ["frozen-created", "frozen-two"]
    assert done(cell, group="night") == [("frozen-two", True)]


def test_all_labels_must_fit(cell):
    labelled(cell, "frozen-two", labels=("red", "fix"))
    labelled(cell, "frozen-stopped", labels=("red",))
    assert done(cell, label=("red", "fix")) == [("frozen-two", True)]
    assert done(cell, label=("red",)) == [("frozen-stopped", True)]


def test_named_runs_and_those_of_a_group_come_together_and_once(cell):
    labelled(cell, "frozen-two", "night")
    labelled(cell, "frozen-stopped", "night")
    assert sorted(done(cell, "frozen-two", "frozen-tampered", group="night")) == [
        ("frozen-stopped", True), ("frozen-tampered", True), ("frozen-two", True),
    ]  # fmt: skip
