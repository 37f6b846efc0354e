"""What an agent was told that it had written stands in its log, byte for byte, whatever the disk did meanwhile."""

import os
import subprocess
import sys

import pytest

from tests.faults.test_held_up import SMALL_DISK
from tests.support.lab import ROOT


def trials(lab, how, seeds):
    os.makedirs(lab.home, 0o700)
    ways = [["unshare", "-m"], ["unshare", "-Urm"]]
    found = [subprocess.run([*way, "mount", "-t", "tmpfs", "tmpfs", lab.home], capture_output=True) for way in ways]
    usable = [way for way, trial in zip(ways, found, strict=True) if trial.returncode == 0]
    if not usable:
        pytest.skip(f"no tmpfs can be mounted: {found[-1].stderr.decode().strip()}")
    program = [sys.executable, "-m", "tests.faults.acknowledged_trials", lab.top, how, *map(str, seeds)]
    words = [*usable[0], "sh", "-c", SMALL_DISK, "sh", lab.home, *program]
    env = lab.env(PYTHONPATH=str(ROOT))
    ran = subprocess.run(words, env=env, cwd=ROOT, capture_output=True, text=True, timeout=1700)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    print(ran.stdout)


@pytest.mark.parametrize("how", ["rest", "anew"])
def test_every_acknowledged_line_is_there(lab, how):
    trials(lab, how, range(1, 5))


@pytest.mark.heavy
@pytest.mark.timeout(1800)
def test_every_acknowledged_line_is_there_in_many_trials(lab):
    trials(lab, "rest", range(100, 160))
