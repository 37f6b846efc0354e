"""Claude Code and Codex themselves, end to end, against the suite's own model."""

import json
import os
import signal
import subprocess
from pathlib import Path

import pytest

from tests.e2e.test_checks_after_turns import WAITS, answer, asked, told
from tests.support import far_ends, watching
from tests.support.lab import alive, eventually, naming
from workcell.rundir import inbox, layout, look

pytestmark = [pytest.mark.agents, pytest.mark.timeout(240)]

BOTH = pytest.mark.parametrize("agent", ["claude", "codex"])


@BOTH
def test_a_tool_call_edits_a_file_and_passes_verify(bench, agent):
    run = bench.launch(agent, "tool")
    assert bench.ended(run) == "passed"
    kinds = [line["type"] for line in bench.events(run)]
    for wanted in (
        "session.started",
        "tool.call",
        "tool.result",
        "assistant.message",
        "turn.completed",
        "cost",
        "hook",
    ):
        assert wanted in kinds
    keys = [line["id"] for line in bench.events(run) if "id" in line]
    assert len(keys) == len(set(keys))
    assert kinds.count("tool.call") == 1 and kinds.count("tool.result") == 1
    told = [line for line in bench.events(run) if "ref" in line]
    order = [line["type"] for line in told]
    begun, ended = order.index("turn.started"), order.index("turn.completed")
    assert ended > begun and all(line["turn"] and line["session"] for line in told[begun : ended + 1])
    analysis = json.loads(Path(layout.attempt(run, 1), layout.ANALYSIS).read_text())
    assert analysis["title"] and analysis["summary"] and analysis["category"]
    assert os.path.getsize(os.path.join(layout.attempt(run, 1), layout.TRANSCRIPT)) > 1000
    assert bench.json("judge", run)["verdict"] == "ok"
    assert "printf hi" in bench.json("what", run)["recently"]
    assert Path(bench.repo, "out.txt").read_text() == "hi"
    status = subprocess.run(["git", "status", "--porcelain"], cwd=bench.repo, capture_output=True, text=True)
    assert status.stdout == "?? out.txt\n", "the program or workcell left more than its work"


FAILURES = {
    "unauthorized": ("auth",),
    "limited": ("rate_limit",),
    "used-up": ("usage_limit",),
    "overloaded": ("server_error",),
    "cut": ("network", "server_error"),
}


@BOTH
@pytest.mark.parametrize("scene", FAILURES)
def test_a_failure_is_called_by_its_name(bench, agent, scene):
    run = bench.launch(agent, scene)
    assert bench.ended(run) == "failed"
    found = bench.json("judge", run)
    assert found["verdict"] in FAILURES[scene], found
    assert bench.json("why", run)["verdict"] == found["verdict"]
    if scene == "used-up":
        assert found["resets_at"]


@BOTH
def test_a_refused_connection(bench, agent):
    run = bench.launch(agent, "refused", base=f"http://127.0.0.1:{far_ends.free_port()}")
    if agent == "codex":  # it waits for the network for ever
        eventually(lambda: bench.state(run) == "retrying", 40.0)
        bench.workcell("stop", run)
    else:
        assert bench.ended(run) == "failed"
    assert bench.json("judge", run)["verdict"] == "network"


@BOTH
def test_a_stream_that_hangs_is_no_work_and_no_failure_of_the_key(bench, agent):
    run = bench.launch(agent, "hang", limits="wall: 12s")
    eventually(lambda: bench.model.seen, 30.0)
    assert bench.ended(run) == "failed"
    assert bench.json("judge", run)["verdict"] in ("stuck", "unknown", "network", "vanished")


@BOTH
def test_killed_in_mid_turn_it_goes_on_with_its_own_conversation(bench, agent):
    run = bench.launch(agent, "slow", "tail -f /dev/null")
    eventually(lambda: any(line.get("type") == "tool.call" for line in _captured(bench, run)), 40.0, "the call")
    os.kill(look.at(run).start["agent"]["pid"], signal.SIGKILL)
    assert bench.ended(run) == "failed"
    found = bench.json("judge", run)
    assert found["verdict"] in ("vanished", "unknown"), found
    before = len(bench.model.seen)
    bench.workcell("send", run, "mind the gap. RUN: printf hi > out.txt")
    bench.workcell("resume", run, "--native", "--no-window")
    assert bench.ended(run) == "passed"
    asked = str(bench.model.seen[before:])
    assert "tail -f /dev/null" in asked and "mind the gap" in asked, "the conversation before, and the message since"
    keys = [line["id"] for line in bench.events(run) if "id" in line]
    assert len(keys) == len(set(keys))


def _captured(bench, run):
    bench.workcell("status", run)
    return [*bench.events(run), *_spooled(run)]


