"""What a person reads of a plan."""

import pytest

from workcell.faces.cli import plan_output
from workcell.together.plan_results import PlanRow, Result, Row


def row(name, state, *needs, **more):
    usual = {
        "run": None,
        "runs": [],
        "when": "passed",
        "base": None,
        "merge": [],
        "race": [],
        "why": None,
        "hint": None,
    }
    given = {**usual, "files": [], "asked_at": "night.yaml:1", **more}
    return Row(name=name, state=state, needs=list(needs), **given)


def plan(*rows, **more):
    usual = {"plan": "p-1", "name": "night", "state": "running", "file": "night.yaml", "launched_at": "", "max_live": 3}
    given = {**usual, "budget_usd": None, "cost_usd": 0.0, "on_failure": "continue", "live": 1, **more}
    return Result(entries=list(rows), **given)


def test_each_entry_has_a_line_with_its_state_and_what_it_waits_for(capsys):
    rows = [row("a", "running", run="r-a"), row("b", "waiting", "a", when="ended")]
    plan_output.show(plan(*rows, budget_usd=5.0, cost_usd=1.25))
    head, first, second = capsys.readouterr().out.splitlines()
    assert "1 live of at most 3, $1.25 of $5" in head
    assert first.split() == ["●", "a", "●", "running", "r-a"]
    assert second.split() == ["╰─●", "b", "◌", "waiting", "needs", "a", "to", "be", "over"]


def test_a_run_that_does_not_run_is_told_and_who_won_a_race(capsys):
    rows = [row("a", "running", run="r-a", phase="running"), row("b", "running", run="r-b", phase="scheduled")]
    rows.append(row("c", "passed", run="r-c", phase="done", race=["claude", "codex"], won="codex"))
    plan_output.show(plan(*rows))
    said = capsys.readouterr().out
    assert "r-a\n" in said and "r-b, which is scheduled" in said and "codex won the race of claude, codex" in said


def test_what_is_blocked_says_why_which_files_and_the_cure(capsys):
    plan_output.show(
        plan(
            row("a", "blocked", why="they conflict", files=["x.py"], hint="mend it"),
            state="blocked",
            cure="workcell plan retry p-1",
        )
    )
    said = capsys.readouterr().out
    assert "a is blocked: they conflict" in said and "files in conflict: x.py" in said and "hint: mend it" in said
    assert "workcell plan retry p-1" in said


def test_a_launch_prints_the_id_and_says_when_the_plan_was_there(capsys):
    assert plan_output.launched(plan(row("a", "running"), found=True), wait=False, as_json=False) == 0
    said = capsys.readouterr()
    assert said.out.splitlines()[0] == "p-1" and "--again" in said.err
    assert plan_output.launched(plan(row("a", "failed"), state="failed"), wait=True, as_json=False) == 1


def test_a_launch_that_finds_a_plan_that_needs_a_person_names_the_entries_and_the_commands(capsys):
    rows = [row("a", "failed", run="r-a"), row("b", "skipped", "a"), row("c", "blocked", why="they conflict")]
    found = plan(*rows, state="blocked", found=True, file="/a b/night.yaml", cure="workcell plan retry p-1")
    assert plan_output.launched(found, wait=False, as_json=False) == 0
    said = capsys.readouterr().err.splitlines()
    assert said[:3] == ["workcell: the plan p-1 is there already:", "  a failed", "  c is blocked: they conflict"]
    assert said[3].split("  ")[1] == "workcell plan retry p-1"
    assert said[4].split("  ")[1] == "workcell launch '/a b/night.yaml' --again"


def test_a_plan_that_failed_names_why_and_the_command_that_launches_it_anew(capsys):
    rows = [row("a", "failed", run="r-a"), row("b", "skipped", "a")]
    plan_output.show(plan(*rows, state="failed", cure="workcell plan retry p-1"))
    *_, why, cure = capsys.readouterr().out.splitlines()
    assert (why, cure) == ("a failed: workcell why r-a", "to launch it anew: workcell plan retry p-1")
    plan_output.show(plan(row("a", "passed", run="r-a"), state="passed"))
    assert "workcell" not in capsys.readouterr().out


@pytest.mark.parametrize("width", [40, 60, 80])
def test_the_list_breaks_no_word_whatever_the_width(width):
    counts = {"passed": 12, "running": 3, "waiting": 4, "skipped": 1, "unverified": 2}
    stamp = "2026-11-20T05:12:00.000Z"
    first = PlanRow("20261120-0512-a-plan-with-a-long-name-7f3a", "a", "running", stamp, counts, 3, "a.yaml", 1.25)
    other = PlanRow("20261120-0513-b-7f3b", "b", "blocked", "", {}, 0, "", 0.0, "its plan.json cannot be read")
    lines = plan_output.table([first, other], width)
    assert all(len(line) <= width or " " not in line.strip() for line in lines), lines
    shown = " ".join(" ".join(lines).split())
    assert f"{first.id} ● running 12 passed, 3 running, 4 waiting, 1 skipped, 2 unverified" in shown
    assert f"{other.id} ! blocked its plan.json cannot be read" in shown and "…" not in shown


def test_the_list_is_a_table_where_its_words_fit():
    row = PlanRow("20261120-0512-b-7f3a", "b", "passed", "2026-11-20T05:12:00.000Z", {"passed": 2}, 0, "b.yaml", 0.0)
    head, line = plan_output.table([row], 60)
    assert head.split()[:3] == ["PLAN", "STATE", "ENTRIES"]
    assert line.split() == ["20261120-0512-b-7f3a", "✓", "passed", "2", "passed"]


def test_an_interrupted_wait_says_that_the_plan_goes_on(capsys, monkeypatch):
    def interrupt(seconds):
        raise KeyboardInterrupt

    monkeypatch.setattr(plan_output.time, "sleep", interrupt)
    with pytest.raises(KeyboardInterrupt):
        plan_output.launched(plan(row("a", "running")), wait=True, as_json=False)
    said = capsys.readouterr()
    assert said.out == "p-1\n" and "p-1 goes on" in said.err and "workcell plan stop p-1" in said.err


def test_a_plan_that_was_stopped_is_not_said_to_be_there(capsys):
    plan_output.launched(plan(row("a", "stopped"), found=True, state="stopped"), wait=False, as_json=False)
    assert "p-1 was stopped: --again makes a new one" in capsys.readouterr().err
