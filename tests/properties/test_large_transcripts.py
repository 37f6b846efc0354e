"""Transcripts of any size are read with bounded memory: captured, and shown from their end."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.evidence.test_capture import Run
from workcell.agents import jsonl, long_line
from workcell.evidence import capture_state
from workcell.rundir import events, layout

MOST = 80
"""MB of memory of a process that reads."""

READ = """
import os, sys
from tests.support import peak
from workcell.evidence import capture
from workcell.rundir import events
journal = events.Journal(os.path.join(sys.argv[1], "events.jsonl"))
capture.last(sys.argv[1], journal)
print(peak.kilobytes())
"""
SHOW = """
import sys
from tests.support import peak
from workcell.agents import registry
from workcell.rundir import safe_open
from workcell.sessions import tail
from workcell.sessions.records import Reader
from workcell.sessions.turns import Turns

def end(size):
    data = safe_open.tail(sys.argv[1], size + 1)
    return (data, True) if len(data) <= size else (data[-size:], False)

agent = registry.load("claude")
found = tail.last(end, 20, lambda: Reader(agent, "t", "transcript"), Turns)
assert found.turns.closed()[-1].steps
print(peak.kilobytes())
"""


SEARCH = """
import sys
from tests.support import peak
from workcell.agents import registry
from workcell.sessions import search_file
from workcell.sessions.search_words import Words

found = list(search_file.search(registry.load("claude"), sys.argv[1], Words(["failed", "x"])))
assert [one.event["data"]["record_bytes"] >> 20 for one in found] == [10], found
assert found[0].excerpt.startswith("it failed") and "(cut: its record has 10 MiB)" in found[0].event["text"]
print(peak.kilobytes())
"""


def megabytes(script: str, path: os.PathLike[str] | str) -> float:
    """The greatest memory of a process of its own that executes the script."""
    env = {**os.environ, "PYTHONPATH": str(Path(jsonl.__file__).resolve().parents[2])}
    done = subprocess.run([sys.executable, "-c", script, path], env=env, capture_output=True, text=True, check=True)
    return int(done.stdout) / 1024


def write(run: Run, size: int) -> int:
    """A transcript of at least so many bytes, one turn without an end; how many calls it has.

    Beside short answers and long ones stand a failure whose text has to be cut, one that just need not be, a record that
    is left out, and bytes that are no text.
    """
    calls = 0
    with open(run.transcript, "wb") as file:
        while calls < 20 or file.tell() < size:
            answer = "x" * 60_000 if calls % 3 == 0 else "ok"
            answer = {7: "it failed\n" + "xy " * ((10 << 20) // 3), 13: "y" * (jsonl.MAX_LINE - 1000)}.get(
                calls, answer
            )
            answer = "z" * (long_line.LONGEST + 1) if calls == 17 else answer
            use = {"type": "tool_use", "id": f"t{calls}", "name": "Bash", "input": {"command": f"make {calls}"}}
            result = {"type": "tool_result", "tool_use_id": f"t{calls}", "content": answer, "is_error": calls == 7}
            for kind, block in (("assistant", use), ("user", result)):
                record = {"type": kind, "uuid": f"{kind}{calls}", "message": {"id": f"m{calls}", "content": [block]}}
                file.write(json.dumps(record).encode() + b"\n")
            file.write(b"\xff\xfe\x00 no text\n")
            calls += 1
    return calls


def check(run: Run, size: int) -> None:
    calls = write(run, size)
    used = megabytes(READ, run.path)
    shown = max(megabytes(script, run.transcript) for script in (SHOW, SEARCH))
    told = [line for _, line in events.read(str(run.path / layout.EVENTS)) if line and "ref" in line]
    kinds = [line["type"] for line in told]
    assert kinds.count("tool.call") == calls and kinds.count("tool.result") == calls - 1 and kinds.count("raw") == 1
    assert len({line["id"] for line in told}) == len(told)
    state = capture_state.stored(str(run.attempt))
    assert state and state["final"] and state["sources"]["transcript"]["copied"] == os.path.getsize(run.transcript)
    [cut] = [line for line in told if "record_bytes" in line["data"]]
    assert cut["type"] == "tool.result" and cut["data"]["failed"] and cut["text"].startswith("it failed xy xy")
    assert cut["text"].endswith("…") and cut["data"]["record_bytes"] > 10 << 20
    print(
        f"{os.path.getsize(run.transcript) >> 20} MB: captured with {used:.0f} MB, shown and searched with {shown:.0f} MB"
    )
    assert max(used, shown) <= MOST, (used, shown)


def test_lines_of_ten_megabytes_cost_no_more_memory(tmp_path: Path) -> None:
    check(Run(tmp_path, io="terminal"), 0)


@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    "size",
    [
        pytest.param(MOST << 21, marks=pytest.mark.heavy, id="160 MB"),  # twice the memory that it may take
        pytest.param(1 << 30, marks=pytest.mark.sweep, id="1 GB"),
    ],
)
def test_a_transcript_that_is_larger_than_the_memory_is_captured_and_shown(tmp_path: Path, size: int) -> None:
    check(Run(tmp_path, io="terminal"), size)
