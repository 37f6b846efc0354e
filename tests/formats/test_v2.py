"""Run directories of format 2, with what their home says of them: they load for ever, as copies of their home."""

import os
from pathlib import Path

import pytest

from tests.support.frozen import run_of, thaw
from workcell.rundir import look, scan, status
from workcell.upkeep import fsck

EXPECTED = {
    "frozen-two": ("done", "passed", 2),
    "frozen-unverified": ("done", "unverified", 1),
    "frozen-stopped": ("done", "stopped", 1),
    "frozen-tampered": ("done", "tampered", 1),
    "frozen-created": ("created", "created", 1),
    "frozen-lost": ("unknown", "unknown", 1),
}
"""(phase, state, attempts) of each; what was lost on its own machine cannot be asked about in a copy."""


@pytest.fixture
def frozen(tmp_path):
    return thaw(tmp_path / "home")


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_frozen_run_says_what_it_said(frozen, name):
    seen = look.at(run_of(frozen, name))
    found = status.document(seen)
    assert (seen.phase, found["state"], len(found["attempts"])) == EXPECTED[name], seen.why
    assert seen.checked and seen.copied
    assert seen.altered == (["result.json"] if name == "frozen-tampered" else [])
    stored = status.cached(seen.run)
    assert (stored is not None) == (seen.phase == "done")
    if stored is not None:
        assert stored["outcome"] == found["outcome"]


def test_a_frozen_hold_is_in_force(frozen):
    assert status.document(look.at(run_of(frozen, "frozen-created")))["hold"]["why"] == "not yet"


def test_frozen_runs_pass_fsck(frozen):
    for report in fsck.fsck(frozen):
        assert report.problems == [], report.id


def test_every_frozen_run_is_live_or_over(frozen):
    found = scan.scan(frozen)
    assert len(found.live) + found.done == len(EXPECTED)
    assert found.done == 4


@pytest.mark.parametrize("name", ["attempts/001/exit.json", "attempts/002/verify.sh", "launch.json"])
def test_a_frozen_run_that_is_changed_is_named(frozen, name):
    run = run_of(frozen, "frozen-two")
    path = os.path.join(run, name)
    os.chmod(path, 0o600)
    Path(path).write_text("{}\n")
    [report] = fsck.fsck(frozen, [run])
    assert any(name in problem for problem in report.problems), report.problems
    assert look.at(run).result["outcome"] == "passed", "what was witnessed stands"
