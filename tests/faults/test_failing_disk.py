"""ENOSPC and EIO at the calls of runner and finish, and a disk that is really full: an exit code once known is kept."""

import os
import subprocess
import sys

import pytest

from tests.faults import points
from tests.faults.test_killed import PROGRAMS, sweep
from tests.support.lab import ROOT, eventually
from workcell.rundir import look, phase

pytestmark = pytest.mark.skipif(points.STRACE is None, reason="strace is not installed")


def failing(lab, name, io):
    """The runner that becomes finish, and the calls of it that a disk can make fail."""
    program = PROGRAMS[name](lab, io)
    program.set()
    found = points.points(program.argv, env=program.env, cwd=lab.top)
    eventually(lambda: look.at(program.run()).phase == phase.DONE)
    return program, [point for point in found if point.call in points.FAILING and "<pipe:[" not in point.words[:40]]


def test_failing_at_some_calls(lab):
    program, found = failing(lab, "runner", "file")
    sweep(program, points.spread(found, 3), "error=ENOSPC", lines=True)


@pytest.mark.heavy
@pytest.mark.parametrize("error, name, io, count", [
    ("ENOSPC", "runner", "file", 10), ("EIO", "runner", "terminal", 8), ("ENOSPC", "rolling", "terminal", 8),
])  # fmt: skip
def test_failing_at_a_sample_of_calls(lab, error, name, io, count):
    program, found = failing(lab, name, io)
    sweep(program, points.spread(found, count), f"error={error}", lines=True)


@pytest.mark.sweep
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("name, io", [("runner", "file"), ("runner", "terminal"), ("rolling", "terminal")])
@pytest.mark.parametrize("error", ["ENOSPC", "EIO"])
def test_failing_at_every_call(lab, error, name, io):
    program, found = failing(lab, name, io)
    print(f"\n{error} in {name} and finish, io {io}: {sweep(program, found, f'error={error}', lines=True)}")


@pytest.mark.parametrize("io", ["file", "terminal"])
@pytest.mark.heavy
def test_a_disk_that_is_really_full(lab, io):
    """A tmpfs without a free byte while the agent ends: nothing of the log and not the exit code is lost."""
    os.makedirs(lab.home, 0o700)
    ways = [["unshare", "-m"], ["unshare", "-Urm"]]
    trials = [subprocess.run([*way, "mount", "-t", "tmpfs", "tmpfs", lab.home], capture_output=True) for way in ways]
    usable = [way for way, trial in zip(ways, trials, strict=True) if trial.returncode == 0]
    if not usable:
        pytest.skip(f"no tmpfs can be mounted: {trials[-1].stderr.decode().strip()}")
    script = 'mount -t tmpfs -o size=2m,mode=700 tmpfs "$1" && shift && exec "$@"'
    words = ["sh", "-c", script, "sh", lab.home, sys.executable, "-m", "tests.faults.on_full_disk", lab.top, io]
    env = lab.env(PYTHONPATH=str(ROOT))
    ran = subprocess.run([*usable[0], *words], env=env, cwd=ROOT, capture_output=True, text=True, timeout=90)
    assert ran.returncode == 0, ran.stdout + ran.stderr
