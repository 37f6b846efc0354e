"""The tick of an older workcell leaves runs on standby, open watches and plans as they are, and does its own work."""

import json
import os
import signal
from pathlib import Path

import pytest

from tests.support import frozen, launched_plans
from tests.support.lab import eventually
from tests.support.older_workcell import OlderWorkcell
from tests.support.standing_by import Listening
from workcell.rundir import inbox, layout, ledger, look, phase, watches


@pytest.mark.heavy
def test_it_disturbs_none_and_settles_what_is_lost(lab, tmp_path):
    older, listening = OlderWorkcell(tmp_path), Listening(lab)
    watcher, told, watched = runs = [
        listening.launch("--no-window", name=name) for name in ("watcher", "told", "watched")
    ]
    inbox.post(told, {"kind": "text", "text": "which woke nobody", "by": "person"})
    by = {"run": os.path.basename(watcher), "attempt": 1}
    watches.place(lab.home, os.path.basename(watched), by, "attention")
    watches.place(lab.home, "gone", by, "done", 1.0)
    lost = lab.launch(lab.brief("sleep 600", name="lost"))
    for name in ("first", "second"):
        lab.brief("sleep 600", name=name)
    path = launched_plans.written(lab, "brief: first.md", "brief: second.md, needs: first")
    lab.workcell("launch", path, "--no-window")
    for who in ("runner", "agent"):
        os.kill(look.at(lost).start[who]["pid"], signal.SIGKILL)
    eventually(lambda: look.at(lost).phase == phase.LOST)
    # what it does not know, and what it may not touch; the plan has a live run, which goes on
    kept = [
        *runs,
        *(os.path.join(lab.home, name) for name in (layout.WATCHES, layout.PLANS, layout.WAKE, layout.RESTING)),
    ]
    before = [frozen.state(one) for one in kept], [Path(ledger.path(run)).read_bytes() for run in runs]
    assert older.tick(lab.env()) == f"{os.path.basename(lost)}: settles (lost)\n"
    settled = (phase.SCHEDULED, phase.DONE)
    eventually(lambda: look.at(lost).phase in settled, what="the older workcell's end of the run that was lost")
    assert "settles" not in older.tick(lab.env())
    assert ([frozen.state(one) for one in kept], [Path(ledger.path(run)).read_bytes() for run in runs]) == before
    listening.watch.tick()
    listening.waits(told, 2)
    listening.waits(watcher, 2)
    prompts = [one["prompt"] for one in listening.turns()]
    assert "which woke nobody\n" in prompts and any("gone" in one for one in prompts), prompts
    [plan] = json.loads(lab.workcell("plan", "ls", "--json").stdout)["plans"]
    assert plan["state"] == "running" and len(watches.every(lab.home)) == 1
