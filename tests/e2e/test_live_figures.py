"""A small sample of what `scripts/bench --live` measures, and what an interrupted one leaves behind."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.lab import eventually

ROOT = Path(__file__).resolve().parents[2]
BENCH = [sys.executable, str(ROOT / "scripts" / "bench"), "--quick", "--live"]
EXACT = (
    "processes for each run, `events` left out",
    "runs over: processes left of them",
    "runs over: files and watches that `events` has in them",
)
"""Figures on which other work of the machine has no influence."""


def _env(top: Path) -> dict[str, str]:
    return {**os.environ, "TMPDIR": str(top)}


def _of(top: Path) -> list[str]:
    """The processes that work below that directory, or name it."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                about = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
                where = os.readlink(entry / "cwd")
            except OSError:
                continue
            if f"{top}/wb-" in where or f"{top}/wb-".encode() in about:
                found.append(entry.name)
    return found


@pytest.mark.heavy
@pytest.mark.serial
@pytest.mark.timeout(320)
def test_three_live_runs_are_measured_and_nothing_is_left_of_them(tmp_path):
    ran = subprocess.run(
        [*BENCH, "3", "--json", str(tmp_path / "live.json")],
        env=_env(tmp_path), capture_output=True, text=True, timeout=310,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    figures = json.loads((tmp_path / "live.json").read_text())["figures"]
    found = {one["name"].removeprefix("3 live runs: "): one for one in figures}
    assert [name for name in EXACT if not found[name]["met"]] == []
    assert found["a call is told while they stream, p95"]["value"] > 0.0
    assert found["processor while 3 stream"]["value"] > found["processor at rest"]["value"] > 0.0
    assert not list(tmp_path.glob("wb-*")) and not _of(tmp_path)


@pytest.mark.heavy
@pytest.mark.serial
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupted_measuring_leaves_nothing(tmp_path, number):
    ran = subprocess.Popen([*BENCH, "2"], env=_env(tmp_path), stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        eventually(lambda: len(list(tmp_path.glob("wb-*/h/runs/*/current/start.json"))) == 2, 60.0)
        assert len(_of(tmp_path)) >= 5  # two runners, two agents, and what follows them
        ran.send_signal(number)
        assert ran.wait(60.0) not in (0, None)
        assert not list(tmp_path.glob("wb-*")) and not _of(tmp_path)
    finally:
        ran.kill()
        ran.wait()
