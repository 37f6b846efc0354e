"""SIGKILL at the state-changing system calls of each program: the directory tells the truth afterwards."""

import os
import signal
import sys
from pathlib import Path

import pytest

from tests.faults import points, truth
from tests.support.lab import ROOT, Lab, alive, eventually, naming, rewrite_pinned
from workcell.base import json_codec
from workcell.rundir import layout, look, phase

pytestmark = pytest.mark.skipif(points.STRACE is None, reason="strace is not installed")

RUNNER = [sys.executable, "-I", "-S", str(ROOT / "tests/faults/become_runner.py"), str(ROOT / "workcell")]


class Program:
    """One program, the state it starts from, and how it is run."""

    def __init__(self, lab: Lab, argv: list[str], env: dict[str, str], stage: truth.Stage | None) -> None:
        self.lab, self.argv, self.env, self.stage = lab, argv, env, stage

    def set(self) -> None:
        if self.stage is not None:
            self.stage.set()
            return
        truth.clear_marks(self.lab)
        truth.clear_home(self.lab)

    def run(self) -> str | None:
        if self.stage is not None:
            return self.stage.run
        found = self.lab.runs()
        return found[0] if found else None


def launching(lab: Lab, io: str) -> Program:
    brief = lab.brief(truth.AGENT, truth.VERIFY, io=io)
    lab.workcell("ls")
    words = lab.words("launch", brief, "--repo", lab.repo, "--no-window")
    return Program(lab, words, lab.env(), None)


def running(lab: Lab, io: str) -> Program:
    run = lab.launch(lab.brief(truth.AGENT, truth.VERIFY, io=io), "--prepare")
    env = dict(json_codec.decode(Path(run, layout.ENV).read_bytes())["env"])
    env["WORKCELL_ATTEMPT"] = f"{os.path.basename(run)}/1"
    return Program(lab, [*RUNNER, run, "1"], env, truth.Stage(lab, run))


FILL = 'for i in $(seq 400); do echo "filler $i ................................"; done\n'


def rolling(lab: Lab, io: str) -> Program:
    """A runner whose log rolls several times."""
    run = lab.launch(lab.brief(FILL + truth.AGENT + FILL, truth.VERIFY, io="terminal"), "--prepare")
    # as it stands in every attempt.json, less some zeros
    rewrite_pinned(run, 1, layout.ATTEMPT, lambda text: text.replace('"roll_bytes": 4000000', '"roll_bytes": 4096'))
    env = dict(json_codec.decode(Path(run, layout.ENV).read_bytes())["env"])
    env["WORKCELL_ATTEMPT"] = f"{os.path.basename(run)}/1"
    return Program(lab, [*RUNNER, run, "1"], env, truth.Stage(lab, run))


def resuming(lab: Lab, io: str) -> Program:
    run = lab.launch(lab.brief(truth.AGENT, truth.VERIFY, io=io), "--wait", code=1)
    return Program(lab, lab.words("resume", run, "--no-window"), lab.env(), truth.Stage(lab, run))


def settling(lab: Lab, io: str) -> Program:
    """A run whose runner and agent were killed in the middle."""
    first = 'test "${WORKCELL_ATTEMPT##*/}" = 1 && sleep 60'
    run = lab.launch(lab.brief(f"{first}\n{truth.AGENT}", truth.VERIFY, io=io))
    seen = lab.phase(run, phase.RUNNING)
    os.kill(seen.start["runner"]["pid"], signal.SIGKILL)
    eventually(lambda: not alive(seen.start["runner"]["pid"]))
    for pid in naming(os.path.basename(run)):
        os.kill(pid, signal.SIGKILL)
    lab.phase(run, phase.LOST)
    return Program(lab, lab.words("wait", run), lab.env(), truth.Stage(lab, run))


PROGRAMS = {"launch": launching, "runner": running, "rolling": rolling, "resume": resuming, "settle": settling}


def strike(program: Program, point: points.Point, how: str, *, lines: bool) -> tuple[bool, list[str]]:
    """(whether the program got there, what was wrong afterwards)."""
    lab = program.lab
    program.set()
    landed = points.struck(program.argv, point, how, env=program.env, cwd=lab.top)
    run = program.run()
    if run is None:
        # killed before the run was born: nothing of it may be in the way of the next launch
        if how == "signal=KILL" and landed:
            lab.workcell("launch", lab.top + "/brief.md", "--repo", lab.repo, "--no-window", "--wait", code=1)
            run = program.run()
            assert run is not None
        else:
            return landed, []
    wrong = truth.check(lab, run, truth.sealed(run), lines=lines)
    return landed, wrong if how == "signal=KILL" else wrong + truth.exit_lost(lab, run)


def sweep(program: Program, chosen: list[points.Point], how: str, *, lines: bool) -> str:
    """Strike at every point; a summary. Fails with everything that was wrong."""
    landed, wrong = 0, []
    for point in chosen:
        got, found = strike(program, point, how, lines=lines)
        landed += got
        wrong += [f"{how} at {point}: {words}" for words in found]
    summary = f"{len(chosen)} points, {landed} landed, {len(wrong)} violations"
    assert not wrong, summary + "\n" + "\n".join(wrong)
    assert landed >= len(chosen) * 0.7, summary
    return summary


def test_killed_at_some_calls(lab):
    killed_at_a_sample(lab, "runner", "file", 4)


@pytest.mark.heavy
@pytest.mark.parametrize("name, io, count", [
    ("launch", "file", 10), ("runner", "file", 14), ("runner", "terminal", 8), ("rolling", "terminal", 8),
    ("resume", "file", 10), ("settle", "file", 10),
])  # fmt: skip
def test_killed_at_a_sample_of_calls(lab, name, io, count):
    killed_at_a_sample(lab, name, io, count)


def killed_at_a_sample(lab, name, io, count):
    program = PROGRAMS[name](lab, io)
    program.set()
    found = points.points(program.argv, env=program.env, cwd=lab.top)
    eventually(lambda: look.at(program.run()).phase == phase.DONE)
    assert len(found) > 2 * count, found
    sweep(program, points.spread(found, count), "signal=KILL", lines=io == "file")


@pytest.mark.sweep
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("name, io", [
    *((name, "file") for name in PROGRAMS if name != "rolling"), ("runner", "terminal"), ("rolling", "terminal"),
    ("settle", "terminal"),
])  # fmt: skip
def test_killed_at_every_call(lab, name, io):
    program = PROGRAMS[name](lab, io)
    program.set()
    found = points.points(program.argv, env=program.env, cwd=lab.top)
    eventually(lambda: look.at(program.run()).phase == phase.DONE)
    print(f"\nSIGKILL in {name}, io {io}: {sweep(program, found, 'signal=KILL', lines=io == 'file')}")
