"""activity.json: what a hook says, how small the file is, and which of them counts."""

import json
import os

import pytest

from workcell.base import clock
from workcell.rundir import hint, layout, look, phase

NOW = "2026-11-20T05:31:02.120Z"


def hook(event, time=NOW, **payload):
    return {"type": "hook", "attempt": 1, "time": time, "payload": {"hook_event_name": event, **payload}}


@pytest.mark.parametrize(
    ("message", "state", "urgent"),
    [
        (hook("PreToolUse", tool_name="Bash"), "working", False),
        (hook("PreToolUse", tool_name="AskUserQuestion"), "question", True),
        (hook("PermissionRequest", tool_name="Bash"), "approval", True),
        (hook("Notification", notification_type="permission_prompt"), "approval", True),
        (hook("Notification", notification_type="idle_prompt"), "idle", False),
        (hook("Stop"), "idle", False),
        (hook("StopFailure"), "idle", True),
        (hook(None, type="agent-turn-complete"), "idle", False),
    ],
)
def test_a_hook_says_what_the_agent_does(message, state, urgent):
    heard = hint.hear(message)
    assert (heard.state, heard.urgent, heard.since) == (state, urgent, NOW)


@pytest.mark.parametrize(
    "message",
    [
        *({}, {"type": "hook"}, {"type": "hook", "payload": []}, {"type": "note", "payload": {}}),
        *(hook("SessionStart"), hook("Notification"), hook("Notification", notification_type=["x"]), hook(7)),
    ],
)
def test_what_says_nothing_of_the_activity_is_passed_over(message):
    assert hint.hear(message) is None


@pytest.mark.parametrize("time", ["9999-12-31T00:00:00.000Z", None, 7, "soon"])
def test_a_time_that_is_yet_to_come_is_now(time):
    assert hint.hear(hook("Stop", time)).since <= clock.stamp()


def kept(**more):
    return {"schema": "workcell.file.activity/1", "attempt": 1, "pid": 77, "state": "approval", "since": NOW,
            "source": "hook", "words": "w", **more}  # fmt: skip


@pytest.mark.parametrize("words", ["x" * 5000, "\x1b[31m" * 90, "ü" * 400, '"' * 400, "\n\\" * 300])
def test_the_file_is_small_and_its_keys_are_whole(words):
    data = hint.encode(kept(words=words, pid=4194304, attempt=999))
    assert len(data) <= hint.MOST
    assert json.loads(data)["since"] == NOW


def running(tmp_path):
    seen = look.Look(str(tmp_path))
    seen.phase, seen.n, seen.start = phase.RUNNING, 1, {"runner": {"pid": 77}}
    return seen


def test_what_was_written_is_read_while_its_attempt_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    seen = running(tmp_path)
    assert hint.read(seen) is None
    assert hint.write(kept())
    assert hint.read(seen) == kept()
    for change in ({"n": 2}, {"phase": phase.FINISHING}, {"start": {"runner": {"pid": 78}}}, {"start": None}):
        other = running(tmp_path)
        for name, value in change.items():
            setattr(other, name, value)
        assert hint.read(other) is None, change
    assert os.listdir(tmp_path) == [layout.ACTIVITY]


@pytest.mark.parametrize(
    "change", [{"state": "passed"}, {"since": "soon"}, {"source": []}, {"words": None}, {"schema": "x"}]
)
def test_a_forged_file_says_nothing(tmp_path, change):
    (tmp_path / layout.ACTIVITY).write_text(json.dumps(kept(**change)))
    assert hint.read(running(tmp_path)) is None


def test_what_stands_in_the_way_is_no_failure_of_the_runner(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / f".{layout.ACTIVITY}.{os.getpid()}").symlink_to(tmp_path / "elsewhere")
    assert hint.write(kept())
    assert not (tmp_path / "elsewhere").exists()
    (tmp_path / layout.ACTIVITY).unlink()
    (tmp_path / layout.ACTIVITY).mkdir()
    assert not hint.write(kept())
    assert os.listdir(tmp_path) == [layout.ACTIVITY]
