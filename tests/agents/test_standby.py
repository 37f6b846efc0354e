"""The real programs on standby: no process between turns, woken in their own conversation, ended by their check."""

import os

import pytest

from tests.support import watching
from tests.support.lab import eventually, naming
from workcell.rundir import layout, look, standby

pytestmark = [pytest.mark.agents, pytest.mark.timeout(240)]


def waits(bench, watch, run, n):
    """Wait until the run is on standby after attempt `n`, without a process: a program in a terminal is ended by ticks."""

    def there():
        seen = look.at(run)
        if seen.n == n and standby.waits(seen):
            return True
        if seen.io == "terminal" and bench.state(run) == "idle":
            watch.tick()
        return False

    eventually(there, 90.0, f"attempt {n} on standby")
    eventually(lambda: not naming(os.path.basename(run)), 20.0, "its last process")


@pytest.mark.parametrize("recipe", ("claude", "codex", "claude-tui", "codex-tui"))
def test_it_sleeps_without_a_process_and_wakes_in_its_conversation(bench, model, recipe):
    watch = watching.Watch(bench.lab)
    watching.regular(bench.lab.home)
    run = bench.launch(recipe, "tool", "printf hi > out.txt", "--standby")
    waits(bench, watch, run, 1)
    assert bench.state(run) == "waiting"
    [first] = bench.json("sessions")["sessions"]
    asked = len(model.seen)
    bench.workcell("send", run, "and what was it about?")
    waits(bench, watch, run, 2)
    later = [str(body) for _, _, body in model.seen[asked:]]
    assert any("and what was it about?" in body and "Please do it." in body for body in later), later
    [still] = bench.json("sessions")["sessions"]
    assert still["id"] == first["id"]
    slept = len(model.seen)
    bench.workcell("finish", run)
    assert bench.ended(run) == "passed" and look.at(run).n == 2
    assert len(model.seen) == slept, "the end asks no model"
    assert not os.path.exists(os.path.join(bench.lab.home, layout.WAKE, f"{os.path.basename(run)}.finish"))
