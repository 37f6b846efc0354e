"""Events as they happen: read from the agent's records by the process that follows, in one run and in all."""

import contextlib
import json
import os
import subprocess
import threading
import time
from pathlib import Path

from tests.support.lab import eventually
from workcell.rundir import layout, phase

FEED = """
: > $MARKS/feed
exec tail -n +1 -f $MARKS/feed
"""
"""An agent that says what the test puts into a file."""


def call(number):
    use = {"type": "tool_use", "id": f"t{number}", "name": "Bash", "input": {"command": f"make {number}"}}
    return {"type": "assistant", "uuid": f"u{number}", "message": {"id": f"m{number}", "content": [use]}}


@contextlib.contextmanager
def following(lab, *args):
    """The events that `workcell events … -f` prints, as a list that grows, each with the moment at which it came."""
    found = []
    with subprocess.Popen(lab.words("events", *args, "-f", "--json"), env=lab.env(), stdout=subprocess.PIPE) as process:

        def read():
            for line in process.stdout:
                found.append({"came": time.time(), **json.loads(line)})

        reader = threading.Thread(target=read)
        reader.start()
        try:
            yield found, process
        finally:
            process.terminate()
            reader.join()


def tell(lab, *records):
    """Have the agent write these records; when."""
    with open(Path(lab.marks, "feed"), "a") as file:
        file.writelines(json.dumps(record) + "\n" for record in records)
    return time.time()


def fed(lab, name="talker"):
    run = lab.launch(lab.brief(FEED, None, name=name, recipe="  reader: claude"), repo=lab.new_repo())
    lab.phase(run, phase.RUNNING)
    eventually(lambda: os.path.exists(Path(lab.marks, "feed")))
    return run


def of(found, *kinds):
    return [event for event in found if event["kind"] in kinds]


def test_a_tool_call_is_there_two_seconds_after_the_agent_wrote_it_and_no_other_process_looks(lab):
    run = fed(lab)
    late = []
    with following(lab, "talker") as (found, process):
        eventually(lambda: of(found, "attempt.started"))
        for number in range(4):
            wrote = tell(lab, call(number))
            seen = eventually(lambda number=number: of(found, "tool.call")[number:], 20.0, f"call {number}")
            late.append(seen[0]["came"] - wrote)
            assert seen[0]["text"] == f"Bash: make {number}" and seen[0]["run"] == os.path.basename(run)
        lab.workcell("stop", "talker", "--grace", "1s")
        assert process.wait(30.0) == 0
    assert found[-1]["kind"] == "run.ended"
    assert sorted(late)[1] <= 2.0, late  # one of them may meet a busy moment of this machine


def test_all_runs_are_followed_from_now_on_and_one_that_ended_is_watched_no_more(lab):
    first = fed(lab, "first")
    with following(lab, "--all") as (found, _):
        eventually(lambda: tell(lab, call(time.time_ns())) and of(found, "tool.call"), 30.0, "a call of the first run")
        second = lab.launch(lab.brief("sleep 600", None, name="second"), repo=lab.new_repo())
        began = eventually(lambda: [one for one in found if one["run"] == os.path.basename(second)])
        assert began[0]["n"] == 1  # a run that begins is told from its first event on
        lab.workcell("stop", "first", "--grace", "1s")
        ended = eventually(lambda: of(found, "run.ended"))
        assert ended[0]["run"] == os.path.basename(first)
        lab.workcell("stop", "second", "--grace", "1s")
        eventually(lambda: len(of(found, "run.ended")) == 2)


def test_events_of_a_live_run_have_what_its_agent_said_before_they_were_asked_for(lab):
    fed(lab)
    tell(lab, call(1), call(2))
    eventually(lambda: _in_log(lab))
    found = [json.loads(line) for line in lab.workcell("events", "talker", "--kind", "tool").stdout.splitlines()]
    assert [one["text"] for one in found] == ["Bash: make 1", "Bash: make 2"]
    lab.workcell("stop", "talker", "--grace", "1s")


def _in_log(lab):
    (run,) = lab.runs()
    return b"make 2" in Path(layout.attempt(run, 1), layout.AGENT_LOG).read_bytes()
