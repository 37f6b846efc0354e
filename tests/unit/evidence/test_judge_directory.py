import csv
import json
import os
import pathlib
import shutil

import pytest

from workcell.base.errors import NotFound
from workcell.evidence.judge_directory import judge_directory
from workcell.playbooks import library

GOLDEN = pathlib.Path(__file__).parents[2] / "data" / "golden"
with open(GOLDEN / "index.tsv") as _index:
    CASES = [(row["agent"], row["scenario"], row["verdict"]) for row in csv.DictReader(_index, delimiter="\t")]
ALARMS = {"auth", "rate_limit", "usage_limit", "billing"}
SIGNALS = library.signals(library.load()[0])
NOW = 1_772_445_600.0  # 2026-03-02T10:00:00Z


@pytest.mark.parametrize(("agent", "scenario", "verdict"), CASES, ids=[f"{a}-{s}" for a, s, _ in CASES])
def test_golden(agent: str, scenario: str, verdict: str) -> None:
    found = judge_directory(str(GOLDEN / agent / scenario), agent, SIGNALS, now=NOW)
    assert found["verdict"] == verdict, found["evidence"]
    json.dumps(found)
    assert 0 <= found["confidence"] <= 1
    if verdict in ALARMS:
        assert found["signals"], "an alarm names the signals that fired"


def test_every_golden_directory_is_in_the_index() -> None:
    there = {(agent.name, one.name) for agent in GOLDEN.iterdir() if agent.is_dir() for one in agent.iterdir()}
    assert there == {(agent, scenario) for agent, scenario, _ in CASES}


@pytest.mark.parametrize(
    ("agent", "scenario", "at", "zone"),
    [
        ("claude", "five-hour-limit", "2026-03-02T13:00:00.000Z", "UTC"),
        ("claude", "session-limit-words-only", "2026-03-02T12:30:00.000Z", "Europe/Berlin"),
        ("claude", "model-weekly-limit", "2026-03-05T09:00:00.000Z", "UTC"),
        ("claude", "limit-as-epoch", "2026-03-02T13:00:00.000Z", "UTC"),
        ("codex", "plan-limit-dated", "2026-03-05T12:55:00.000Z", "UTC"),
        ("codex", "plan-limit-plain", "2026-03-03T13:05:00.000Z", "UTC"),
    ],
)
def test_when_a_limit_resets(agent: str, scenario: str, at: str, zone: str) -> None:
    from datetime import UTC

    found = judge_directory(str(GOLDEN / agent / scenario), agent, SIGNALS, now=NOW, local=UTC)
    assert (found["resets_at"], found["resets_zone"]) == (at, zone)


def test_a_program_that_waits_by_itself_is_told_so() -> None:
    found = judge_directory(str(GOLDEN / "claude" / "screen-limit-footer"), "claude", SIGNALS, now=NOW)
    assert found["waits_itself"] is True


def test_a_dialog_comes_with_its_text_its_options_and_its_safe_answer() -> None:
    found = judge_directory(str(GOLDEN / "claude" / "screen-permission"), "claude", SIGNALS, now=NOW)
    prompt = found["prompt"]
    assert (prompt["question"], prompt["safe"], len(prompt["options"])) == ("Do you want to proceed?", "3", 3)
    trust = judge_directory(str(GOLDEN / "codex" / "screen-trust"), "codex", SIGNALS, now=NOW)["prompt"]
    assert trust["safe"] == "2"


def test_a_retry_that_goes_on_is_told_with_the_verdict() -> None:
    found = judge_directory(str(GOLDEN / "claude" / "killed-while-retrying"), "claude", SIGNALS, now=NOW)
    assert (found["verdict"], found["retrying"]) == ("rate_limit", True)


def test_two_records_that_contradict_each_other_lower_the_confidence(tmp_path: pathlib.Path) -> None:
    shutil.copytree(GOLDEN / "claude" / "too-many-requests", tmp_path / "one")
    alone = judge_directory(str(tmp_path / "one"), "claude", SIGNALS, now=NOW)
    (tmp_path / "one" / "hooks").mkdir()
    stop = {"hook_event_name": "Stop", "last_assistant_message": "Done.", "prompt_id": "p"}
    (tmp_path / "one" / "hooks" / "1.json").write_text(json.dumps(stop))
    both = judge_directory(str(tmp_path / "one"), "claude", SIGNALS, now=NOW)
    assert both["verdict"] == alone["verdict"] == "rate_limit"
    assert both["confidence"] < alone["confidence"]
    assert {"ok", "rate_limit"} <= {one["says"] for one in both["evidence"]}


def test_without_signals_nothing_is_an_alarm() -> None:
    for agent, scenario, _ in CASES:
        assert judge_directory(str(GOLDEN / agent / scenario), agent, [], now=NOW)["verdict"] not in ALARMS


def test_no_such_directory_and_an_empty_one(tmp_path: pathlib.Path) -> None:
    with pytest.raises(NotFound):
        judge_directory(str(tmp_path / "nope"), "claude", SIGNALS)
    assert judge_directory(str(tmp_path), "claude", SIGNALS)["verdict"] == "unknown"


def test_files_that_cannot_be_read_or_never_end_are_passed_over(tmp_path: pathlib.Path) -> None:
    os.mkfifo(tmp_path / "stdout.txt")
    (tmp_path / "stderr.txt").symlink_to("/nonexistent")
    (tmp_path / "meta.json").write_text("[1")
    (tmp_path / "exit_code").write_text("zero")
    (tmp_path / "home").symlink_to(tmp_path)
    assert judge_directory(str(tmp_path), "claude", SIGNALS)["verdict"] == "unknown"


def test_raw_terminal_bytes_are_judged_through_the_renderer_that_is_given(tmp_path: pathlib.Path) -> None:
    (tmp_path / "agent.log").write_bytes(b"\x1b[2Jraw")
    rows = (GOLDEN / "codex" / "screen-limit" / "01-pane.txt").read_text().split("\n")
    found = judge_directory(str(tmp_path), "codex", SIGNALS, render=lambda data, columns, height: rows, now=NOW)
    assert found["verdict"] == "usage_limit"
    assert judge_directory(str(tmp_path), "codex", SIGNALS, now=NOW)["verdict"] == "unknown"


def test_tampering_is_told_before_all_else() -> None:
    from workcell.judgement import verdict

    found = verdict.judge({"agent": "claude", "now": NOW, "tampered": "verify.sh has another hash"}, SIGNALS)
    assert (found["verdict"], found["confidence"]) == ("tampered", 1.0)
