"""SIGKILL at every state-changing call between the decision to tell something and the note that it was told."""

import os
import re
import shutil
import subprocess
import sys
from collections import Counter

import pytest

from tests.support import far_ends
from tests.support.notices import AT, ROOT, flush, hook, make, names, read
from workcell.channels import outbox

CALLS = (
    "rename,renameat,renameat2,link,linkat,unlink,unlinkat,mkdir,fsync,fdatasync,fallocate,ftruncate,pwrite64,write,"
    "connect,sendto,recvfrom,shutdown"
)
MORE = "at_most: 2\nper: 10m\n"
RUNS = ("ra", "rb", "rc")

CHILD = f"""
import os, sys
from tests.support.notices import AT, flush, hook, make
from workcell.channels import outbox
home, url = sys.argv[1:]
for number, run in enumerate({RUNS!r}):
    outbox.post(home, make(run=run, at=AT + number))
flush(home, [hook(url, more={MORE!r})], AT + 10)
"""


@pytest.fixture(scope="module", autouse=True)
def strace():
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")
    tried = subprocess.run(["strace", "-f", "-e", "trace=none", "true"], capture_output=True, text=True)
    if tried.returncode:
        pytest.skip(f"strace cannot trace here: {tried.stderr.strip()[:200]}")


def run(home: str, url: str, calls: str, kill_at: int | None, log: str) -> int:
    argv = ["strace", "-f", "-qq", "-o", log, "-e", f"trace={calls}", "-e", "signal=none"]
    if kill_at is not None:
        argv += ["-e", f"inject={calls}:signal=KILL:when={kill_at}"]
    env = {**os.environ, "PYTHONPATH": ROOT, "PYTHONDONTWRITEBYTECODE": "1"}
    child = [sys.executable, "-c", CHILD, home, url]
    return subprocess.run([*argv, *child], env=env, cwd=ROOT, capture_output=True, timeout=60).returncode


def counted(log: str) -> dict[str, int]:
    """How often each call was made by the thread that made it most: so strace counts `when`."""
    calls: Counter[tuple[str, str]] = Counter()
    with open(log) as lines:
        for line in lines:
            found = re.match(r"(\d+) +(\w+)\(", line)
            if found:
                calls[found[1], found[2]] += 1
    most: dict[str, int] = {}
    for (_, call), number in calls.items():
        most[call] = max(most.get(call, 0), number)
    return most


def times_told(server: far_ends.Web) -> dict[str, int]:
    """How often each run's notice was told: by itself, or named in another's."""
    found = dict.fromkeys(RUNS, 0)
    for request in server.requests:
        record = request.record
        for name in RUNS:
            found[name] += record["run"] == name or f"✓ {name} passed" in record["text"]
    return found


def check(tmp_path, calls: str, kill_at: int) -> bool:
    """Kill at that call, take over, and look; False when the child ended before it got there."""
    home = str(tmp_path / f"{calls}-{kill_at}")
    os.mkdir(home)
    with far_ends.web(far_ends.accept) as server:
        code = run(home, server.url, calls, kill_at, str(tmp_path / "log"))
        in_doubt = set()
        for name in names(home, "cur"):
            letter = read(home, "cur", name)
            if letter.get("to", {}).get("hook", {}).get("state") == "sending":
                in_doubt.add(letter["run"])
        before = times_told(server)
        adapter = hook(server.url, more=MORE)
        for number, one in enumerate(RUNS):
            outbox.post(home, make(run=one, at=AT + number))  # whoever died repeats what he did
        now = AT + 3600
        while outbox.waiting(home):
            assert now < AT + 86400, "it never settles"
            flush(home, [adapter], now)
            now += 3600
        told = times_told(server)
    where = f"killed at call {kill_at} of {calls}: {told}, in doubt {in_doubt}"
    assert names(home, "failed") == [], where
    for name, times in told.items():
        assert times >= 1, f"lost: {where}"
        if not in_doubt:
            assert times == 1, f"doubled: {where}"
        else:
            # only what was under way when the answer was lost, and what was told with it, may come twice
            assert times <= 2 and (times == 1 or before[name] == 1), f"doubled: {where}"
    assert len(names(home, "sent")) == len(RUNS), where
    return code != 0


def left_alone(tmp_path) -> dict[str, int]:
    """The calls of a child that nobody kills."""
    home = str(tmp_path / "alone")
    os.mkdir(home)
    with far_ends.web(far_ends.accept) as server:
        assert run(home, server.url, CALLS, None, str(tmp_path / "log")) == 0
        assert times_told(server) == {"ra": 1, "rb": 1, "rc": 1}
        assert len(server.requests) == 2, "the cap makes the last one tell two"
    return counted(str(tmp_path / "log"))


ARRIVALS = ("recvfrom",)
"""Calls whose number depends on how many pieces an answer arrives in: one more or less is no fault of the program."""


def test_killed_here_and_there(tmp_path):
    calls = left_alone(tmp_path)
    assert sum(calls.values()) > 60
    everywhere = [(call, number + 1) for call in sorted(calls) for number in range(calls[call])]
    for call, number in everywhere[:: max(1, len(everywhere) // 9)]:
        assert check(tmp_path, call, number) or call in ARRIVALS, f"{call} was not made {number} times"


@pytest.mark.heavy
@pytest.mark.timeout(900)
def test_killed_at_every_call(tmp_path):
    for call, most in left_alone(tmp_path).items():
        for number in range(most):
            made = check(tmp_path, call, number + 1)
            assert made or call in ARRIVALS, f"{call} was not made {number + 1} times"
