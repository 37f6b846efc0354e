"""status as an operation: the whole document as one typed result."""

import dataclasses
import json
import os
from pathlib import Path

import pytest

from tests.support import frozen, watching
from workcell.base.errors import NoSuchRun
from workcell.faces.cli import show
from workcell.rundir import heartbeat, inbox, layout, look, phase, watches
from workcell.rundir.cell import Cell
from workcell.sessions import short_records
from workcell.views import ls, status, what


@pytest.fixture
def cell(tmp_path):
    return Cell(frozen.thaw(tmp_path / "home"), {}, "/")


@pytest.mark.parametrize("name", [*frozen.DONE, *frozen.OPEN])
def test_the_result_is_the_document(cell, name):
    run = frozen.run_of(cell.home, name)
    document = status.status(run)
    found = dataclasses.asdict(status.perform(cell, status.Request((name,))))
    assert found.pop("check") == [] and found.pop("queued") == [] and found.pop("notes") == []
    assert (found.pop("ports"), found.pop("ports_before")) == ({}, {})
    spent = found.pop("spent")
    assert spent is None or spent["cost_usd"] is None
    assert found.pop("warning") is None, "no run of this home waits"
    assert (found.pop("summary"), found.pop("analysis"), found.pop("watches")) == (None, None, [])
    moments = {"last_output_at", "last_event_at", "last_prompt_at", "last_answer_at"}
    assert {key: found[key] for key in found.keys() - moments} == {
        key: value for key, value in document.items() if key != "schema"
    }
    assert found["id"] == os.path.basename(run)


def test_a_run_that_there_is_not_is_named_in_the_error(cell):
    with pytest.raises(NoSuchRun) as error:
        status.perform(cell, status.Request(("no-such-run",)))
    assert error.value.word == "no-such-run" and error.value.hint == "workcell ls"


def test_a_run_that_is_not_over_names_the_runs_of_which_it_is_to_be_told(cell):
    def watched(name, watcher, wanted="done"):
        by = {"run": os.path.basename(frozen.run_of(cell.home, watcher)), "attempt": 1}
        return watches.place(cell.home, os.path.basename(frozen.run_of(cell.home, name)), by, wanted)

    one, two = watched("frozen-two", "frozen-created"), watched("frozen-lost", "frozen-created", "idle")
    watched("frozen-lost", "frozen-two")
    found = status.perform(cell, status.Request(("frozen-created",)))
    assert [(row.id, row.state, row.wanted) for row in found.watches] == [
        (one["id"], "passed", "done"),
        (two["id"], "unknown", "idle"),
    ]
    lines = [text for label, text in show.status_lines(found) if label in ("waits for", "")]
    assert f"{one['run']} (done), ✓ passed" in lines and f"{two['run']} (idle), ? unknown" in lines
    assert status.perform(cell, status.Request(("frozen-two",))).watches == [], "it is over"


def test_several_runs_are_shown_in_the_order_in_which_they_were_asked_for(cell):
    found = status.perform(cell, status.Request(("frozen-two", "frozen-created")))
    assert [one.name for one in found.runs] == ["frozen-two", "frozen-created"]


def test_without_a_run_there_is_the_overview(cell):
    found = status.perform(cell, status.Request())
    assert sum(found.states.values()) == len(frozen.DONE) + len(frozen.OPEN)
    named = {run["name"] for run in found.needs}
    assert {"frozen-tampered", "frozen-unverified", "frozen-lost"} <= named and "frozen-stopped" not in named
    assert not found.ticking and found.accounts == []


@pytest.fixture
def waiting(lab):
    """The name of a run whose check failed and that a watchdog would go on with; nothing ticks any more."""
    os.makedirs(heartbeat.directory(lab.home), 0o700, exist_ok=True)
    watching.tick_before(lab.home)
    lab.workcell("watchdog", "tick")
    run = lab.launch(lab.brief("true", "false", name="again"))
    lab.phase(run, phase.SCHEDULED)
    os.unlink(os.path.join(heartbeat.directory(lab.home), heartbeat.LAST))
    return "again"


def test_status_and_the_overview_warn_of_waiting_runs_while_nothing_ticks_as_ls_does(lab, waiting):
    cell = Cell(lab.home, lab.env(), lab.top)
    said = ls.perform(cell, ls.Request()).warning
    assert said == "1 run waits to go on, and no watchdog ticks: workcell watchdog install"
    assert status.perform(cell, status.Request()).warning == said
    assert status.perform(cell, status.Request((waiting,))).warning == said
    for words in (["status"], ["status", waiting], ["status", waiting, waiting]):
        assert lab.workcell(*words).stderr.count(said) == 1
    lab.workcell("watchdog", "tick")
    assert status.perform(cell, status.Request()).warning is None


def test_messages_that_wait_for_the_agent_are_in_the_document_without_secrets(cell):
    run = frozen.run_of(cell.home, "frozen-lost")
    token = "ghp_" + "a1B2" * 9
    inbox.post(run, {"kind": "text", "text": f"use {token}\nand stop", "by": "person", "attempt": 1})
    [one] = status.perform(cell, status.Request(("frozen-lost",))).queued
    assert one.text.startswith("use ") and "and stop" in one.text and token not in one.text and "\n" not in one.text
    assert (one.by, bool(one.at)) == ("person", True)


SECRET = "ghp_" + "a1B2c3D4" * 5


def _kept_in_short(run):
    """Give the last attempt of a run a summary and an analysis; its directory."""
    directory = Path(look.at(run).directory)
    summary = {"schema": short_records.SUMMARY, "asked_at": "2026-11-22T08:34:48.000Z", "of": "", "text": f"It did {SECRET}.",
               "by": "local", "calls": 2, "failed": 0}  # fmt: skip
    analysis = {"schema": short_records.ANALYSIS, "at": "", "title": "Mend it", "summary": "All done.", "category": "fix",
                "topics": ["login"]}  # fmt: skip
    (directory / layout.SUMMARY).write_text(json.dumps(summary))
    (directory / layout.ANALYSIS).write_text(json.dumps(analysis))
    return directory


def test_what_a_run_was_about_is_in_the_document_and_in_the_lines(cell):
    run = frozen.run_of(cell.home, "frozen-unverified")
    directory = _kept_in_short(run)
    found = status.perform(cell, status.Request(("frozen-unverified",)))
    assert found.summary.startswith("It did ") and SECRET not in found.summary
    assert (found.analysis["title"], found.analysis["topics"]) == ("Mend it", ["login"])
    lines = show.status_lines(found)
    assert ("summary", found.summary) in lines and ("topics", "login") in lines
    os.unlink(directory / layout.SUMMARY)
    found = status.perform(cell, status.Request(("frozen-unverified",)))
    assert found.summary is None and ("summary", "All done.") in show.status_lines(found)


def test_what_has_it_too_and_a_run_that_is_not_over_has_no_analysis(cell):
    run = frozen.run_of(cell.home, "frozen-unverified")
    _kept_in_short(run)
    found = what.what(run)
    assert (found.analysis["category"], found.summary_calls) == ("fix", 2)
    other = frozen.run_of(cell.home, "frozen-created")
    assert what.what(other).analysis is None
