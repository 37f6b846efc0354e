"""Finish, agent and tmux, each killed so often as is counted: a tick or a wait brings the run to a truthful end.

The victim is awaited before it is killed: a kill that hit nothing is not counted.
"""

import os
import random
import shutil
import signal
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.faults import truth
from tests.support import repos, watching
from tests.support.lab import Lab, alive, eventually, naming
from workcell.base import json_codec
from workcell.launch import wait
from workcell.rundir import layout, look, phase

AGENT = """
n=${WORKCELL_ATTEMPT##*/}
exec 9>>"$MARKS/agent.flock"
flock -n 9 || echo "agent $n beside another" >>"$MARKS/overlap"
echo "$n" >>"$MARKS/started"
for i in 1 2 3; do echo "line $i of $n"; echo "line $i of $n" >>"$MARKS/ack.$n"; done
until test -e "$MARKS/go"; do sleep 0.02; done
echo done >"$MARKS/done.$n"
"""
CHECK = """
exec 9>>"$MARKS/agent.flock"
flock -n 9 || echo "verify beside an agent" >>"$MARKS/overlap"
echo "${WORKCELL_ATTEMPT##*/}" >>"$MARKS/verified"
sleep 0.1
test -e "$MARKS/done.${WORKCELL_ATTEMPT##*/}"
"""
KILLS = 200


def persons(repo: str) -> list[str]:
    words = ("rev-parse HEAD", "ls-files -s", "stash list", "for-each-ref refs/heads", "status --porcelain=v2 --branch")
    return [repos.git(repo, *one.split()) for one in words] + [Path(repo, "file.txt").read_text()]


class Bench:
    """One home with a watchdog, and one run after the other in it."""

    def __init__(self, lab: Lab, dice: random.Random) -> None:
        self.lab, self.dice = lab, dice
        lab.workcell("ls")
        watching.quick(lab.home, "partial-completion", "vanished-session")
        self.watch = watching.Watch(lab)
        self.briefs = {io: lab.brief(AGENT, CHECK, io=io, name=f"struck-{io}") for io in ("file", "terminal")}
        self.ends: Counter[str] = Counter()

    def launch(self, *, window: bool = False) -> look.Look:
        """A run whose agent lives."""
        truth.clear_marks(self.lab)
        self.watch.path("actions.jsonl").unlink(missing_ok=True)  # caps would rightly end a series of deaths
        self.repo = self.lab.repo
        self.before = persons(self.repo)
        self.io = "terminal" if window else self.dice.choice(("file", "terminal"))
        self.run = self.lab.launch(self.briefs[self.io], window=window)
        seen = self.lab.phase(self.run, phase.RUNNING)
        eventually(lambda: self.lab.mark("ack.1").count("\n") == 3)
        return seen

    def go(self) -> None:
        Path(self.lab.marks, "go").touch()

    def ended(self) -> list[str]:
        """Bring the run to its end by ticks or by a wait; what is not true afterwards."""
        self.go()
        if self.dice.random() < 0.5:
            wait.wait([self.run], "done", 1.0)
        deadline = time.monotonic() + 60.0
        while look.at(self.run).phase != phase.DONE and time.monotonic() < deadline:
            self.watch.tick()
            wait.wait([self.run], "done", 0.3)
        seen = look.at(self.run)
        outcome = (seen.result or {}).get("outcome")
        self.ends[f"{outcome} in attempt {seen.n}"] += 1
        wrong = truth.unsound(self.run) + truth.breaches(self.lab, self.run, lines=self.io == "file")
        if seen.phase != phase.DONE or not (seen.result or {}).get("reason"):
            wrong.append(f"it is {seen.phase}: {seen.why} {seen.result}")
        started = self.lab.mark("started").split()
        if len(started) != len(set(started)):
            wrong.append(f"an attempt was started twice: {started}")
        for n in range(1, seen.n + 1):
            directory = layout.attempt(self.run, n)
            result = look.read_record(directory, layout.RESULT, [], required=False) or {}
            check = look.read_record(directory, layout.VERIFY, [], required=False) or {}
            if result.get("outcome") == "passed" and (check.get("code") != 0 or not self.lab.mark(f"done.{n}")):
                wrong.append(f"a false passed: {result}, {check}")
        events = [json_codec.decode(line) for line in Path(self.run, layout.EVENTS).read_bytes().splitlines()]
        counts = Counter((one["type"], one.get("attempt")) for one in events)
        for (kind, n), times in counts.items():
            # the script is started again where its run was cut short: its verdict is there once
            if kind in ("verify.ended", "attempt.ended", "run.ended") and times > 1:
                wrong.append(f"{times} times {kind} of attempt {n}")
        if persons(self.repo) != self.before:
            wrong.append(f"the repository was {self.before} and is {persons(self.repo)}")
        try:
            eventually(lambda: not naming(os.path.basename(self.run)), 10.0)
        except AssertionError:
            wrong.append("processes of it are left")
        checked = self.lab.workcell("fsck", self.run, "--json", code=None)
        if checked.returncode:
            wrong.append(f"fsck: {checked.returncode} {checked.stdout}{checked.stderr}")
        shutil.rmtree(self.run)
        return wrong


