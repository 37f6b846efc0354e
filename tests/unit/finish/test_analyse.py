"""analysis.json, as finish writes it."""

import json
import os
from pathlib import Path

from tests.support import recorded_runs as made
from tests.support.records import faults
from workcell.cleaning import run_cleaner
from workcell.finish import analyse
from workcell.rundir import events, layout, look
from workcell.sessions import conversation

TOKEN = "ghp_" + "a1B2c3D4" * 5


def written(run):
    seen = look.at(run)
    journal = events.Journal(os.path.join(run, layout.EVENTS))
    analyse.write(seen, run_cleaner.of_run(run), journal)
    journal.close()
    path = Path(seen.directory, layout.ANALYSIS)
    return json.loads(path.read_text()) if path.exists() else None


def test_title_summary_topics_and_category_stand_in_it_without_secrets(tmp_path):
    transcript = made.lines(made.prompt("x"), made.said(f"The lexer is mended, with {TOKEN}."))
    run = made.recorded(tmp_path, transcript=transcript, objective=f"Fix the lexer {TOKEN}. Soon.")
    found = written(run)
    assert not faults("analysis", found)
    assert found["title"].startswith("Fix the lexer") and found["category"] == "fix" and "lexer" in found["topics"]
    assert found["summary"].startswith("The lexer is mended") and TOKEN not in json.dumps(found)
    again = written(run)
    assert {**again, "at": ""} == {**found, "at": ""}


def test_a_run_without_records_has_a_title(tmp_path):
    found = written(made.recorded(tmp_path, objective="Port it"))
    assert (found["title"], found["summary"]) == ("Port it", None)


def test_records_that_cannot_be_read_keep_no_run_from_its_end(tmp_path, monkeypatch):
    run = made.recorded(tmp_path, transcript=made.lines(made.prompt("x")))

    def fail(*_):
        raise KeyError("a fault of a reader")

    monkeypatch.setattr(conversation, "of_attempt", fail)
    assert written(run) is None
    last = [line for _, line in events.read(os.path.join(run, layout.EVENTS))][-1]
    assert last["type"] == "capture.failed" and "a fault of a reader" in last["error"]
