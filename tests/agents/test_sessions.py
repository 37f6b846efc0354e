"""Sessions that the real programs had by themselves: listed, shown, searched, live, and continued in a run."""

import json
import os
import shlex
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.support.agent_sessions import tree
from tests.support.lab import eventually
from workcell.rundir import layout, look

pytestmark = [pytest.mark.agents, pytest.mark.timeout(240)]

BOTH = pytest.mark.parametrize("agent", ["claude", "codex"])
ALONE = {
    "claude": ["claude", "-p", "--dangerously-skip-permissions"],
    "codex": ["codex", "exec", "--skip-git-repo-check", "--dangerously-bypass-approvals-and-sandbox"],
}
FOLDER = {"claude": ".claude/projects", "codex": ".codex/sessions"}


def had(bench, agent: str, scene: str, words: str) -> str:
    """A conversation of the program by itself in a new repository; the repository."""
    bench.given = bench.env(agent, f"{bench.model.base}/{scene}")
    bench.repo = bench.lab.new_repo()
    subprocess.run(
        [*ALONE[agent], words],
        cwd=bench.repo,
        env=bench.given,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=90,
    )
    return str(bench.repo)


@BOTH
def test_a_conversation_without_a_run_is_listed_shown_searched_and_goes_on_in_one(bench, agent):
    repo = had(bench, agent, "tool", "plant a quokka. RUN: printf no > out.txt")
    kept = Path(bench.lab.person, FOLDER[agent])
    before = tree(kept)
    [session] = bench.json("sessions")["sessions"]
    assert (session["agent"], session["via"], session["directory"]) == (agent, "headless", os.path.realpath(repo))
    assert "quokka" in session["title"] and session["turn"] == "ended" and session["run"] is None
    name = f"{agent}:{session['short']}"
    assert "printf no" in bench.workcell("show", name).stdout
    assert name in bench.workcell("search", "quokka").stdout
    refused = bench.workcell("adopt", name, "--no-window", code=75)
    assert "was written to" in refused.stderr and not bench.lab.runs()
    assert tree(kept) == before, "looking changed something of the program"
    for path in kept.rglob("*.jsonl"):
        os.utime(path, (time.time() - 90, time.time() - 90))
    words = ("-m", "Write hi.\n\nRUN: printf hi > out.txt\n", "--verify", "grep -q hi out.txt", "--no-window")
    run = bench.lab.run(bench.workcell("adopt", name, *words).stdout.split()[0])
    assert bench.ended(run) == "passed", bench.workcell("why", run).stdout
    asked = json.dumps(bench.model.seen[-1][2])
    assert "quokka" in asked, "the conversation did not go on"
    assert look.at(run).attempt["native"] and not [
        line for line in bench.events(run) if "quokka" in str(line.get("text"))
    ], "what was said before the run is no event of it"
    [after] = [one for one in bench.json("sessions")["sessions"] if one["id"] == session["id"]]
    assert after["run"] == os.path.basename(run)
    again = bench.workcell("adopt", name, "--no-window", code=77)
    assert f"workcell resume {os.path.basename(run)} --native" in again.stderr
    lease = Path(bench.lab.home, layout.LEASES, f"session-{agent}-{session['id']}")
    assert json.loads(lease.read_text())["run"] == os.path.basename(run)


@BOTH
def test_a_process_that_has_a_session_open_is_found_and_keeps_it(bench, agent):
    bench.given = bench.env(agent, f"{bench.model.base}/hang")
    repo = bench.lab.new_repo()
    line = shlex.join([*ALONE[agent], "say hello"])
    process = subprocess.Popen(
        ["sh", "-c", f"exec {line}"],
        cwd=repo,
        env=bench.given,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        [session] = eventually(lambda: bench.json("sessions", "--live")["sessions"], 60.0, "a session with a process")
        assert [one["directory"] for one in session["processes"]] == [os.path.realpath(repo)]
        refused = bench.workcell("adopt", f"{agent}:{session['id']}", "--no-window", code=77)
        assert "open" in refused.stderr and "end that program first" in refused.stderr
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    eventually(lambda: not bench.json("sessions", "--live")["sessions"], 10.0)
