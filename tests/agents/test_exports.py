"""What the real programs did, handed on: each form, their screens at a time, and none of their keys."""

import json

import pytest

from tests.agents.conftest import KEY
from tests.support.lab import eventually
from workcell.rundir import look, phase
from workcell.terminal.emulator import Screen

pytestmark = pytest.mark.agents


@pytest.mark.parametrize("recipe", ["claude-tui", "codex-tui"])
def test_a_terminal_is_played_to_the_screen_that_it_showed(bench, recipe):
    run = bench.launch(recipe, "tool", f"echo {KEY} is the key; printf hi > out.txt", window=True)

    def told():
        return "is the key" in bench.workcell("export", run, "--as", "md", code=None).stdout

    # it is idle before its turn begins, too
    eventually(lambda: bench.state(run) == "approval" or told(), 60.0)
    if bench.state(run) == "approval":
        bench.workcell("answer", run, "1")
    eventually(lambda: bench.state(run) == "idle" and told(), 60.0)
    bench.workcell("stop", run)
    eventually(lambda: look.at(run).phase == phase.DONE, 60.0)
    texts = {form: bench.workcell("export", run, "--as", form).stdout for form in ("md", "html", "jsonl", "cast")}
    assert not [form for form, text in texts.items() if KEY in text]
    assert all("is the key" in texts[form] for form in ("md", "html", "jsonl"))
    head, *events = map(json.loads, texts["cast"].splitlines())
    screen = Screen(head["width"], head["height"])
    at_end = bench.json("screen", run, "--at", look.at(run).exit["ended_at"])
    for _, kind, data in events:
        if kind == "r":
            screen = Screen(*map(int, data.split("x")))
        else:
            screen.feed(data.encode())
    assert (screen.columns, screen.rows) == (at_end["columns"], at_end["rows"])
    then = [line.rstrip() for line in at_end["content"].split("\n")]
    assert [line for line in screen.lines() if line] == [line for line in then if line]
    assert len(events) > 5 and events[-1][0] > 1
    assert KEY not in at_end["content"]
