"""A tick with nothing to do is nearly free: one question to tmux, none to git, and no more CPU than three bare scans."""

import os
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import cpu_seconds, crowds
from tests.support.lab import ROOT
from workcell.rundir import layout

TICK = [sys.executable, "-I", str(ROOT / "workcell" / "__main__.py"), "watchdog", "tick"]
BARE = "import os, sys\nfor entry in os.scandir(sys.argv[1]): os.stat(entry.path)"
HEAVY = (
    "apprise",
    "jinja2",
    "pydantic",
    "ruamel",
    "typer",
    "psutil",
    "git",
    "requests",
    "dataclasses",
)


def crowd(lab, done, live):
    run = lab.launch(lab.brief("true", "true", recipe="  reader: claude"), "--wait", window=True)
    crowds.done(lab.home, done)
    found = crowds.Live(lab, run, live, os.getpid())
    lab.tmux("-f", "/dev/null", "new-session", "-d", "-s", "x", "sleep 1000")
    for _ in range(2):
        assert subprocess.run(TICK, env=lab.env(), capture_output=True, check=True).stdout == b""
    return found


def test_what_a_tick_imports_and_asks(lab):
    live = crowd(lab, 20, 5)
    tools = Path(lab.top, "tools")
    tools.mkdir()
    for name in ("git", "tmux"):
        (tools / name).write_text(f'#!/bin/sh\necho {name} "$@" >>{lab.marks}/asked\nexec {shutil.which(name)} "$@"\n')
        (tools / name).chmod(0o755)
    env = lab.env(PATH=f"{tools}:{os.environ['PATH']}")
    code = (
        "import sys; sys.argv[1:] = ['watchdog', 'tick']; sys.path.insert(0, sys.argv[0] or '.');"
        f"sys.path.insert(0, {str(ROOT)!r}); from workcell.__main__ import main; main(); print(*sorted(sys.modules))"
    )
    ran = subprocess.run([sys.executable, "-I", "-c", code], env=env, capture_output=True, text=True, check=True)
    live.close()
    loaded = set(ran.stdout.split())
    assert not loaded & set(HEAVY), loaded & set(HEAVY)
    asked = lab.mark("asked").splitlines()
    assert len(asked) == 1 and "list-sessions" in asked[0], asked


def cpu(argv, env, times):
    """CPU seconds of the program and of all that it starts: the median of several runs."""
    return statistics.median(cpu_seconds.of(argv, env) for _ in range(times))


@pytest.mark.heavy
@pytest.mark.serial
@pytest.mark.timeout(300)
def test_ten_thousand_done_and_a_hundred_live_cost_three_bare_scans_at_most(lab):
    live = crowd(lab, 10_000, 100)
    bare = [sys.executable, "-I", "-c", BARE, os.path.join(lab.home, layout.RUNS)]
    ratios = []
    for _ in range(3):
        scan, tick = cpu(bare, lab.env(), 5), cpu(TICK, lab.env(), 5)
        ratios.append(tick / scan)
        print(
            f"\ntick {tick:.3f} s, bare scan {scan:.3f} s, ratio {tick / scan:.2f}; {tick * 1440:.0f} CPU-seconds a day"
        )
    live.close()
    assert statistics.median(ratios) <= 3.0, ratios


@pytest.mark.serial
def test_an_idle_home_costs_less_than_two_minutes_of_cpu_a_day(lab):
    live = crowd(lab, 200, 5)
    found = cpu(TICK, lab.env(), 5)
    print(f"\nidle home: {found:.3f} s a tick, {found * 1440:.0f} CPU-seconds a day")
    live.close()
    assert found * 1440 < 120
