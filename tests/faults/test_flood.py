"""An agent that floods its terminal: the log rolls, the runner stays small, a stop is kept, and no byte is lost.

WORKCELL_FLOOD_SECONDS says for how long it floods; 600 is the long form.
"""

import os
import sys
import time
from pathlib import Path

import pytest

from tests.support.lab import alive, eventually
from workcell.rundir import layout, log_segments, look, phase
from workcell.runner import limits
from workcell.sessions import agent_log

SECONDS = float(os.environ.get("WORKCELL_FLOOD_SECONDS") or 20)
RSS = 12 << 20
"""Bytes of memory that a runner may have in its worst moment."""

BLOCK = 8000
NUMBERED = 16
"""A line is its number in fifteen digits and a line feed: what lies at each place of the log is known."""

pytestmark = [pytest.mark.heavy, pytest.mark.serial, pytest.mark.timeout(int(SECONDS) * 3 + 300)]

# what a write has taken is counted in a file that is mapped, so that not even SIGKILL loses the count
FLOOD = f"""
import mmap, os, signal, sys, time, tty
tty.setraw(1)
signal.signal(signal.SIGTERM, signal.SIG_IGN if sys.argv[1] == "deaf" else signal.SIG_DFL)
with open(os.environ["MARKS"] + "/taken", "w+b") as file:
    file.truncate(8)
    taken = mmap.mmap(file.fileno(), 8)
number = total = 0
while True:
    data = memoryview(b"".join(b"%015d\\n" % (number + i) for i in range({BLOCK // NUMBERED})))
    number += {BLOCK // NUMBERED}
    while data:
        count = os.write(1, data)
        data = data[count:]
        total += count
        taken[:] = total.to_bytes(8, "little")
"""


def peak(pid: int) -> int:
    """The most memory that the process ever had, in bytes."""
    line = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024


def taken(lab) -> int:
    try:
        return int.from_bytes(Path(lab.marks, "taken").read_bytes(), "little")
    except FileNotFoundError:
        return 0


@pytest.mark.parametrize("agent", ["ends when asked", "deaf"])
def test_a_flood_is_kept_bounded_and_stopped(lab, agent):
    program = Path(lab.top, "flood.py")
    program.write_text(FLOOD)
    how = "deaf" if agent == "deaf" else "hears"
    run = lab.launch(lab.brief(f"exec {sys.executable} -I -S {program} {how}", "true", io="terminal"))
    seen = lab.phase(run, phase.RUNNING)
    runner = seen.start["runner"]["pid"]
    until = time.monotonic() + SECONDS / 2
    highest = 0
    while time.monotonic() < until:
        assert alive(runner)
        highest = max(highest, peak(runner))
        before = taken(lab)
        eventually(lambda at=before: taken(lab) > at, what="the agent goes on")
        time.sleep(0.2)
    # a small machine may be slow: the log must have rolled at least twice before the stop
    eventually(lambda: len(log_segments.parts(seen.directory)) > 2, 60, "the log rolls")
    highest = max(highest, peak(runner))
    grace = 2.0
    acknowledged = taken(lab)
    begun = time.monotonic()
    lab.workcell("stop", run, "--grace", f"{grace:g}s", timeout=90)
    took = time.monotonic() - begun
    over = look.at(run)
    total = taken(lab)
    assert (over.phase, over.result["outcome"], over.exit["how"]) == (phase.DONE, "stopped", "stopped")
    assert took < grace + limits.GRACE + 20, took
    signalled = 9 if how == "deaf" else 15
    assert over.exit["signal"] == signalled
    assert highest < RSS, f"the runner had {highest} bytes"
    eventually(lambda: not alive(runner))
    size = number = 0
    rest = b""
    for chunk in agent_log.raw(layout.attempt(run, 1)):
        size += len(chunk)
        rest += chunk
        whole = len(rest) // NUMBERED
        assert rest[: whole * NUMBERED] == b"".join(b"%015d\n" % (number + i) for i in range(whole)), number
        number += whole
        rest = rest[whole * NUMBERED :]
    assert size >= acknowledged, "what was taken before the stop is in the log"
    # the last write of a killed process may have been taken without being counted
    assert size >= total and size - total <= BLOCK, (size, total)
    print(f"\n{agent}: {size / 1e6:.0f} MB in {over.exit['seconds']:.0f} s, {len(log_segments.parts(seen.directory))} parts, "
          f"runner {highest / 1e6:.1f} MB, stopped within {took:.1f} s")  # fmt: skip
