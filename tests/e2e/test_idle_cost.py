"""What a hundred runs cost that wait, their agents' records being captured."""

import os
import time

import pytest

from tests.support.lab import eventually
from workcell.evidence import capture, capture_state
from workcell.launch import launch
from workcell.launch.options import Options
from workcell.rundir import layout, look, maildir, phase

RUNS, SECONDS = 100, 30.0


def _ticks(pids: list[int]) -> int:
    total = 0
    for pid in pids:
        with open(f"/proc/{pid}/stat", "rb") as file:
            fields = file.read().rpartition(b")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total


@pytest.mark.heavy
@pytest.mark.serial
@pytest.mark.timeout(400)
def test_a_hundred_idle_runs_use_three_percent_of_a_core_at_most(lab, monkeypatch):
    for name, value in lab.env().items():
        monkeypatch.setenv(name, value)
    words = 'echo \'{"type":"system","subtype":"init","session_id":"s"}\'; exec sleep 900'
    brief = lab.brief(words, None, name="sleeper", recipe="  reader: claude")
    runs = []
    for number in range(RUNS):
        tree = os.path.join(lab.top, f"tree{number}")
        os.mkdir(tree)
        options = Options(repo=tree, shell=os.environ)
        runs.append(launch.launch(launch.Request(lab.home, brief, options, window=False)).run)
    for run in runs:
        eventually(lambda run=run: look.at(run).phase == phase.RUNNING)
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
