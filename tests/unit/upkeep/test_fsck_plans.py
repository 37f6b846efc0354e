"""fsck on plans that were damaged in one way each."""

import json
import os
from pathlib import Path

import pytest

from tests.support import plans as made
from workcell.rundir import plans
from workcell.rundir.cell import Cell
from workcell.together import plan_advance
from workcell.upkeep import fsck, fsck_plans

ID = "20261120-0512-night-7f3a"


@pytest.fixture
def bench(tmp_path):
    """A plan of a race that is decided, and of an entry that lives."""
    entries = (made.entry("a", race=["claude", "codex"]), made.entry("b"))
    hands = made.FakeHands(made.home_of(tmp_path, made.record(*entries)))
    plan_advance.advance(hands.home, ID, hands)
    made.end(hands.home, hands.run_of("a", "codex"), "passed")
    plan_advance.advance(hands.home, ID, hands)
    return hands


def folder(bench):
    return Path(plans.directory(bench.home, ID))


def problems(bench, **more):
    found = fsck_plans.check(bench.home, **more)
    return [words for report in found for words in report.problems]


def test_a_whole_plan_and_one_with_a_torn_last_line_have_no_problems(bench):
    assert fsck_plans.check(bench.home) == []
    with open(folder(bench) / plans.ACTIONS, "ab") as file:
        file.write(b'{"n": 99, "act"')
    assert fsck_plans.check(bench.home) == []


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        (plans.PLAN, "{", "plan.json: "),
        (plans.PLAN, None, "plan.json is missing"),
        (plans.PLAN, '{"schema": "workcell.file.plan/9"}', "another version"),
        (plans.PLAN, '{"schema": "workcell.file.plan/1"}', "Field required"),
        (plans.ENV, "[]", "env.json: "),
        (plans.STOPPED, "{}", "stopped.json is of another version"),
        (f"{plans.RACES}/a/{plans.WINNER}", "{", "winner.json: "),
    ],
)
def test_a_record_that_is_damaged_is_named(bench, name, text, words):
    path = folder(bench) / name
    path.unlink(missing_ok=True)
    if text is not None:
        path.write_text(text)
        path.chmod(0o600)
    assert any(words in one for one in problems(bench))


def test_lines_without_an_act_are_taken_out_and_nothing_else(bench):
    path = folder(bench) / plans.ACTIONS
    whole = path.read_bytes()
    first, rest = whole.split(b"\n", 1)
    path.write_bytes(first + b"\n{torn\n" + rest)
    assert any("no act stands in 1 line" in one for one in problems(bench))
    held = plans.take(bench.home, ID, 0.0)
    left = problems(bench, rebuild=True)
    os.close(held)
    assert left, "another process may be writing"
    (report,) = fsck_plans.check(bench.home, rebuild=True)
    assert report.problems == [] and "1 line" in report.mended[0]
    assert path.read_bytes() == whole and fsck_plans.check(bench.home) == []


def test_a_mark_that_it_is_over_is_removed_where_it_is_not(bench):
    plans.mark(bench.home, ID, over=True)
    assert any("no tick brings it on" in one for one in problems(bench))
    (report,) = fsck_plans.check(bench.home, rebuild=True)
    assert report.mended and plans.open_ids(bench.home) == [ID]


def test_what_a_winner_a_race_or_a_run_says_is_compared(bench):
    winner = folder(bench) / plans.RACES / "a" / plans.WINNER
    record = json.loads(winner.read_text())
    winner.write_text(json.dumps({**record, "run": "20261120-0512-else-7f3a"}))
    (folder(bench) / plans.RACES / "z").mkdir()
    run = bench.run_of("b")
    launch = {"schema": "workcell.file.launch/2", "plan": {"id": "20261120-0512-other-7f3a", "entry": "b"}}
    Path(bench.home, "runs", run, "launch.json").write_text(json.dumps(launch))
    found = "; ".join(problems(bench))
    assert (
        "was not launched for it" in found and "no race of that name" in found and f"{run} is not a run of it" in found
    )


def test_modes_and_what_is_no_plan_are_named(bench):
    (folder(bench) / plans.ENV).chmod(0o644)
    Path(bench.home, "plans", "notes").write_text("")
    (folder(bench) / plans.AGAIN).mkdir()
    found = problems(bench)
    assert any("env.json can be read by others (mode 0644)" in one for one in found)
    assert any("again is not a regular file" in one for one in found)
    assert any("not a directory of a plan" in one for one in found)


def test_the_operation_looks_at_plans_where_no_runs_are_named(bench):
    plans.mark(bench.home, ID, over=True)
    cell = Cell(bench.home, {}, "/")
    assert [report.id for report in fsck.perform(cell, fsck.Request()).plans] == [ID]
    assert fsck.perform(cell, fsck.Request((bench.run_of("b"),))).plans == []