def _spooled(run):
    from workcell.rundir import maildir

    box = os.path.join(run, layout.SPOOL)
    return [one for name in maildir.waiting(box) for one in (maildir.read(box, name) or {}).get("events", [])]


TUI = pytest.mark.parametrize("recipe", ["claude-tui", "codex-tui"])
ASKING = {"claude-tui": "printf hi > out.txt; touch /tmp/workcell-never", "codex-tui": "printf hi > out.txt"}


@TUI
def test_a_message_sent_while_it_works(bench, recipe):
    run = bench.launch(recipe, "slow", "true")
    eventually(lambda: bench.state(run) in ("working", "idle"), 40.0)
    done = bench.json("send", run, "second thoughts; RUN: true")
    assert done["state"] in ("accepted", "queued"), done
    eventually(lambda: "second thoughts" in str(bench.model.seen), 60.0)
    eventually(lambda: bench.state(run) == "idle", 40.0)
    # a transcript is written a little later than the screen
    eventually(lambda: bench.json("what", run)["asked"].startswith("second thoughts"), 20.0)
    assert (
        sum("second thoughts" in str(body.get("messages") or body.get("input")) for _, _, body in bench.model.seen) >= 1
    )
    bench.workcell("stop", run)


@pytest.mark.parametrize("recipe", ("claude", "codex", "claude-tui", "codex-tui"))
def test_the_check_after_a_turn_is_told_and_a_later_turn_mends_what_it_found(bench, recipe):
    live = recipe.endswith("-tui")
    watching.Watch(bench.lab)
    watching.regular(bench.lab.home)
    run = bench.launch(recipe, "tool", "true", *(() if live else ("--standby",)))
    rests = "idle" if live else "waiting"
    eventually(lambda: bench.state(run) == rests, 60.0)
    begun = look.at(run)
    sender = bench.lab.launch(bench.lab.brief(WAITS, name="sender"), repo=bench.lab.new_repo())
    key = asked(bench.lab, run, "look at it. RUN: true", sender)
    found = answer(run, key, 60.0)
    assert (found["outcome"], found["code"], found["at_end"]) == ("failed", 2, False), found
    text = told(sender, key)
    assert "did not pass (exit code 2" in text and "The run goes on" in text
    assert not Path(bench.repo, "out.txt").exists() and look.at(run).result is None
    key = asked(bench.lab, run, "write it. RUN: printf hi > out.txt", sender)
    found = answer(run, key, 60.0)
    assert (found["outcome"], found["at_end"]) == ("passed", False), found
    text = told(sender, key)
    assert "it passed" in text and "The run goes on" in text
    assert Path(bench.repo, "out.txt").read_text() == "hi" and "write it." in str(bench.model.seen)
    eventually(lambda: bench.state(run) == rests, 20.0)
    now = look.at(run)
    assert (now.result, now.n) == (None, 1 if live else 3)
    if live:
        assert now.agent_pid == begun.agent_pid and alive(begun.agent_pid)
    else:
        eventually(lambda: not naming(os.path.basename(run)), 20.0, "its last process")
    for one in (run, sender):
        bench.workcell("stop", one)


def test_a_permission_prompt_is_answered_and_one_is_left_alone(bench):
    run = bench.launch("claude-tui", "tool", "printf hi > out.txt; printf x > /tmp/workcell-asked-$$")
    eventually(lambda: bench.state(run) == "approval", 60.0)
    found = bench.json("judge", run)
    assert found["verdict"] == "prompt" and found["prompt"]["safe"]
    queued = bench.json("send", run, "y", "--urgent")
    assert queued["state"] == "queued" and "dialog" in queued["why"]
    assert not Path(bench.repo, "out.txt").exists(), "left alone, nothing is approved"
    assert bench.state(run) == "approval"
    bench.workcell("answer", run, "1")
    eventually(lambda: Path(bench.repo, "out.txt").exists(), 30.0)
    eventually(lambda: "'y'" in str(bench.model.seen) or '"y"' in str(bench.model.seen), 60.0)
    bench.workcell("stop", run)


@TUI
def test_the_tmux_server_killed_in_mid_turn(bench, recipe):
    run = bench.launch(recipe, "slow", "true", window=True)
    eventually(lambda: bench.state(run) == "working", 40.0)
    agent = look.at(run).start["agent"]["pid"]
    sock = os.path.join(bench.lab.home, layout.TMUX_SOCKET)
    subprocess.run(["tmux", "-S", sock, "kill-server"], check=True, timeout=20)
    eventually(lambda: bench.state(run) == "idle", 60.0)
    assert alive(agent)
    done = bench.json("send", run, "still there?")
    eventually(lambda: inbox.state(run, done["message"])[0] == inbox.ACCEPTED, 30.0, str(done))
    bench.workcell("stop", run)
    assert not alive(agent)
