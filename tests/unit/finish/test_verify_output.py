"""The output of a check within its limit: beginning and end are kept, and the script never notices."""

import os
import random
import subprocess
import sys

import pytest

from tests.support.lab import ROOT, eventually
from workcell.finish import verify_output

MOST = 4000


def kept(tmp_path, data: bytes, pieces=1 << 14):
    """(what stands in the file, the Output) after `data` went through the pipe in such pieces."""
    target = os.open(tmp_path / "log", os.O_RDWR | os.O_CREAT | os.O_TRUNC)
    with verify_output.Output(target, str(tmp_path), MOST) as output:
        for at in range(0, len(data), pieces):
            view = memoryview(data[at : at + pieces])
            while view:
                view = view[os.write(output.fd, view) :]
    os.close(target)
    return (tmp_path / "log").read_bytes(), output


@pytest.mark.parametrize("size", [0, 1, 1999, 2000, 2001, 3000, 3001, 4000, 4001, 5000, 5001, 100_000, 1_234_567])
@pytest.mark.parametrize("pieces", [7, 1 << 14])
def test_beginning_and_end(tmp_path, size, pieces):
    if size > 100_000 and pieces == 7:
        pieces = 999
    data = random.Random(size).randbytes(size)
    found, output = kept(tmp_path, data, pieces)
    assert output.total == size
    if not output.dropped:
        assert found == data
        return
    line = b"\n[workcell: %d bytes of the output are left out here]\n" % output.dropped
    head, tail = found.split(line)
    assert len(head) == MOST // 2 and data.startswith(head) and data.endswith(tail)
    assert MOST // 4 <= len(tail) <= MOST // 2 and len(head) + len(tail) + output.dropped == size
    assert os.listdir(tmp_path) == ["log"]


def test_nothing_is_dropped_below_the_limit_of_what_must_fit(tmp_path):
    found, output = kept(tmp_path, b"x" * (MOST // 2 + MOST // 4))
    assert output.dropped == 0 and len(found) == MOST // 2 + MOST // 4


def test_a_process_that_is_left_behind_and_prints_on_does_not_hold_up_finish(tmp_path):
    target = os.open(tmp_path / "log", os.O_RDWR | os.O_CREAT)
    with verify_output.Output(target, str(tmp_path), MOST) as output:
        script = 'echo begin; (trap "" PIPE; exec 2>/dev/null; while :; do echo more || exit; done) & echo end'
        subprocess.run(["bash", "-c", script], stdout=output.fd, check=True)
        eventually(lambda: output.total > 1000)
    os.close(target)
    assert (tmp_path / "log").read_bytes().startswith(b"begin\n")


def test_a_disk_that_takes_nothing_does_not_block_the_script_and_is_counted(tmp_path):
    """A limit on file sizes stands for it: the head takes 500 bytes, and no file takes more."""
    ask = """
import os, resource, subprocess, sys
from workcell.finish import verify_output as check_output
target = os.open(sys.argv[1] + "/log", os.O_RDWR | os.O_CREAT)
resource.setrlimit(resource.RLIMIT_FSIZE, (500, 500))
with check_output.Output(target, sys.argv[1], 4000) as output:
    ran = subprocess.run(["bash", "-c", "seq 100000"], stdout=output.fd)
print(ran.returncode, output.total, output.dropped)
"""
    words = [sys.executable, "-c", ask, str(tmp_path)]
    ran = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=30)
    code, total, dropped = (int(word) for word in ran.stdout.split())
    assert (code, total) == (0, 588895) and dropped == total - 500, ran
    assert os.listdir(tmp_path) == ["log"]
