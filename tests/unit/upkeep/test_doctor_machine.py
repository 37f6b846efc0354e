"""What doctor says of the machine: disk, limits, control groups and the clock."""

import json
import os
import subprocess
import time

import pytest

from workcell.base import platform
from workcell.upkeep import doctor_line, doctor_machine


def test_a_home_in_memory():
    if platform.file_system("/dev/shm") != "tmpfs":
        pytest.skip("no tmpfs at /dev/shm")
    assert [(line.level, line.words) for line in doctor_machine.file_system("/dev/shm/none")] == [
        (doctor_line.WARN, "the home is on tmpfs: runs do not survive a reboot")
    ]


def test_a_full_disk(tmp_path, lab):
    mount = 'mount -t tmpfs -o size=1m,mode=700 tmpfs /mnt && cd /mnt && exec "$@"'
    words = ["unshare", "-Urm", "sh", "-c", mount, "sh", *lab.words("doctor", "--json")]
    ran = subprocess.run(words, env=lab.env(WORKCELL_HOME="/mnt"), capture_output=True, text=True, timeout=60)
    if "unshare" in ran.stderr or "mount" in ran.stderr:
        pytest.skip(f"no namespaces here: {ran.stderr.strip()}")
    found = json.loads(ran.stdout)
    assert ran.returncode == 1 and found["level"] == "fail"
    assert [line["level"] for line in found["lines"] if line["name"] == "disk"] == ["fail"]


def test_limits_of_files_and_processes_are_told_and_low_ones_have_a_cure(monkeypatch):
    names = ["open files", "processes"]
    assert [line.name for line in doctor_machine.limits("/")] == names
    monkeypatch.setattr(doctor_machine, "FILES_LOW", 1 << 40)
    monkeypatch.setattr(doctor_machine, "PROCESSES_LOW", 1 << 40)
    low = [line for line in doctor_machine.limits("/") if line.level == doctor_line.WARN]
    assert all(line.cure and line.cure.startswith("ulimit") for line in low)


def test_a_clock_behind_the_program_is_a_failure(monkeypatch):
    assert [line.name for line in doctor_machine.clock("/")] == ["time zone", "clock"]
    ahead = os.stat(doctor_machine.__file__).st_mtime
    monkeypatch.setattr(time, "time", lambda: ahead - 3600.0)
    *_, clock = doctor_machine.clock("/")
    assert clock.level == doctor_line.FAIL and "before this program was installed" in clock.words


def test_what_keeps_memory_limits_is_named():
    [line] = doctor_machine.control_groups("/")
    assert line.name == "memory and process limits" and line.words
