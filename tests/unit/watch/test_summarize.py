"""Asking for a summary once a turn is over."""

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import recorded_runs
from tests.support.lab import eventually
from workcell.rundir import attending, layout
from workcell.sessions import short_records, summaries
from workcell.watch import summarize


@pytest.fixture
def waits(made_live):
    """A run whose agent asks for something, and whose records have one turn."""
    records = recorded_runs.lines(recorded_runs.prompt("mend it"), recorded_runs.said("mended"))
    Path(layout.attempt(made_live.run, 1), layout.TRANSCRIPT).write_bytes(records)
    return made_live


def named(made, tmp_path, body="print('It mends.')"):
    """Name a command in config.yaml; the file to which it adds a line for each time that it was asked."""
    program, asked = tmp_path / "summarizer.py", tmp_path / "asked"
    program.write_text(f"import sys\nsys.stdin.read()\nopen({str(asked)!r}, 'a').write('x\\n')\n{body}\n")
    command = f"{shlex.quote(sys.executable)} {shlex.quote(str(program))}"
    Path(made.home, layout.CONFIG).write_text(f"summarize: {json.dumps({'local': command})}\n")
    return asked


def summary(made):
    return short_records.summary(layout.attempt(made.run, 1))


def test_without_a_command_in_the_configuration_nothing_is_begun(waits):
    assert not summarize.wanted(waits.run)
    Path(waits.home, layout.CONFIG).write_text("limits: {wall: 1h}\n")
    assert not summarize.wanted(waits.run)
    summarize.refresh(waits.run, 1)
    assert summary(waits) is None and not os.path.exists(os.path.join(waits.home, layout.ATTEND))


def test_a_turn_that_is_over_is_summarized(waits, tmp_path):
    named(waits, tmp_path)
    assert summarize.wanted(waits.run)
    summarize.refresh(waits.run, 1)
    found = summary(waits)
    assert (found["text"], found["calls"]) == ("It mends.", 1)


def test_a_turn_that_goes_on_is_not(waits, tmp_path):
    asked = named(waits, tmp_path)
    waits.shows("✻ Cogitating… (3s · ↑ 12 tokens · esc to interrupt)\n")
    waits.captured(turn="open")
    summarize.refresh(waits.run, 1)
    assert summary(waits) is None and not asked.exists()


@pytest.mark.parametrize("other", ["another attempt", "over"])
def test_a_run_that_went_on_is_left_alone(waits, tmp_path, other):
    asked = named(waits, tmp_path)
    if other == "over":
        waits.loses_its_runner()
    summarize.refresh(waits.run, 1 if other == "over" else 2)
    assert not asked.exists()


def test_one_process_waits_for_a_run(waits, tmp_path):
    asked = named(waits, tmp_path)
    lock = attending.take(waits.run, attending.SUMMARIZES, 0.0)
    summarize.refresh(waits.run, 1)
    assert not asked.exists()
    os.close(lock)
    summarize.refresh(waits.run, 1)
    assert asked.exists()


def test_a_turn_that_ends_too_soon_is_waited_with(waits, tmp_path, monkeypatch):
    asked = named(waits, tmp_path)
    summarize.refresh(waits.run, 1)
    transcript = Path(layout.attempt(waits.run, 1), layout.TRANSCRIPT)
    transcript.write_bytes(transcript.read_bytes() + recorded_runs.lines(recorded_runs.said("more", "s9")))
    slept = []
    monkeypatch.setattr(summaries, "APART", 0.2)
    monkeypatch.setattr(summarize.time, "sleep", slept.append)
    summarize.refresh(waits.run, 1)
    assert len(slept) == 1 and slept[0] <= 0.2
    monkeypatch.undo()
    monkeypatch.setattr(summaries, "APART", 0.2)
    summarize.refresh(waits.run, 1)
    assert asked.read_text().count("x") == 2


def test_the_process_that_attends_leaves_it_to_another(waits, tmp_path):
    go = tmp_path / "go"
    body = f"import os, time\nwhile not os.path.exists({str(go)!r}): time.sleep(0.01)\nprint('It mends.')"
    asked = named(waits, tmp_path, body)
    words = [sys.executable, "-m", "workcell", "_attend", waits.run, "1"]
    env = {**os.environ, "HOME": str(tmp_path)}
    assert subprocess.run(words, env=env, timeout=60, stdout=subprocess.DEVNULL).returncode == 0
    eventually(asked.exists, 30.0)
    assert summary(waits) is None  # the command is still asked, and the runner may start the next `_attend`
    go.touch()
    eventually(lambda: summary(waits), 30.0)
    assert summary(waits)["text"] == "It mends."
