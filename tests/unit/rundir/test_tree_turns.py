"""The runs for whose turns the check of a run in a shared tree waits, and what lists say of that."""

import os
from pathlib import Path

import pytest

from tests.support.claimed_tree import ClaimedTree
from workcell.base import clock
from workcell.rundir import find, layout, lease, look, phase, tree_turns
from workcell.views.needs import Surroundings


@pytest.fixture
def made(tmp_path):
    found = ClaimedTree(str(tmp_path))
    for run in ("one", "two", "three"):
        found.run(run)
        lease.claim(found.home, found.top, run, lambda other: find.is_live(found.home, other), shared=True).close()
    found.ends("three")
    yield found
    found.close()


@pytest.fixture
def seen(made):
    """The first run, once its agent has ended and its check is owed."""
    found = look.at(os.path.join(made.home, layout.RUNS, "one"))
    found.phase, found.exit = phase.FINISHING, {"how": "reaped", "code": 0, "ended_at": clock.stamp()}
    found.attempt["verify"] = {"sha256": "0" * 64}
    return found


def test_it_waits_for_the_runs_in_mid_turn_until_its_check_has_begun(seen):
    assert tree_turns.waited_for(seen) == ["two"]
    Path(seen.directory, layout.VERIFY_LOG).touch()
    assert tree_turns.waited_for(seen) == []


@pytest.mark.parametrize("change", [{"share": None}, {"verify": None}, {"standby": True}])
def test_without_a_check_that_is_owed_it_waits_for_none(seen, change):
    seen.attempt.update(change)
    assert tree_turns.waited_for(seen) == []


def test_one_that_was_stopped_or_still_runs_waits_for_none(seen):
    seen.exit["how"] = "stopped"
    assert tree_turns.waited_for(seen) == []
    seen.exit["how"], seen.phase = "reaped", phase.RUNNING
    assert tree_turns.waited_for(seen) == []


def test_its_document_says_for_whom_it_waits_and_until_when(made, seen):
    now = clock.parse(seen.exit["ended_at"])
    found = Surroundings(made.home, now).document(seen)
    last = clock.stamp(now + tree_turns.LONGEST)
    why = "it runs once the turns of two in the same tree are over"
    assert (found["needs"], found["waits"]) == (
        None,
        {"what": "turns", "until_at": last, "why": why, "account": None},
    )
    assert Surroundings(made.home, now + 999).document(seen)["waits"]["until_at"] is None, "its wait was begun anew"
    made.ends("two")
    assert Surroundings(made.home, now).document(seen)["waits"] is None
