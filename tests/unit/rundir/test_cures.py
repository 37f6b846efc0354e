"""What helps a failed run: each cure is a command that workcell has, for an end that an attempt can have."""

import json
import os
import shlex
from pathlib import Path
from typing import get_args

import pytest

from tests.support import frozen
from tests.support.lab import rewrite_record
from workcell.faces.cli import app, table
from workcell.playbooks import places
from workcell.rundir import cures, layout, look, status, vocabulary
from workcell.rundir.schema.literals import Need

JUDGED = {"verdict": "ok", "confidence": 0.9, "signals": [], "words": []}


@pytest.fixture
def run(tmp_path):
    """A recorded run that is over, with two attempts."""
    return frozen.run_of(frozen.thaw(tmp_path / "home"), "frozen-two")


def failed(run, verdict, *findings):
    """The record of its last attempt, as if that had failed so."""
    record = json.loads(Path(layout.attempt(run, 2), layout.RESULT).read_text())
    record.update(outcome="failed", reason="it failed", findings=list(findings))
    record["verdict"] = {**JUDGED, "verdict": verdict} if verdict else None
    rewrite_record(run, 2, layout.RESULT, record)
    return record


@pytest.mark.parametrize("name", cures.CURES)
def test_each_cause_is_a_verdict_or_a_finding_at_an_end(name):
    found = places.FINDINGS.get(name)
    assert name in vocabulary.VERDICTS or (found is not None and found.place is places.Place.END)


@pytest.mark.parametrize("name", cures.CURES)
def test_each_cure_is_a_known_need_and_a_command_that_can_be_typed(name):
    cure, run = cures.CURES[name], "20261120-0512-job-aaaa"
    assert cure.kind in get_args(Need)
    program, verb, *rest = shlex.split(cure.command.format(run=run))
    assert program == "workcell" and verb in table.VERBS and rest in ([], [run])
    for text in (cure.why, cure.then):
        assert text and "{" not in text and not text.endswith(".")
    assert not cure.option or cure.option.split()[0] in app.options_of(app.load("resume"))


@pytest.mark.parametrize(
    ("verdict", "findings", "cause"),
    [
        ("auth", [], "auth"),
        ("billing", ["tree-dirty"], "billing"),
        ("ok", ["tree-dirty", "same-failure"], "same-failure"),
        (None, ["same-failure"], "same-failure"),
        ("auth", ["same-failure"], "auth"),
        ("network", ["crash-loop"], None),
        ("ok", [], None),
        (None, [], None),
    ],
)
def test_a_recorded_end_leads_to_its_cause_and_the_verdict_counts_first(run, verdict, findings, cause):
    assert cures.cause(failed(run, verdict, *findings)) == cures.cause_of(verdict, findings) == cause
    assert cures.cause(look.at(run).result) == cause


def test_without_a_result_or_a_judgement_there_is_no_cause(run):
    for n in (1, 2):
        record = json.loads(Path(layout.attempt(run, n), layout.RESULT).read_text())
        assert "verdict" not in record and cures.cause(record) is None
    assert cures.cause(None) is cures.cause_of(None, ()) is None


@pytest.mark.parametrize("name", cures.CURES)
def test_the_needs_of_a_failed_run_begin_with_the_cure_and_name_the_run(run, name):
    failed(run, None if name == "same-failure" else name, *([name] if name == "same-failure" else []))
    needs, cure, key = status.document(look.at(run))["needs"], cures.CURES[name], os.path.basename(run)
    assert (needs["kind"], needs["why"]) == (cure.kind, cure.why)
    assert needs["command"] == cure.command.format(run=key)
    [again] = needs["options"]
    assert again["text"] == cure.then and again["command"].startswith(f"workcell resume {key}")
    assert again["command"].endswith(cure.option)
