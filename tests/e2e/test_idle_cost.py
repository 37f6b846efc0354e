"""What a hundred runs cost that wait, their agents' records being captured."""

import os
import subprocess
import time
from pathlib import Path

import pytest

from tests.support.lab import eventually
from workcell.evidence import capture, capture_state
from workcell.launch import launch
from workcell.launch.options import Options
from workcell.rundir import layout, look, maildir, phase

RUNS, SECONDS = 100, 20.0


def _ticks(pids: list[int]) -> int:
    total = 0
    for pid in pids:
        with open(f"/proc/{pid}/stat", "rb") as file:
            fields = file.read().rpartition(b")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total


def _started(lab, words: str) -> list[str]:
    """RUNS runs of an agent that executes these words and whose standard output is read as that of Claude Code."""
    brief = lab.brief(words, None, name="sleeper", recipe="  reader: claude")
    runs = []
    for number in range(RUNS):
        tree = os.path.join(lab.top, f"tree{number}")
        os.mkdir(tree)
        options = Options(repo=tree, shell=os.environ)
        runs.append(launch.launch(launch.Request(lab.home, brief, options, window=False)).run)
    for run in runs:
        eventually(lambda run=run: look.at(run).phase == phase.RUNNING)
    return runs


@pytest.mark.heavy
@pytest.mark.serial
@pytest.mark.timeout(400)
def test_a_hundred_idle_runs_use_three_percent_of_a_core_at_most(lab, monkeypatch):
    for name, value in lab.env().items():
        monkeypatch.setenv(name, value)
    words = 'echo \'{"type":"system","subtype":"init","session_id":"s"}\'; exec sleep 900'
    runs = _started(lab, words)
    pids = [look.at(run).start["runner"]["pid"] for run in runs]
    for run in runs:
        capture.capture(run)
        assert capture_state.stored(look.at(run).directory)["sources"]["stream"]["session"]["events"]
    # the runners take the captured events out of their spools
    eventually(lambda: not any(maildir.waiting(os.path.join(run, layout.SPOOL)) for run in runs))
    before, began = _ticks(pids), time.monotonic()
    for run in runs:
        capture.capture(run)
    time.sleep(SECONDS - min(SECONDS, time.monotonic() - began))
    used = (_ticks(pids) - before) / os.sysconf("SC_CLK_TCK") / (time.monotonic() - began)
    print(f"{RUNS} idle runners: {used:.2%} of a core")
    assert used <= 0.03


SPOKEN = """
NUMBER=${PWD##*tree}
init='{"type":"system","subtype":"init","session_id":"s"}'
while [ ! -e $MARKS/speak ]; do sleep 1; done
echo "$init"
while :; do
    [ $NUMBER -ge 10 ] || [ ! -e $MARKS/stream ] || for n in 1 2 3 4 5; do
        echo '{"type":"assistant","uuid":"'$NUMBER-$n-$(date +%s%N)'","message":{"content":[{"type":"text","text":"word"}]}}'
    done
    sleep 1
done
"""
"""An agent that says one thing, and ten of which say five things a second once they are told to."""


@pytest.mark.heavy
@pytest.mark.serial
@pytest.mark.timeout(500)
def test_one_reader_of_all_events_costs_two_percent_of_a_core_at_rest_and_a_quarter_while_ten_runs_stream(
    lab, monkeypatch
):
    for name, value in lab.env().items():
        monkeypatch.setenv(name, value)
    runs = _started(lab, SPOKEN)
    with open(lab.top + "/events", "wb") as into:
        reader = subprocess.Popen(lab.words("events", "--all", "-f", "--json"), env=lab.env(), stdout=into)
    try:
        Path(lab.marks, "speak").touch()
        eventually(lambda: _told(lab, b'"session.started"') == RUNS, 60.0)
        eventually(lambda: time.time() - os.stat(lab.top + "/events").st_mtime > 10.0, 120.0, "runs at rest")
        rest = _share([reader.pid])
        Path(lab.marks, "stream").touch()
        eventually(lambda: _told(lab, b'"assistant.message"') > 50, 60.0)
        busy = _share([reader.pid])
        print(f"{len(runs)} runs followed: {rest:.2%} of a core at rest, {busy:.2%} while ten stream")
        assert rest <= 0.02 and busy <= 0.25
    finally:
        reader.terminate()
        reader.wait(30.0)


def _share(pids: list[int]) -> float:
    """Of a core, over SECONDS."""
    before, began = _ticks(pids), time.monotonic()
    time.sleep(SECONDS)
    return (_ticks(pids) - before) / os.sysconf("SC_CLK_TCK") / (time.monotonic() - began)


def _told(lab, kind: bytes) -> int:
    """How many events of that kind the reader printed."""
    return sum(kind in line for line in Path(lab.top, "events").read_bytes().splitlines())
