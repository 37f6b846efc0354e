"""The outbox on a disk that is really full."""

import os
import shutil
import subprocess
import sys

import pytest

from tests.support.notices import ROOT

SCRIPT = 'mount -t tmpfs -o size=512k,nr_inodes=200 tmpfs "$1" && exec "$2" -m tests.faults.full_disk "$1"'


def test_nothing_is_lost_or_doubled(tmp_path):
    if shutil.which("unshare") is None:
        pytest.skip("unshare is not installed")
    can = subprocess.run(
        ["unshare", "-Urm", "mount", "-t", "tmpfs", "tmpfs", str(tmp_path)], capture_output=True, text=True
    )
    if can.returncode:
        pytest.skip(f"no file system can be mounted here: {can.stderr.strip()}")
    argv = ["unshare", "-Urm", "sh", "-c", SCRIPT, "sh", str(tmp_path), sys.executable]
    ran = subprocess.run(
        argv, capture_output=True, text=True, timeout=100, cwd=ROOT, env={**os.environ, "PYTHONPATH": ROOT}
    )
    assert (ran.returncode, ran.stdout) == (0, "held\n"), ran.stderr
