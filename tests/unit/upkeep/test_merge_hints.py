"""One command merges a run as it is, with every option that it needs."""

import shlex
from types import SimpleNamespace

import pytest

from workcell.base.errors import Refused
from workcell.rundir import phase, standby
from workcell.upkeep import merge_hints
from workcell.upkeep.merge import Request


def run(monkeypatch, *, outcome, check=True, loose=False):
    monkeypatch.setattr(merge_hints, "is_loose", lambda seen: loose)
    return SimpleNamespace(id="r", outcome=outcome, attempt={"verify": {"sha256": "0"} if check else None})


@pytest.mark.parametrize(
    ("outcome", "check", "loose", "command"),
    [
        ("passed", True, False, "workcell merge r"),
        ("passed", True, True, "workcell merge r --commit-rest -m 'MESSAGE'"),
        ("failed", True, True, "workcell merge r --verify --commit-rest -m 'MESSAGE'"),
        ("unverified", False, True, "workcell merge r --force --commit-rest -m 'MESSAGE'"),
    ],
)
def test_it_names_all_that_the_run_needs_as_it_is(monkeypatch, outcome, check, loose, command):
    assert merge_hints.to_merge(run(monkeypatch, outcome=outcome, check=check, loose=loose)) == command


def test_a_check_is_offered_only_where_there_is_one(monkeypatch):
    asked = Request("r", squash=True)
    with_check = merge_hints.of_unpassed(run(monkeypatch, outcome="failed", loose=True), asked)
    assert "workcell merge r --verify --squash --commit-rest -m 'MESSAGE'; " in with_check
    assert with_check.endswith("workcell merge r --force --squash --commit-rest -m 'MESSAGE'")
    without = merge_hints.of_unpassed(run(monkeypatch, outcome="unverified", check=False), asked)
    assert without == "to merge it all the same: workcell merge r --force --squash"


def test_what_was_asked_for_stays_in_the_command():
    asked = Request("r", force=True, commit_rest=True, message="it's done")
    words = shlex.split(merge_hints.command(asked, "--force", loose=True))
    assert words == ["workcell", "merge", "r", "--force", "--commit-rest", "-m", "it's done"]


@pytest.mark.parametrize(
    ("at", "waits", "word", "cure"),
    [
        (phase.SCHEDULED, True, "waiting", "workcell finish r, or without its check: workcell stop r"),
        (phase.RUNNING, False, "running", "workcell stop r, or wait for its end: workcell wait r"),
        (phase.CORRUPT, False, "corrupt", "workcell fsck r"),
    ],
)
def test_a_run_that_is_not_over_is_told_with_its_state_and_what_ends_it(monkeypatch, at, waits, word, cure):
    monkeypatch.setattr(standby, "waits", lambda seen: waits)
    monkeypatch.setattr(merge_hints.status.deferred, "undecided", lambda seen: None)
    with pytest.raises(Refused, match=f"it is {word}$") as caught:
        merge_hints.check_over(SimpleNamespace(id="r", phase=at, io="headless"))
    assert caught.value.hint == cure
