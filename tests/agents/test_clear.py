"""clear and compact with the real programs: on standby, where nothing is typed, and at their terminals."""

import json
import os
from pathlib import Path

import pytest

from tests.support import watching
from tests.support.lab import eventually
from workcell.rundir import inbox, layout, look, standby

pytestmark = [pytest.mark.agents, pytest.mark.timeout(240)]

SECRET = "aardvark"


def asked(bench, since):
    """What was sent to the model since then, as text."""
    return json.dumps([body.get("messages") or body.get("input") for _, _, body in bench.model.seen[since:]])


def session(run):
    """The id of the conversation of its current attempt."""
    return str(look.at(run).attempt["agent_session"])


def typed(bench, run, verb):
    """Ask for it at a terminal, and wait until its words were taken: it waits for an agent that draws."""
    before = len(inbox.in_state(run, inbox.ACCEPTED))
    assert bench.json(verb, run)["state"] in ("accepted", "queued")
    eventually(lambda: len(inbox.in_state(run, inbox.ACCEPTED)) > before, 60.0, f"{verb} of {run}")


def waits(run, n):
    eventually(lambda: standby.waits(look.at(run)) and look.at(run).n == n, 90.0, f"{run} on standby in attempt {n}")


def test_claude_code_on_standby_is_compacted_and_begins_anew(bench):
    watching.Watch(bench.lab)
    watching.regular(bench.lab.home)
    run = bench.launch("claude", "tool", "true", "--standby", limits="wall: 5m")
    waits(run, 1)
    first = session(run)
    bench.json("send", run, f"the word is {SECRET}. RUN: true")
    waits(run, 2)
    bench.json("compact", run)
    bench.json("send", run, "what came after; RUN: true")
    waits(run, 3)
    assert (
        session(run) == first
        and '"compact_boundary"' in Path(layout.attempt(run, 3), layout.AGENT_DIR, "compact.log").read_text()
    )
    events = [one for one in bench.events(run) if one["type"] == "annotation" and one.get("attempt") == 3]
    assert any("compact" in str(one).lower() for one in events)
    assert bench.json("clear", run)["state"] == "queued"
    before = len(bench.model.seen)
    bench.json("send", run, "the next task; RUN: true")
    waits(run, 4)
    second = session(run)
    told = asked(bench, before)
    assert second != first and "the next task" in told and "Please do it." in told
    assert SECRET not in told and "what came after" not in told
    listed = {one["id"]: (one["run"], one["attempt"]) for one in bench.json("sessions")["sessions"]}
    assert (listed[first], listed[second]) == ((look.at(run).id, 3), (look.at(run).id, 4))
    assert SECRET in bench.workcell("show", first).stdout
    bench.json("send", run, "and another; RUN: true")
    waits(run, 5)
    assert session(run) == second, "it was cleared once"
    bench.workcell("stop", run)


@pytest.mark.parametrize("recipe", ["claude-tui", "codex-tui"])
def test_at_a_terminal_the_new_conversation_is_read_and_the_old_one_stays_listed(bench, recipe):
    run = bench.launch(recipe, "tool", "true")
    eventually(lambda: bench.state(run) == "idle", 60.0)
    eventually(lambda: [one for one in bench.json("sessions")["sessions"] if one["run"]], 40.0)
    [old] = [one["id"] for one in bench.json("sessions")["sessions"]]
    typed(bench, run, "compact")
    eventually(
        lambda: "compact" in str([one for one in bench.events(run) if one["type"] == "annotation"]).lower(), 60.0
    )
    eventually(lambda: bench.state(run) == "idle", 60.0)
    before = len(bench.model.seen)
    typed(bench, run, "clear")
    eventually(lambda: bench.state(run) == "idle", 40.0)
    bench.json("send", run, "what came after; RUN: true")
    eventually(lambda: bench.json("what", run)["asked"].startswith("what came after"), 60.0)
    eventually(lambda: bench.json("show", run)["turns"][-1]["ok"], 40.0)
    turns = bench.json("show", run)["turns"]
    assert turns[0]["own"] and turns[-1]["prompt"].startswith("what came after")
    assert "what came after" in bench.workcell("logs", run).stdout
    assert "what came after" in asked(bench, before) and "Please do it." not in asked(bench, before)
    listed = eventually(
        lambda: (found := bench.json("sessions")["sessions"]) and len(found) > 1 and found, 40.0, "two conversations"
    )
    assert {one["run"] for one in listed} == {os.path.basename(run)} and old in {one["id"] for one in listed}
    eventually(lambda: bench.state(run) == "idle", 60.0)
    typed(bench, run, "clear")
    bench.workcell("stop", run)
    said = bench.json("resume", run, "--native", "--dry-run")
    assert said["how"] == "artifacts" and said["how_why"].startswith("it was cleared"), said
