"""The hook program: silent, harmless, and no slower than Python itself."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workcell.faces import hook
from workcell.rundir import events, layout, maildir, spool

ROOT = Path(hook.__file__).resolve().parent.parent.parent
PROGRAM = [sys.executable, "-I", "-S", str(ROOT / "workcell" / "faces" / "hook.py")]


def ring(run: Path, data: bytes, *words: str, **env: str) -> subprocess.CompletedProcess[bytes]:
    env = {"WORKCELL_RUN_DIR": str(run), "WORKCELL_ATTEMPT": "some-run/3", **env}
    return subprocess.run([*PROGRAM, *words], input=data, env=env, capture_output=True, timeout=30)


def brought(run: Path) -> list[dict]:
    box = str(run / layout.SPOOL)
    return [maildir.read(box, name) for name in maildir.waiting(box)]


def test_one_payload_makes_one_file(tmp_path):
    given = {
        "hook_event_name": "PreToolUse",
        "session_id": "s",
        "tool_name": "Bash",
        "tool_input": {"command": "x" * 5000, "description": "why"},
        "tool_response": {"stdout": "y" * 100_000},
        "surprise": 1,
    }
    done = ring(tmp_path, json.dumps(given).encode(), "claude")
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    (one,) = brought(tmp_path)
    assert one["type"] == "hook" and one["source"] == "claude" and one["attempt"] == 3
    assert set(one["payload"]) == {"hook_event_name", "session_id", "tool_name", "tool_input"}
    assert len(one["payload"]["tool_input"]["command"]) == hook.MOST_TEXT


def test_the_argument_of_a_notify_program(tmp_path):
    words = json.dumps({"type": "agent-turn-complete", "thread-id": "t", "input-messages": ["long"]})
    done = ring(tmp_path, b"", "codex", words)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert brought(tmp_path)[0]["payload"] == {"type": "agent-turn-complete", "thread-id": "t"}


def test_the_runners_journal_takes_it_once(tmp_path):
    ring(tmp_path, b'{"hook_event_name":"Stop"}', "claude")
    journal = events.Journal(str(tmp_path / layout.EVENTS))
    assert spool.drain(str(tmp_path), journal) == 1
    assert spool.drain(str(tmp_path), journal) == 0
    lines = [line for _, line in events.read(str(tmp_path / layout.EVENTS))]
    assert [line["payload"] for line in lines] == [{"hook_event_name": "Stop"}]


@pytest.mark.parametrize(
    "data", [b"", b"\xff\xfe", b"[1,2]", b'{"a":', b'{"hook_event_name":"Stop","x":' + b"[" * 5000]
)
def test_what_is_no_payload_is_told_as_such(tmp_path, data):
    done = ring(tmp_path, data, "claude")
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    (one,) = brought(tmp_path)
    assert one["payload"]["unreadable"] == len(data)
    assert one["payload"]["hook_event_name"] == ("Stop" if b"Stop" in data else None)


def test_outside_a_run_and_on_a_full_or_foreign_disk_it_says_nothing(tmp_path):
    for run in ("", "/nonexistent/run", "/proc"):
        done = ring(tmp_path, b'{"hook_event_name":"Stop"}', "claude", WORKCELL_RUN_DIR=run)
        assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_a_payload_of_many_megabytes_is_read_to_its_end(tmp_path):
    data = b'{"session_id":"s","hook_event_name":"PostToolUse","tool_response":"' + b"x" * (20 << 20) + b'"}'
    done = ring(tmp_path, data, "claude")
    assert done.returncode == 0
    assert brought(tmp_path)[0]["payload"]["hook_event_name"] == "PostToolUse"
    assert (
        os.stat(tmp_path / layout.SPOOL / maildir.NEW / maildir.waiting(str(tmp_path / layout.SPOOL))[0]).st_size < 4096
    )


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@settings(max_examples=30)
@given(st.binary(max_size=300) | JSON.map(lambda value: json.dumps({"tool_input": value, "prompt": value}).encode()))
def test_any_payload_becomes_a_small_record(data):
    found = hook.payload(data)
    assert len(json.dumps(found)) < 300 + 8 * len(data)


def test_no_heavy_module_is_loaded(tmp_path):
    words = [*PROGRAM[:3], "-X", "importtime", PROGRAM[-1], "claude"]
    done = subprocess.run(words, input=b"{}", env={"WORKCELL_RUN_DIR": str(tmp_path)}, capture_output=True, timeout=30)
    loaded = {line.split("|")[-1].strip() for line in done.stderr.decode().splitlines()}
    assert "workcell.rundir.maildir" in loaded
    assert not loaded & {"json", "re", "typing", "pathlib", "subprocess", "enum", "socket", "hashlib", "functools"}


@pytest.mark.serial
def test_it_takes_at_most_twice_the_time_of_bare_python(tmp_path):
    def best(words: list[str]) -> float:
        times = []
        for _ in range(15):
            began = time.perf_counter()
            subprocess.run(
                words,
                input=b'{"hook_event_name":"Stop"}',
                capture_output=True,
                check=True,
                env={"WORKCELL_RUN_DIR": str(tmp_path)},
            )
            times.append(time.perf_counter() - began)
        return min(times)

    assert best([*PROGRAM, "claude"]) <= 2 * best([sys.executable, "-c", "pass"])


def test_keys_that_only_one_agent_has_are_those_that_its_folder_names(tmp_path):
    home = tmp_path / "home"
    (home / "agents" / "parrot").mkdir(parents=True)
    (home / "agents" / "parrot" / "hook_keys").write_text("branch\nleaf\n")
    run = home / "runs" / "some-run"
    run.mkdir(parents=True)
    payload = json.dumps({"hook_event_name": "Perched", "branch": "oak", "thread-id": "t", "bark": "x"}).encode()
    for agent in ("parrot", "codex", "unknown", "../agents/parrot"):
        assert ring(run, payload, agent).returncode == 0
    found = [{key for key in one["payload"] if key != "hook_event_name"} for one in brought(run)]
    assert found == [{"branch"}, {"thread-id"}, set(), set()]
