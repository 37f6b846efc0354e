"""What one look at a live run finds: lines of hooks are telling, and an agent at work is read now and then."""

import json
import os

import pytest

from workcell.rundir import heartbeat, layout, look, phase
from workcell.watch import findings, observe


class Bench:
    """A running attempt as far as findings look at it, and a watchdog with a clock of its own."""

    def __init__(self, top):
        self.home = str(top)
        os.mkdir(heartbeat.directory(self.home))
        self.seen = look.Look(os.path.join(self.home, layout.RUNS, "r"))
        self.seen.n, self.seen.directory, self.seen.phase = 1, layout.attempt(self.seen.run, 1), phase.RUNNING
        self.seen.attempt = {"reader": "claude"}
        os.makedirs(self.seen.directory)
        self.seconds = 0.0
        self.find(0.0)

    def find(self, later=60.0):
        self.seconds += later
        wall, mono = 1e9 + self.seconds, 30_000 + self.seconds
        memory = observe.Memory(self.home, observe.Now(wall=wall, mono=mono, boottime=mono, boot="b"))
        found = findings.find(self.seen, memory, False)
        memory.keep({self.seen.id})
        memory.stamp({})
        return found

    def log(self):
        with open(os.path.join(self.seen.directory, layout.AGENT_LOG), "a") as file:
            file.write("more\n")

    def hook(self, event, **payload):
        """A line as the runner brings it from the spool."""
        line = {
            "n": 1,
            "type": "hook",
            "source": "claude",
            "attempt": 1,
            "payload": {"hook_event_name": event, **payload},
        }
        with open(os.path.join(self.seen.run, layout.EVENTS), "a") as file:
            file.write(json.dumps(line) + "\n")


@pytest.fixture
def bench(tmp_path):
    return Bench(tmp_path)


@pytest.mark.parametrize(
    ("event", "payload"),
    [
        ("PermissionRequest", {"tool_name": "Bash", "tool_input": {"command": "touch x"}}),
        ("Notification", {"notification_type": "permission_prompt", "message": "Claude needs your permission"}),
        ("Notification", {"notification_type": "idle_prompt"}),
        ("PreToolUse", {"tool_name": "AskUserQuestion", "tool_input": {"questions": []}}),
        ("Stop", {"last_assistant_message": "Done."}),
        ("StopFailure", {"error": "rate_limit"}),
        ("SessionEnd", {"reason": "other"}),
    ],
)
def test_a_telling_hook_is_judged_at_the_next_tick(bench, event, payload):
    bench.hook(event, **payload)
    assert bench.find() == "judge"
    assert bench.find() is None, "once"


@pytest.mark.parametrize(
    ("event", "payload"),
    [
        ("PreToolUse", {"tool_name": "Bash", "tool_input": {"command": 'grep "PermissionRequest" "Stop" hooks.json'}}),
        ("PostToolUse", {"tool_name": "Bash"}),
        ("UserPromptSubmit", {"prompt": 'explain the hooks: "Stop", "StopFailure"'}),
    ],
)
def test_a_hook_of_an_agent_at_work_is_not(bench, event, payload):
    bench.hook(event, **payload)
    assert bench.find() is None


def test_an_agent_at_work_is_read_now_and_then_and_one_that_rests_is_not(bench):
    found = []
    for _ in range(15):
        bench.log()
        found.append(bench.find())
    assert found.count("read") == 3 and set(found) == {None, "read"}
    rested = [bench.find() for _ in range(4)]  # then comes the look at a run that is silent for long
    assert rested.count("read") <= 1


def test_an_agent_without_a_reader_is_never_read(bench):
    bench.seen.attempt = {"reader": "none"}
    for _ in range(15):
        bench.log()
        assert bench.find() is None
