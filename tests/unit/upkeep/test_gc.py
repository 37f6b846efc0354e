"""What gc looks at, run by run."""

import os
import sys

from workcell.rundir import layout, look
from workcell.upkeep import gc


def test_gc_looks_at_each_run_once(tmp_path):
    for name in ("20260101-0000-a-aaaa", "20260101-0001-b-bbbb", "20260101-0002-c-cccc"):
        attempt = tmp_path / layout.RUNS / name / layout.ATTEMPTS / "001"
        attempt.mkdir(parents=True)
        os.symlink(f"{layout.ATTEMPTS}/001", tmp_path / layout.RUNS / name / layout.CURRENT)
        (attempt / layout.RESULT).write_text('{"schema": "workcell.file.result/1", "outcome": "passed"}')
    looks: list[str] = []

    def count(frame, event, argument):
        if event == "call" and frame.f_code is look.at.__code__:
            looks.append(frame.f_locals["run"])

    sys.setprofile(count)
    try:
        gc.gc(str(tmp_path), 0.0)
    finally:
        sys.setprofile(None)
    assert len(looks) == len(set(looks)) == 3
