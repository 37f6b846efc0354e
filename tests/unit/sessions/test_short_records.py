"""What an attempt comes to in short, read from files that its agent can write to."""

import json

import pytest

from workcell.cleaning.clean import Cleaner
from workcell.sessions import short_records

SUMMARY = {
    "schema": short_records.SUMMARY, "asked_at": "2026-11-22T08:34:48.000Z", "of": "0" * 64, "text": "It did.",
    "by": "local", "calls": 2, "failed": 1,
}  # fmt: skip
ANALYSIS = {
    "schema": short_records.ANALYSIS, "at": "2026-11-22T08:34:48.000Z", "title": "Mend the login",
    "summary": "All mended.", "topics": ["login"], "category": "fix",
}  # fmt: skip
CLEAN = Cleaner([])


def kept(directory, name, record):
    (directory / name).write_text(record if isinstance(record, str) else json.dumps(record))
    return str(directory)


def test_both_are_read_as_they_stand(tmp_path):
    kept(tmp_path, "summary.json", SUMMARY)
    kept(tmp_path, "analysis.json", ANALYSIS)
    assert short_records.summary(str(tmp_path)) == SUMMARY
    assert short_records.analysis(str(tmp_path), CLEAN) == ANALYSIS
    assert short_records.summary_text(str(tmp_path), CLEAN) == "It did."


def test_without_a_command_the_summary_is_that_of_the_end(tmp_path):
    assert short_records.summary_text(kept(tmp_path, "analysis.json", ANALYSIS), CLEAN) == "All mended."
    assert short_records.summary_text(str(tmp_path / "none"), CLEAN) is None


@pytest.mark.parametrize(
    "change", [{"schema": "other/1"}, {"calls": "2"}, {"text": 3}, {"asked_at": "today"}, {"of": None}]
)
def test_a_summary_of_another_form_is_none(tmp_path, change):
    assert short_records.summary(kept(tmp_path, "summary.json", {**SUMMARY, **change})) is None


@pytest.mark.parametrize("change", [{"schema": "other/1"}, {"title": None}, {"topics": "login"}, {"summary": 3}])
def test_an_analysis_of_another_form_is_none(tmp_path, change):
    assert short_records.analysis(kept(tmp_path, "analysis.json", {**ANALYSIS, **change}), CLEAN) is None


@pytest.mark.parametrize("text", ["", "[]", "{", "null"])
def test_what_is_no_record_is_none(tmp_path, text):
    kept(tmp_path, "summary.json", text)
    kept(tmp_path, "analysis.json", text)
    assert short_records.summary(str(tmp_path)) is None and short_records.analysis(str(tmp_path), CLEAN) is None


def test_what_an_agent_wrote_there_is_cut_and_made_safe(tmp_path):
    forged = {"title": "a\x1b[2Jb\n" + "x" * 999, "topics": [3, *"abcdefgh"], "category": "joke", "at": 5}
    found = short_records.analysis(kept(tmp_path, "analysis.json", {**ANALYSIS, **forged}), CLEAN)
    assert "\x1b" not in found["title"] and "\n" not in found["title"]
    assert len(found["title"]) == short_records.LONGEST
    assert found["topics"] == list("abcde") and found["category"] == "unknown"
