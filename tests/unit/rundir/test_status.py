"""The status document and its cache."""

import json
import os
from pathlib import Path

import pytest

from tests.support import frozen
from workcell.base import probe
from workcell.rundir import acks, layout, ledger, look, phase, status


@pytest.fixture
def home(tmp_path):
    return frozen.thaw(tmp_path / "home")


@pytest.mark.parametrize("name", [*frozen.DONE, *frozen.OPEN])
def test_every_run_has_every_key(home, name):
    found = status.document(look.at(frozen.run_of(home, name)))
    assert set(found) == set(status.document(look.at(frozen.run_of(home, "frozen-two"))))
    assert found["state"] and found["id"] and json.loads(json.dumps(found)) == found


def test_the_cache_is_only_read_of_a_run_that_is_over(home):
    run = frozen.run_of(home, "frozen-two")
    assert status.cached(run)["state"] == "passed"
    os.unlink(ledger.ended_path(run))
    path = Path(run, layout.STATUS)
    path.write_text(json.dumps({**json.loads(path.read_text()), "state": "failed"}))
    assert status.cached(run) is None or status.cached(run)["state"] == "failed"
    status.write(run)
    assert json.loads(path.read_text())["state"] == "passed"


def test_one_that_cannot_be_read_is_none(home):
    run = frozen.run_of(home, "frozen-created")
    Path(run, layout.STATUS).write_text("{")
    assert status.cached(run) is None
    status.mark_over(run)


def test_a_run_that_waits_for_a_person_says_what_to_do(home):
    run = frozen.run_of(home, "frozen-created")
    found = status.document(look.at(run))
    assert found["hold"] is not None and found["needs"]["command"].endswith(found["id"])


def test_a_run_of_which_nothing_can_be_told_is_stopped_by_a_person(home):
    """`status` cannot tell more of it than it has said already; a stop seals it and notes what could not be asked."""
    seen = look.at(frozen.run_of(home, "frozen-lost"))
    seen.runner, seen.phase, seen.why = probe.UNKNOWN, phase.UNKNOWN, "not asked"
    needed = status.document(seen)["needs"]
    assert needed == {"kind": "decide", "command": f"workcell stop {seen.id}", "why": "not asked"}


def test_what_is_kept_says_nothing_of_watchdogs_and_acknowledgements(home):
    seen = look.at(frozen.run_of(home, "frozen-tampered"))
    acks.place(home, seen.id, seen.n)
    assert status.document(seen)["needs"] is None
    kept = status.kept(seen)
    assert kept["needs"]["kind"] == "look" and not {"dir", "waits", "acknowledged"} & set(kept)
