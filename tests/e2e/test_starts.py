"""A runner that dies before its agent starts: noticed at once, told with what is known, and the run can be resumed."""

import os
import subprocess
import sys
import time

import pytest

from tests.faults import points
from tests.support.lab import ROOT
from workcell.launch import start
from workcell.rundir import ledger, look, phase

QUICK = 5.0
"""Seconds: far below start.PATIENCE, and far above what a loaded machine needs."""

SMALL = """
import os, sys, time
top, io, blocks = sys.argv[1], sys.argv[2], int(sys.argv[3])
from tests.faults import on_full_disk
from tests.support.lab import Lab
lab = Lab.__new__(Lab)
lab.top, lab.home, lab.repo, lab.repos = top, top + "/home", top + "/repo1", 1
lab.marks, lab.person, lab.temporary = (top + "/" + name for name in ("marks", "person", "tmp"))
run = lab.launch(lab.brief("true", io=io), "--prepare")
filler = on_full_disk.fill(lab.home)
os.truncate(filler, os.path.getsize(filler) - blocks * 4096)
began = time.monotonic()
ran = lab.workcell("resume", run, "--no-window", code=None)
took = time.monotonic() - began
print(ran.returncode, round(took, 2), ran.stderr.replace(chr(10), " | "))
assert took < 5.0, ran
assert "Traceback" not in ran.stderr
if ran.returncode:
    assert ran.returncode in (73, 74) and "No space left on device" in ran.stderr, ran
os.unlink(filler)
if ran.returncode:
    lab.workcell("resume", run, "--no-window", "--wait")
    sys.exit()
lab.workcell("wait", run, code=None)
found = lab.status(run)
# start.json had no room, and exit.json had: that is an end of the attempt, and it says so
assert found["outcome"] == "passed" or found["attempts"][0]["exit"]["how"] == "not-started", found
"""


@pytest.mark.skipif(points.STRACE is None, reason="strace is not installed")
def test_a_runner_that_is_killed_before_the_start(lab):
    """Where it takes the room for the exit record, which is the one call of fallocate."""
    run = lab.launch(lab.brief("true"), "--prepare")
    strace = [str(points.STRACE), "-f", "-qq", "-o", "/dev/null", "-e", "trace=fallocate"]
    words = [*strace, "-e", "inject=fallocate:signal=KILL", *lab.words("resume", run, "--no-window")]
    began = time.monotonic()
    ran = subprocess.run(words, env=lab.env(), cwd=lab.top, capture_output=True, text=True, timeout=60)
    assert time.monotonic() - began < start.PATIENCE * 0.6
    name = os.path.basename(run)
    assert ran.returncode == 74
    assert f"the runner of {name} ended before its agent started: it was killed" in ran.stderr
    assert f"hint: workcell resume {name}" in ran.stderr
    assert look.at(run).phase == phase.CREATED
    lab.workcell("resume", run, "--no-window", "--wait")


def test_what_the_runner_says_is_told(lab):
    run = lab.launch(lab.brief("true"), "--prepare")
    os.mkdir(ledger.slot_path(run))
    began = time.monotonic()
    ran = lab.workcell("resume", run, "--no-window", code=74)
    assert time.monotonic() - began < QUICK
    assert "ended before its agent started: Is a directory" in ran.stderr
    os.rmdir(ledger.slot_path(run))
    lab.workcell("resume", run, "--no-window", "--wait")


@pytest.mark.heavy
@pytest.mark.timeout(400)
@pytest.mark.parametrize("io", ["file", "terminal"])
def test_a_disk_with_a_few_blocks_left(lab, io):
    os.makedirs(lab.home, 0o700)
    ways = [["unshare", "-m"], ["unshare", "-Urm"]]
    trials = [subprocess.run([*way, "mount", "-t", "tmpfs", "tmpfs", lab.home], capture_output=True) for way in ways]
    usable = [way for way, trial in zip(ways, trials, strict=True) if trial.returncode == 0]
    if not usable:
        pytest.skip(f"no tmpfs can be mounted: {trials[-1].stderr.decode().strip()}")
    script = 'mount -t tmpfs -o size=4m,mode=700 tmpfs "$1" && shift && exec "$@"'
    for blocks in range(12):
        words = ["sh", "-c", script, "sh", lab.home, sys.executable, "-c", SMALL, lab.top, io, str(blocks)]
        env = lab.env(PYTHONPATH=str(ROOT))
        ran = subprocess.run([*usable[0], *words], env=env, cwd=ROOT, capture_output=True, text=True, timeout=90)
        assert ran.returncode == 0, (blocks, ran.stdout + ran.stderr)
        print(blocks, ran.stdout)
