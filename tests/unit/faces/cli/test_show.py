"""What ls and status print for a person, from runs of every kind."""

import dataclasses

import pytest

from tests.support import frozen
from workcell.faces.cli import out, show
from workcell.rundir import vocabulary
from workcell.rundir.cell import Cell
from workcell.views import ls, status


@pytest.fixture
def cell(tmp_path):
    return Cell(str(frozen.thaw(tmp_path / "home")), {}, "/")


def test_the_table_has_a_line_for_each_run(cell, capsys):
    found = ls.perform(cell, ls.Request(everything=True))
    show.ls(found)
    printed = capsys.readouterr().out
    assert all(run["name"] in printed for run in found.runs)


@pytest.mark.parametrize(
    ("code", "how", "outcome", "told"),
    [(1, "reaped", "passed", True), (0, "reaped", "passed", False), (143, "stopped", "passed", False),
     (1, "reaped", "failed", False)],
)  # fmt: skip
def test_the_list_says_of_a_pass_that_its_agent_failed(cell, code, how, outcome, told, capsys):
    [run] = [one for one in ls.perform(cell, ls.Request(everything=True)).runs if one["name"] == frozen.DONE[0]]
    last = {**run["attempts"][-1], "exit": {"code": code, "signal": None, "how": how}}
    run = {**run, "attempts": [last], "outcome": outcome, "state": outcome, "needs": None}
    show.ls(ls.Result([run], 0))
    assert ("the agent failed · " in capsys.readouterr().out) == told


def test_nothing_to_show_is_said(cell, capsys):
    found = dataclasses.replace(ls.perform(cell, ls.Request()), runs=[], hidden=0)
    show.ls(found)
    show.ls(found, filtered=True)
    show.ls(dataclasses.replace(found, hidden=2))
    assert [line.split(";")[0] for line in capsys.readouterr().err.splitlines()] == [
        "no runs yet",
        "no runs fit",
        "nothing lives or needs you",
    ]


def test_a_late_watchdog_is_told_with_its_cure(cell, capsys):
    found = ls.perform(cell, ls.Request())
    show.warning(found.warning)
    assert capsys.readouterr().err == ""
    show.warning("the last tick was yesterday: workcell watchdog run")
    assert capsys.readouterr().err == "workcell: the last tick was yesterday: workcell watchdog run\n", "one cure"


@pytest.mark.parametrize("name", [*frozen.DONE, *frozen.OPEN])
def test_a_status_has_what_it_rests_on(cell, name, capsys):
    found = status.perform(cell, status.Request((name,)))
    show.status(found)
    printed = capsys.readouterr().out
    assert found.id in printed and found.phase in printed and found.state in printed
    assert printed.count("  attempt ") == min(1, len(found.attempts)) or len(found.attempts) > 1


def test_a_hold_on_a_live_run_is_shown_with_its_reason(cell, capsys):
    document = status.perform(cell, status.Request((frozen.OPEN[0],)))
    held = {"until_at": None, "why": "lunch", "by": None}
    show.status(dataclasses.replace(document, hold=held, waits=None))
    assert "held       until it is released: lunch" in capsys.readouterr().out
    show.status(dataclasses.replace(document, hold=None, waits=None))
    assert "held " not in capsys.readouterr().out


def test_messages_that_wait_for_the_agent_are_shown(cell, capsys):
    document = status.perform(cell, status.Request((frozen.OPEN[0],)))
    show.status(dataclasses.replace(document, queued=[status.Queued("1", "stop at two", "person", None)] * 2))
    printed = capsys.readouterr().out
    assert "queued     stop at two" in printed and printed.count("stop at two") == 2


def test_what_all_attempts_spent_stands_before_what_the_last_one_spent(cell, capsys):
    document = status.perform(cell, status.Request((frozen.OPEN[0],)))
    usage = {"model": "m", "cost_usd": 0.5, "turns": 1, "tokens": {}, "last_word": None}
    entry = document.attempts[0]
    spent = status.Spent(0.75, {"input": 3000}, 0.25, {"input": 1000})
    both = [entry, {**entry, "n": 2}]
    show.status(dataclasses.replace(document, usage=usage, spent=spent, attempts=both, attempt=2))
    printed = capsys.readouterr().out
    assert "spent      0.75 USD, 3k tokens in, 0 out in 2 attempts" in printed
    assert "           attempt 2 alone: m, 0.25 USD, 1k tokens in" in printed
    show.status(dataclasses.replace(document, usage=usage, attempts=[entry], attempt=1))
    assert "alone" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("where", "ended_at", "words"),
    [
        ("running", None, "has run for"),
        ("orphaned", None, "has run for"),
        ("done", "2026-11-20T05:12:30.000Z", "took 30s"),
        ("lost", None, None),
    ],
)
def test_an_attempt_that_runs_has_run_for_a_time_and_one_that_is_over_took_it(cell, where, ended_at, words):
    entry = status.perform(cell, status.Request((frozen.DONE[0],))).attempts[0]
    line = show._attempt({**entry, "started_at": "2026-11-20T05:12:00.000Z", "ended_at": ended_at}, where)
    assert words in line if words else "took" not in line and "has run for" not in line


def test_how_the_next_attempt_begins_is_said_in_words(cell):
    entry = status.perform(cell, status.Request((frozen.DONE[0],))).attempts[0]
    scheduled = {**entry, "next": "artifacts", "outcome": None}
    assert show._attempt(scheduled, "scheduled").endswith(", goes on in a new conversation")


def test_the_ports_of_a_run_are_shown_until_it_is_over(cell, capsys):
    document = status.perform(cell, status.Request((frozen.OPEN[0],)))
    has = dataclasses.replace(document, ports={"WEB": 20017, "DB": 20018}, ports_before={"DB": 20001})
    show.status(has)
    assert "ports      WEB 20017, DB 20018 (was 20001)" in capsys.readouterr().out
    show.status(dataclasses.replace(has, outcome="passed"))
    assert "20017" not in capsys.readouterr().out


def test_evidence_of_several_records_in_the_same_words_is_shown_once(cell, capsys):
    document = status.perform(cell, status.Request((frozen.OPEN[0],)))
    said = {"source": "hook", "says": "idle", "confidence": 0.9, "words": "the turn is over: Done."}
    doing = {"state": "idle", "confidence": 0.9, "since": None, "evidence": [said, {**said, "source": "transcript"}]}
    show.status(dataclasses.replace(document, activity=doing))
    assert capsys.readouterr().out.count("the turn is over: Done.") == 1


@pytest.mark.parametrize("what", vocabulary.WAITS)
def test_whatever_a_run_waits_for_has_words(what):
    waits = {"what": what, "until_at": None, "why": "x", "account": None}
    [(label, text)] = show.need_lines(None, waits)
    assert (label, text) == ("waits", f"{out.WAITS[what]}: x")
