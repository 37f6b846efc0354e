"""A note from outside of a live run, and from the agent inside, through the program itself."""

import json
import os
import shlex
import sys
from pathlib import Path

from tests.support.lab import eventually
from workcell.rundir import phase

NOTE = f"{shlex.quote(sys.executable)} -m workcell note"


def test_a_live_run_has_it_at_once_and_its_agent_may_note_beside_itself_alone(lab):
    stranger = lab.launch(lab.brief("true", name="stranger"), "--wait", repo=lab.new_repo())
    given = {name: lab.env()[name] for name in ("PYTHONPATH", "WORKCELL_HOME")}
    words = "".join(f"export {name}={shlex.quote(value)}\n" for name, value in given.items())
    words += f'{NOTE} "${{WORKCELL_ATTEMPT%/*}}" "half is done" > $MARKS/own 2>&1; echo $? >> $MARKS/own\n'
    words += f"{NOTE} {os.path.basename(stranger)} x > $MARKS/other 2>&1; echo $? >> $MARKS/other\nsleep 600"
    run = lab.launch(lab.brief(words, name="talker"), repo=lab.new_repo())
    lab.phase(run, phase.RUNNING)
    said = lab.workcell("note", "talker", "from outside")
    assert said.stdout.startswith("noted beside ") and "kept" not in said.stderr
    eventually(lambda: lab.mark("other").endswith("77\n"), 30.0, "the refusal")
    assert lab.mark("own").endswith("\n0\n"), lab.mark("own")
    assert "reaches only runs that this run launched" in lab.mark("other")
    lab.workcell("stop", "talker", "--grace", "1s")
    events = [json.loads(line) for line in lab.workcell("events", "talker").stdout.splitlines()]
    found = {event["text"]: event["by"] for event in events if event["type"] == "annotation"}
    assert found == {"from outside": "person", "half is done": f"run:{os.path.basename(run)}/1"}
    shown = lab.workcell("status", "talker").stdout
    assert "from outside" in shown and f"by {os.path.basename(run)}" in shown


def test_what_an_agent_asks_for_is_in_the_home_of_its_run(lab):
    """The agent has no other way to know a home that is not the usual one."""
    command = f"export PYTHONPATH={shlex.quote(lab.env()['PYTHONPATH'])}\n"
    command += f'{sys.executable} -m workcell ls --json >"$MARKS/ls.json"\necho "$WORKCELL_HOME" >"$MARKS/home"'
    run = lab.launch(lab.brief(command, verify='test "$WORKCELL_HOME" = "$(cat "$MARKS/home")"'), "--wait")
    assert Path(lab.marks, "home").read_text() == f"{lab.home}\n"
    found = json.loads(Path(lab.marks, "ls.json").read_text())
    assert [one["id"] for one in found["runs"]] == [os.path.basename(run)]
