"""An export as JSON lines."""

import json

from tests.support import recorded_runs as made
from tests.unit.sessions.test_turns import answer, call
from tests.unit.views.test_export import TALK, exported
from workcell.rundir import look


def test_json_lines_begin_with_a_head_and_end_with_the_report(tmp_path):
    run = made.recorded(tmp_path, transcript=TALK)
    head, *events, end = map(json.loads, exported(run, "jsonl")[0].splitlines())
    assert (head["schema"], head["kind"], head["redacted"]) == ("workcell.export/1", "export", True)
    assert end == {"kind": "export.end", "taken_out": {"github": 3}}
    assert [one["kind"] for one in events if one["kind"].startswith(("user", "tool", "assistant"))] == [
        "user.prompt", "tool.call", "tool.result", "assistant.message",
    ]  # fmt: skip
    assert {one["agent"] for one in events} == {"claude"}
    assert {(one["run"], one["attempt"]) for one in events} == {(head["run"], look.at(run).n)}


def test_control_characters_and_broken_records_stay_json(tmp_path):
    records = (
        made.lines(made.prompt("a\x1b]0;x\x07\u202e\u2028b"), call(1), answer("c", 1)) + b'{"type": "user\nwords\n'
    )
    lines = exported(made.recorded(tmp_path, transcript=records), "jsonl")[0].split("\n")
    assert lines.pop() == "" and all(line.isprintable() for line in lines)
    events = [json.loads(line) for line in lines]
    assert [one["text"] for one in events if one["kind"] == "user.prompt"] == ["a\x1b]0;x\x07\u202e\u2028b"]
    assert [one["kind"] for one in events][-3:] == ["raw", "output", "export.end"]
