"""Holds of accounts and runs: which account a run spends from, and what puts and lifts a hold."""

import json
import os
from pathlib import Path

import pytest

from tests.support import frozen
from workcell.accounts import holds
from workcell.agents import registry
from workcell.base import clock
from workcell.base.errors import TryAgain
from workcell.rundir import layout, locks, orders, run_hold

NOW = 1_800_000_000.0
BY = {"run": "r", "attempt": 1, "playbook": "usage-limit"}


def env_of(tmp_path: Path, name: str, **env: str) -> str:
    """A run directory with that environment."""
    run = tmp_path / "runs" / name
    run.mkdir(parents=True)
    (run / layout.ENV).write_text(json.dumps({"schema": "workcell.file.env/1", "env": env, "umask": 18}))
    return str(run)


def test_two_runs_with_one_credential_have_one_account(tmp_path):
    one, two = (env_of(tmp_path, name, ANTHROPIC_API_KEY="k") for name in "ab")
    renewed = env_of(tmp_path, "c", ANTHROPIC_API_KEY="k2")
    attempt = {"reader": "claude"}
    assert holds.account(one, attempt) == holds.account(two, attempt) != holds.account(renewed, attempt)
    assert "k2" not in str(holds.account(renewed, attempt))


def test_a_program_without_a_credential_has_none(tmp_path):
    assert holds.account(env_of(tmp_path, "a", HOME="/h"), {"reader": "none"}) is None


def test_what_a_recipe_calls_secret_names_the_account_too(tmp_path):
    run = env_of(tmp_path, "a", MY_TOKEN="t")
    assert holds.account(run, {"reader": "none"}) is None
    assert holds.account(run, {"reader": "none", "secrets": ["MY_TOKEN"]}) is not None


@pytest.mark.parametrize(
    ("reader", "env", "path"),
    [
        ("claude", {"HOME": "/h"}, "/h/.claude/.credentials.json"),
        ("claude", {"HOME": "/h", "CLAUDE_CONFIG_DIR": "/c"}, "/c/.credentials.json"),
        ("codex", {"HOME": "/h"}, "/h/.codex/auth.json"),
        ("codex", {"CODEX_HOME": "/x"}, "/x/auth.json"),
        ("claude", {}, None),
        ("none", {"HOME": "/h"}, None),
    ],
)
def test_where_a_login_lies(reader, env, path):
    assert holds.login(registry.account(reader), env) == path


def test_another_login_has_another_print(tmp_path):
    run = env_of(tmp_path, "a", CODEX_HOME=str(tmp_path))
    attempt = {"reader": "codex"}
    assert holds.print_of(run, attempt) is None
    (tmp_path / "auth.json").write_text("one")
    first = holds.print_of(run, attempt)
    (tmp_path / "auth.json").write_text("two")
    assert first is not None and holds.print_of(run, attempt) != first


def hold(seconds: float | None, until: str = "resets") -> dict:
    return {"until": until, "until_at": clock.stamp(NOW + seconds) if seconds else None, "why": "limit", "by": BY}


def test_a_hold_of_an_account_ends_at_its_time(tmp_path):
    home = str(tmp_path)
    assert holds.held(home, None) is None and holds.held(home, "a") is None and holds.standing(home) == []
    assert holds.put(home, "a", hold(100))
    assert holds.held(home, "a", NOW)["why"] == "limit"
    assert holds.held(home, "a", NOW + 101) is None
    assert [one["account"] for one in holds.standing(home)] == ["a"], "what is over is listed, too"


def test_a_hold_is_only_made_longer(tmp_path):
    home, far = str(tmp_path), 4e9
    assert holds.put(home, "a", hold(far))
    since = holds.held(home, "a")["since"]
    assert not holds.put(home, "a", hold(far - 10))
    assert holds.held(home, "a")["until_at"] == hold(far)["until_at"]
    assert not holds.put(home, "a", hold(far + 10)), "it is not new"
    assert holds.held(home, "a")["until_at"] == hold(far + 10)["until_at"]
    assert not holds.put(home, "a", hold(None, "person"))
    assert not holds.put(home, "a", hold(far + 20)), "one without an end stays"
    assert holds.held(home, "a")["until_at"] is None
    assert holds.held(home, "a")["since"] == since


