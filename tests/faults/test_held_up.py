"""A live run that the disk holds up: what readers are told, what ends it, and what a limit on file sizes does to it."""

import os
import resource
import subprocess
import sys
import time

import pytest

from tests.support.lab import ROOT, alive, eventually
from workcell.rundir import layout, log_segments, look, phase
from workcell.runner import log

SMALL_DISK = 'mount -t tmpfs -o size=4m,mode=700 tmpfs "$1" && shift && exec "$@"'


@pytest.mark.parametrize("what", ["freed", "stopped", "killed", "late"])
@pytest.mark.heavy
def test_on_a_disk_that_is_really_full(lab, what):
    os.makedirs(lab.home, 0o700)
    ways = [["unshare", "-m"], ["unshare", "-Urm"]]
    trials = [subprocess.run([*way, "mount", "-t", "tmpfs", "tmpfs", lab.home], capture_output=True) for way in ways]
    usable = [way for way, trial in zip(ways, trials, strict=True) if trial.returncode == 0]
    if not usable:
        pytest.skip(f"no tmpfs can be mounted: {trials[-1].stderr.decode().strip()}")
    words = ["sh", "-c", SMALL_DISK, "sh", lab.home, sys.executable, "-m", "tests.faults.held_by_disk", lab.top, what]
    env = lab.env(PYTHONPATH=str(ROOT))
    ran = subprocess.run([*usable[0], *words], env=env, cwd=ROOT, capture_output=True, text=True, timeout=100)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def limited(size):
    """For preexec_fn: no file of this process and its children grows beyond `size` bytes."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def test_a_limit_on_the_size_of_files_rolls_the_log(lab):
    """Under the limit of `ulimit -f` every part has that size: nothing waits, and no line is lost."""
    agent = 'seq -f "line %g of many .........................................................." 20000; exit 7'
    run = lab.launch(lab.brief(agent, "true", io="terminal"), "--wait", preexec_fn=limited(300_000), code=None)
    seen = look.at(run)
    assert seen.phase == phase.DONE and (seen.exit["how"], seen.exit["code"]) == ("reaped", 7)
    lines = [line for line in lab.log(run).split("\n") if line.startswith("line ")]
    assert [line.split()[1] for line in lines] == [str(i) for i in range(1, 20001)]
    assert len(log_segments.parts(seen.directory)) > 4


def test_stop_under_a_limit_on_the_size_of_files(lab):
    run = lab.launch(lab.brief("yes 'a line that comes again and again'", io="terminal"), preexec_fn=limited(300_000))
    eventually(lambda: len(log_segments.parts(layout.attempt(run, 1))) > 3)
    runner = look.at(run).start["runner"]["pid"]
    began = time.monotonic()
    lab.workcell("stop", run, "--grace", "1s")
    assert time.monotonic() - began < 30
    assert look.at(run).result["outcome"] == "stopped"
    eventually(lambda: not alive(runner))


def test_a_limit_that_leaves_nothing_drops_and_counts(tmp_path):
    """In a process of its own: the limit is on whoever writes."""
    ask = """
import resource, sys
from workcell.runner import log
writer = log.Log(sys.argv[1], 10_000)
assert writer.write(b"a" * 6000) == 6000
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))
assert writer.write(b"b" * 50_000) == 50_000
print(writer.dropped)
"""
    for limit, dropped in ((0, 50_000), (100, 49_900), (4095, 45_905), (4096, 0), (6000, 0)):
        where = tmp_path / str(limit)
        where.mkdir()
        ran = subprocess.run(
            [sys.executable, "-c", ask, str(where), str(limit)], cwd=ROOT, capture_output=True, text=True, timeout=30
        )
        assert (ran.returncode, ran.stdout.strip()) == (0, str(dropped)), (limit, ran)
        data = b"".join((where / name).read_bytes() for name in log_segments.parts(str(where)))
        assert data == b"a" * 6000 + b"b" * (50_000 - dropped)
    assert log.SMALLEST_PART == 4096
