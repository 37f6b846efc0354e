"""A run that a newer version wrote: every verb says so and what to do, by whatever word the run is named."""

import json
import os
from pathlib import Path

import pytest

from workcell.base import digest, json_codec
from workcell.rundir import layout, ledger

VERBS = [
    "status RUN", "logs RUN", "events RUN", "what RUN", "why RUN", "judge RUN", "handoff RUN", "wait RUN",
    "resume RUN --no-window", "stop RUN", "verify RUN", "attach RUN", "send RUN hello", "answer RUN yes", "hold RUN",
    "release RUN", "recover RUN", "fsck RUN", "salvage show RUN",
]  # fmt: skip


def newer(run, file):
    """Make that record of the run one of the format after ours."""
    path = Path(run, file)
    found = json.loads(path.read_text())
    kind, _, major = found["schema"].rpartition("/")
    data = json.dumps({**found, "schema": f"{kind}/{int(major) + 1}"}).encode()
    path.write_bytes(data)
    # a newer workcell records the hash of what it writes
    top, n = (run, 0) if file == layout.LAUNCH else (os.path.dirname(os.path.dirname(run)), int(os.path.basename(run)))
    with open(ledger.path(top), "ab") as lines:
        lines.write(json_codec.encode_line({"attempt": n, "name": file, "sha256": digest.sha256(data)}))


@pytest.fixture
def up(lab):
    run = lab.launch(lab.brief(name="up"), "--wait")
    newer(run, layout.LAUNCH)
    for cache in (os.path.join(run, layout.STATUS), ledger.ended_path(run)):
        os.unlink(cache)  # of ours: the other version would have written its own
    return lab, run


def test_every_verb_says_so(up):
    lab, run = up
    name = os.path.basename(run)
    for verb in VERBS:
        for word in ("up", name, name[:-2], run):
            if word != "up" and not verb.startswith(("status", "stop")):
                continue
            said = [word if part == "RUN" else part for part in verb.split()]
            ran = lab.workcell(*said, code=78)
            assert f"{name} is of a newer format" in ran.stderr and "hint: install a newer workcell" in ran.stderr
    ran = lab.workcell("status", "up", "--json", code=78)
    assert json.loads(ran.stdout)["exit"] == 78


def test_an_attempt_of_a_newer_format_is_as_good_as_a_run_of_one(lab):
    run = lab.launch(lab.brief(name="up"), "--wait")
    newer(layout.attempt(run, 1), layout.ATTEMPT)
    assert "its attempt.json is of format 2" in lab.workcell("status", "up", code=78).stderr


def test_the_others_go_on(up):
    """ls, fsck and the watchdog leave it alone; fsck names the file."""
    lab, run = up
    other = lab.launch(lab.brief(name="other"), "--wait")
    assert os.path.basename(run) in lab.workcell("ls", "--all").stdout
    lab.workcell("watchdog", "tick")
    ran = lab.workcell("fsck", code=1)
    assert os.path.basename(run) in ran.stdout and "launch.json" in ran.stdout
    lab.workcell("status", os.path.basename(other))