def kill(pid: int) -> int:
    """1 once the process is dead by this kill; 0 when there was none."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return 0
    eventually(lambda: not alive(pid))
    return 1


def finish(bench: Bench) -> int:
    """The process that was the runner, once the attempt is finishing, at some moment until its end."""
    seen = bench.launch()
    pid = seen.start["runner"]["pid"]
    bench.go()
    eventually(lambda: look.at(bench.run).phase in (phase.FINISHING, phase.DONE))
    time.sleep(bench.dice.random() * 0.4)  # the moment of the blow, and not a wait for anything
    if look.at(bench.run).phase != phase.FINISHING:
        return 0
    died = kill(pid)
    # the verdict could have been sealed in between: then it was killed at its very end, which counts as well
    return died


def agent(bench: Bench) -> int:
    seen = bench.launch()
    time.sleep(bench.dice.random() * 0.2)
    return kill(seen.start["agent"]["pid"])


def server(bench: Bench) -> int:
    """The tmux server with the window in it; the agent must not notice."""
    seen = bench.launch(window=True)
    (pid,) = eventually(bench.lab.servers)
    died = kill(pid)
    now = look.at(bench.run)
    assert (now.phase, now.start) == (phase.RUNNING, seen.start), "the run ended with its window"
    return died


VICTIMS = {"finish": finish, "agent": agent, "tmux": server}


def series(lab: Lab, victim: str, wanted: int) -> str:
    """Kill until so many have died; the figures. Fails with all that was wrong."""
    if victim == "tmux" and shutil.which("tmux") is None:
        pytest.skip("tmux is not installed")
    bench = Bench(lab, random.Random(f"{victim} 1"))
    died = cases = 0
    wrong: list[str] = []
    begun = time.monotonic()
    while died < wanted and len(wrong) < 20:
        cases += 1
        assert cases <= 4 * wanted + 10, f"the victim is hardly ever met: {died} of {cases}"
        died += VICTIMS[victim](bench)
        wrong += [f"case {cases}: {words}" for words in bench.ended()]
    figures = f"{victim}: {died} killed in {cases} cases, {time.monotonic() - begun:.0f} s, {dict(bench.ends)}"
    assert not wrong, figures + "\n" + "\n".join(wrong)
    if victim == "tmux":
        assert set(bench.ends) == {"passed in attempt 1"}, figures
    return figures


@pytest.mark.heavy
@pytest.mark.timeout(400)
@pytest.mark.parametrize("victim", list(VICTIMS))
def test_eight_are_killed(lab, victim):
    print("\n" + series(lab, victim, 8))


@pytest.mark.sweep
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("victim", list(VICTIMS))
def test_two_hundred_are_killed(lab, victim):
    print("\n" + series(lab, victim, KILLS))