def test_a_hold_is_lifted_once_and_changed_only_while_it_stands(tmp_path):
    home = str(tmp_path)
    holds.change(home, "a", tries=3)
    assert holds.standing(home) == []
    holds.put(home, "a", hold(None, "person"))
    holds.change(home, "a", tries=3)
    assert holds.held(home, "a")["tries"] == 3
    assert holds.lift(home, "a") and not holds.lift(home, "a")
    assert holds.held(home, "a") is None


def test_a_hold_that_cannot_be_read_is_none_of_an_account(tmp_path):
    os.makedirs(tmp_path / layout.HOLDS)
    (tmp_path / layout.HOLDS / "a.json").write_text("{")
    (tmp_path / layout.HOLDS / "b.json").write_text('{"schema": "workcell.file.hold/99", "until_at": null}')
    assert holds.held(str(tmp_path), "a") is None and holds.standing(str(tmp_path)) == []


def test_who_writes_holds_waits_for_the_lock_and_says_so(tmp_path, monkeypatch):
    os.makedirs(tmp_path / layout.HOLDS)
    monkeypatch.setattr(locks, "_TRIES", 1)
    lock = locks.take(str(tmp_path / layout.HOLDS / holds.LOCK))
    try:
        assert locks.take(str(tmp_path / layout.HOLDS / holds.LOCK), 0.05) is None
        with pytest.raises(TryAgain, match="another process is changing"):
            _with_little_patience(monkeypatch, str(tmp_path))
    finally:
        os.close(lock)


def _with_little_patience(monkeypatch, home: str) -> None:
    take = locks.take
    monkeypatch.setattr(locks, "take", lambda path, patience=0.0: take(path, min(patience, 0.05)))
    holds.lift(home, "a")


@pytest.fixture
def run(tmp_path):
    found = frozen.run_of(frozen.thaw(tmp_path / "home"), "frozen-created")
    assert holds.lift_from_run(found), "it was frozen with a hold"
    return found


def test_a_persons_hold_of_a_run(run):
    assert holds.put_on_run(run, None, "look first", {"who": "person"})["until_at"] is None
    assert run_hold.standing(run)["why"] == "look first"
    assert holds.lift_from_run(run) and not holds.lift_from_run(run)
    assert run_hold.standing(run) is None


def test_a_hold_is_an_order_so_the_file_alone_is_not_believed(run):
    holds.put_on_run(run, 3600.0, None, {"who": "person"})
    os.unlink(os.path.join(run, layout.HOLD))
    assert orders.needed(run)
    assert run_hold.standing(run) is not None


def test_a_directory_in_the_place_of_the_file_is_set_aside(run):
    os.mkdir(os.path.join(run, layout.HOLD))
    holds.put_on_run(run, None, "x", {"who": "person"})
    assert json.loads(Path(run, layout.HOLD).read_text())["why"] == "x"


def test_a_playbook_does_not_shorten_the_hold_of_a_person(run):
    holds.put_on_run(run, None, "mine", {"who": "person"})
    holds.put_by_playbook(run, clock.stamp(4e9), "later", BY)
    assert run_hold.standing(run)["why"] == "mine"
    assert not holds.lift_by_resume(run)
    assert run_hold.standing(run) is not None


def test_a_resume_by_a_person_lifts_the_hold_of_a_playbook(run):
    before = len(os.listdir(os.path.join(run, layout.SPOOL, "new")))
    holds.put_by_playbook(run, clock.stamp(4e9), "later", BY)
    assert run_hold.standing(run)["by"] == BY
    holds.put_by_playbook(run, clock.stamp(4e9 - 10), "sooner", BY)
    assert run_hold.standing(run)["why"] == "later"
    holds.put_by_playbook(run, None, "for good", BY)
    assert run_hold.standing(run)["why"] == "for good"
    assert holds.lift_by_resume(run)
    assert run_hold.standing(run) is None
    assert len(os.listdir(os.path.join(run, layout.SPOOL, "new"))) == before + 3
