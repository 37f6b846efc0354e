"""The overview: every run counts in one state, and a held account says who waits for it and what lets it go."""

import json
import os
import shutil
import time
from pathlib import Path

import pytest

from tests.support import frozen
from workcell.accounts import holds
from workcell.base import clock, digest, json_codec, platform
from workcell.rundir import acks, heartbeat, layout, ledger, look, outcomes
from workcell.rundir import status as documents
from workcell.views import overview

NOW = 1_800_000_000.0
LATER = clock.stamp(NOW + 3600.0)


@pytest.fixture
def home(tmp_path):
    return frozen.thaw(tmp_path / "home")


def hold(home, name, until="probe", until_at=None, run=None):
    wish = {"until": until, "until_at": until_at, "why": "w", "by": {"run": run, "attempt": 1, "playbook": "p"}}
    assert holds.put(home, name, {**wish, "login": None})


def spends(run, top):
    """Let the run be one of claude, which spends from the account of its login file; the name of the account."""
    path = Path(look.at(run).directory, layout.ATTEMPT)
    attempt = {**json.loads(path.read_text()), "reader": "claude", "start": "now"}
    seal(run, 1, path, attempt)
    env = Path(run, layout.ENV)
    seal(run, 0, env, {**json.loads(env.read_text()), "env": {"HOME": str(top)}})
    name = holds.account(run, look.at(run).attempt)
    assert name is not None
    return name


def seal(run, n, path, record):
    """Change a file that the ledger knows by its hash, and the ledger with it."""
    path.write_bytes(json_codec.encode(record))
    with open(ledger.path(run), "ab") as file:
        file.write(
            json_codec.encode_line({"attempt": n, "name": path.name, "sha256": digest.sha256(path.read_bytes())})
        )


def tick():
    """The record of a tick of now."""
    return {
        "schema": "workcell.file.tick/1",
        "at": clock.stamp(),
        "monotonic": time.monotonic(),
        "boot": platform.boot_id(),
        "regular": True,
    }


def test_each_run_counts_in_one_state(home):
    found = overview.overview(home, NOW)
    assert found.states == {
        "passed": 1, "unverified": 1, "stopped": 1, "tampered": 1, "created": 1, "unknown": 1,
    }  # fmt: skip


def test_what_is_noted_of_ends_and_what_is_read_of_them_count_alike(home):
    before = overview.overview(home, NOW).states
    for name in frozen.DONE:
        outcomes.place(home, documents.document(look.at(frozen.run_of(home, name))))
    assert outcomes.every(home) and overview.overview(home, NOW).states == before


def test_an_end_that_is_noted_of_a_run_that_was_removed_counts_no_more(home):
    run = frozen.run_of(home, "frozen-two")
    outcomes.place(home, documents.document(look.at(run)))
    shutil.rmtree(run)
    os.unlink(ledger.path(run))
    assert "passed" not in overview.overview(home, NOW).states


def test_a_run_that_just_ended_counts_once_while_it_is_being_noted(home):
    run = frozen.run_of(home, "frozen-two")
    document = documents.document(look.at(run))
    outcomes.place(home, document)
    os.unlink(ledger.ended_path(run))
    assert overview.overview(home, clock.parse(document["ended_at"]) + 60.0).states["passed"] == 1


def test_an_end_whose_kept_document_is_torn_is_read_from_the_run(home):
    Path(ledger.ended_path(frozen.run_of(home, "frozen-two"))).write_bytes(b"{")
    assert overview.overview(home, NOW).states["passed"] == 1


def test_a_run_that_needs_a_person_is_there_until_it_is_acknowledged(home):
    def needing():
        return {run["name"] for run in overview.overview(home, NOW).needs}

    assert needing() == {"frozen-tampered", "frozen-unverified", "frozen-lost", "frozen-created"}
    seen = look.at(frozen.run_of(home, "frozen-tampered"))
    acks.place(home, seen.id, seen.n)
    assert needing() == {"frozen-unverified", "frozen-lost", "frozen-created"}


def test_a_home_that_is_not_there_has_nothing(tmp_path):
    found = overview.overview(str(tmp_path / "none"), NOW)
    assert found == overview.Result({}, [], [], False, None, "no watchdog ticks: workcell watchdog install")


# -- accounts


def test_a_held_account_is_let_go_by_a_run_that_waits_for_it(home, tmp_path):
    run = frozen.run_of(home, "frozen-created")
    name = spends(run, tmp_path)
    hold(home, name, "resets", LATER, run="another")
    [found] = overview.overview(home, NOW).accounts
    assert (found.account, found.until, found.until_at, found.why) == (name, "resets", LATER, "w")
    assert found.runs == [os.path.basename(run)]
    assert found.command == f"workcell release {os.path.basename(run)}"


def test_a_held_account_for_which_none_waits_is_let_go_by_the_run_that_was_refused(home):
    hold(home, "0123456789abcdef", run="20260101-0000-gone-aaaa")
    [found] = overview.overview(home, NOW).accounts
    assert (found.runs, found.command) == ([], "workcell release 20260101-0000-gone-aaaa")


def test_a_held_account_without_any_run_has_no_command(home):
    hold(home, "0123456789abcdef", run=None)
    [found] = overview.overview(home, NOW).accounts
    assert found.command is None


def test_a_hold_whose_time_is_over_is_none(home):
    hold(home, "0123456789abcdef", "resets", LATER)
    assert overview.overview(home, NOW + 3599.0).accounts
    assert overview.overview(home, NOW + 3601.0).accounts == []


# -- the watchdog


def test_a_home_whose_last_tick_was_just_now_ticks(home):
    assert not overview.overview(home, NOW).ticking
    os.makedirs(heartbeat.directory(home), exist_ok=True)
    Path(heartbeat.directory(home), heartbeat.LAST).write_text(json.dumps(tick()))
    assert overview.overview(home, NOW).ticking
