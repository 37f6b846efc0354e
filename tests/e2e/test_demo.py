"""The demo as a person starts it: it says that all went well, and nothing of it is left."""

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.heavy
@pytest.mark.timeout(600)
@pytest.mark.parametrize("words", [[], ["--no-window"]], ids=["window", "no window"])
def test_demo(tmp_path: Path, words: list[str]) -> None:
    env = {**os.environ, "TMPDIR": str(tmp_path), "HOME": str(tmp_path)}
    argv = [str(ROOT / "scripts" / "demo"), *words]
    ran = subprocess.run(argv, env=env, capture_output=True, text=True, timeout=500)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "-- Done: launched, killed, resumed, passed." in ran.stdout
    assert [path for path in tmp_path.iterdir() if path.name.startswith("workcell-demo")] == []


@pytest.mark.heavy
@pytest.mark.timeout(600)
def test_the_demo_leaves_its_run_when_it_is_asked_to(tmp_path: Path) -> None:
    env = {**os.environ, "TMPDIR": str(tmp_path), "HOME": str(tmp_path)}
    argv = [str(ROOT / "scripts" / "demo"), "--keep", "--no-window"]
    ran = subprocess.run(argv, env=env, capture_output=True, text=True, timeout=500)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    told = [line.removeprefix("   $ ") for line in ran.stdout.split("Look at it:")[1].splitlines() if "$ " in line]
    looked = subprocess.run(["sh", "-ec", "\n".join(told[:-1])], env=env, capture_output=True, text=True, timeout=60)
    assert looked.returncode == 0, looked.stderr
    assert "greet" in looked.stdout and "**passed**" in looked.stdout
    assert told[-1].startswith("rm -rf ")
    subprocess.run(["sh", "-ec", told[-1]], env=env, check=True, timeout=60)
    assert [path for path in tmp_path.iterdir() if path.name.startswith("workcell-demo")] == []
