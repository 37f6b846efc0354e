"""Runs where the home is a tmpfs of 4 MB: an agent that goes on writing while the disk is full. `held_by_disk.py TOP WHAT`."""

import os
import signal
import sys
import time

from tests.faults import on_full_disk
from tests.support.lab import Lab, alive, eventually
from workcell.base import probe
from workcell.rundir import layout, locks, look, maildir, phase, slot
from workcell.sessions import agent_log

AGENT = """
trap 'exit 3' TERM
: >"$MARKS/ready"
until test -e "$MARKS/full"; do sleep 0.02; done
i=0
while test $i -lt 4000; do i=$((i+1)); echo "line $i of the full disk ................................................"; done
exit 7
"""


LITTLE = """
: >"$MARKS/ready"
until test -e "$MARKS/full"; do sleep 0.02; done
seq 500
exit 7
"""
"""It fits into the terminal, so that the agent ends while its runner waits for room."""


def begin(top: str, agent: str = AGENT) -> tuple[Lab, str, str]:
    """(lab, the run, the file that fills the disk): the agent is held in a write."""
    lab = Lab.__new__(Lab)
    lab.top, lab.home = top, os.path.join(top, "home")
    lab.marks, lab.person, lab.temporary = (os.path.join(top, name) for name in ("marks", "person", "tmp"))
    lab.repo, lab.repos = os.path.join(top, "repo1"), 1
    run = lab.launch(lab.brief(agent, "true", io="terminal", recipe="  reader: claude"))
    lab.phase(run, phase.RUNNING)
    eventually(lambda: os.path.exists(os.path.join(lab.marks, "ready")))
    assert lab.status(run)["needs"] is None and not said(lab, run)
    # something that status and why would write down, were there room
    payload = {"hook_event_name": "SessionStart", "session_id": "s", "source": "startup"}
    message = {"type": "hook", "source": "claude", "attempt": 1, "payload": payload}
    maildir.deliver(os.path.join(run, layout.SPOOL), message)
    eventually(lambda: not maildir.waiting(os.path.join(run, layout.SPOOL)))
    filler = on_full_disk.fill(lab.home)
    open(os.path.join(lab.marks, "full"), "w").close()
    eventually(lambda: locks.held(os.path.join(run, layout.FULL_LOCK)) == probe.YES)
    return lab, run, filler


def said(lab: Lab, run: str) -> bool:
    """Whether status and why say that the disk holds the run; both or neither."""
    found = lab.status(run)
    words = str(found["reason"])
    why = lab.workcell("why", run).stdout
    shown = lab.workcell("status", run).stdout
    says = ["the disk is full" in words, "the disk is full" in why, "the disk is full" in " ".join(shown.split())]
    assert all(says) or not any(says), (words, why, shown)
    return all(says)


def freed(top: str) -> None:
    """Status and why say it, and stop to say it when room returns; no line is lost."""
    lab, run, filler = begin(top)
    assert said(lab, run)
    needed = lab.status(run)["needs"]
    assert (needed["kind"], needed["command"]) == ("room", "workcell doctor")
    assert "  the agent  stuck (100% sure)" in lab.workcell("why", run).stdout
    os.unlink(filler)
    lab.workcell("wait", run)
    assert not said(lab, run) and locks.held(os.path.join(run, layout.FULL_LOCK)) == probe.NO
    assert look.at(run).exit["code"] == 7
    lines = [line for line in lab.log(run).split("\n") if line.startswith("line ")]
    assert [line[: line.index(" ...")] for line in lines] == [f"line {i} of the full disk" for i in range(1, 4001)]
    directory = layout.attempt(run, 1)
    with open(os.path.join(directory, layout.AGENT_TIMES)) as file:
        times = [tuple(map(int, line.split())) for line in file.read().splitlines() if "x" not in line]
    assert sum(size for _, size in times) == sum(map(len, agent_log.raw(directory))), "no line of the times is torn"


def stopped(top: str) -> None:
    """One stop ends the run, although nothing can be written; the result stands once there is room."""
    lab, run, filler = begin(top)
    seen = look.at(run)
    agent, runner = (seen.start[who]["pid"] for who in ("agent", "runner"))
    began = time.monotonic()
    ran = lab.workcell("stop", run, "--grace", "1s", code=None)
    assert time.monotonic() - began < 20, ran
    assert ran.returncode in (0, 74), ran
    assert ran.returncode == 0 or "No space left" in ran.stderr, ran
    eventually(lambda: not alive(agent) and not alive(runner))
    seen = look.at(run)
    assert seen.exit["how"] == "stopped" and seen.phase in (phase.INTERRUPTED, phase.DONE), (seen.phase, seen.exit)
    os.unlink(filler)
    lab.workcell("wait", run, code=1)
    assert look.at(run).result["outcome"] == "stopped"
    with open(os.path.join(run, layout.RUNNER_LOG)) as file:
        print(file.read())


def ended(top: str) -> tuple[Lab, str, str]:
    """As `begin`: the agent has ended with 7, and its runner waits for room for its log."""
    lab, run, filler = begin(top, LITTLE)
    eventually(lambda: (slot.kept(run, 1) or {}).get("code") == 7)
    assert not os.path.exists(os.path.join(layout.attempt(run, 1), layout.EXIT))
    return lab, run, filler


def killed(top: str) -> None:
    """The exit code outlives the full disk and the death of the runner."""
    lab, run, filler = ended(top)
    os.kill(look.at(run).start["runner"]["pid"], signal.SIGKILL)
    lab.phase(run, phase.INTERRUPTED)
    assert not said(lab, run)
    os.unlink(filler)
    lab.workcell("wait", run, code=None)
    seen = lab.phase(run, phase.DONE)
    assert (seen.exit["how"], seen.exit["code"]) == ("reaped", 7)


def late(top: str) -> None:
    """A stop that comes after the agent's end waits for no log. It finds no room itself, and says so."""
    lab, run, filler = ended(top)
    runner = look.at(run).start["runner"]["pid"]
    ran = lab.workcell("stop", run, code=None, timeout=30)
    assert ran.returncode == 74 and "No space left" in ran.stderr, ran
    eventually(lambda: not alive(runner))
    os.unlink(filler)
    lab.workcell("wait", run, code=None)
    seen = lab.phase(run, phase.DONE)
    assert (seen.exit["how"], seen.exit["code"]) == ("reaped", 7)


if __name__ == "__main__":
    {"freed": freed, "stopped": stopped, "killed": killed, "late": late}[sys.argv[2]](sys.argv[1])
