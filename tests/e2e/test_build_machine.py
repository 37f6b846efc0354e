""".ci/run has each test run once where one Python is, and all of them on each of two."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A checkout whose scripts/test only notes what it was asked, and on which Python."""
    (tmp_path / ".ci").mkdir()
    (tmp_path / "scripts").mkdir()
    shutil.copy2(ROOT / ".ci/run", tmp_path / ".ci/run")
    note = tmp_path / "scripts/test"
    note.write_text('#!/bin/sh\necho "$PYTHON $*"\n[ "$1" != "${FAILS:-}" ]\n')
    note.chmod(0o755)
    return tmp_path


def asked(machine: Path, *pythons: str, fails: str = "") -> tuple[int, list[str]]:
    """How .ci/run ends on a machine with these interpreters, and what it asked of scripts/test."""
    listed = machine / "scripts/pythons"
    listed.write_text("#!/bin/sh\nprintf '%s\\n' " + " ".join(f"'{python}'" for python in pythons) + "\n")
    listed.chmod(0o755)
    env = {"PATH": "/usr/bin:/bin", "FAILS": fails}
    ran = subprocess.run([machine / ".ci/run"], env=env, capture_output=True, text=True, timeout=30)
    return ran.returncode, ran.stdout.splitlines()


def test_with_one_python_nothing_runs_twice(machine: Path) -> None:
    assert asked(machine, "3.11.2 /usr/bin/python3") == (
        0,
        ["/usr/bin/python3 --heavy --rest", "/usr/bin/python3 --agents", "/usr/bin/python3 --coverage"],
    )


def test_with_two_pythons_both_run_everything(machine: Path) -> None:
    assert asked(machine, "3.11.2 /usr/bin/python3", "3.12.1 /opt/old python", "3.13.0 /opt/a python") == (
        0,
        [
            "/usr/bin/python3 --heavy",
            "/usr/bin/python3 --agents",
            "/opt/a python --coverage",
            "/opt/a python --rest",
        ],
    )


@pytest.mark.parametrize("part", ["--heavy", "--agents", "--coverage", "--rest"])
def test_a_part_that_fails_fails_the_build(machine: Path, part: str) -> None:
    code, parts = asked(machine, "3.11.2 /usr/bin/python3", "3.13.0 /opt/python", fails=part)
    assert code != 0
    assert part in parts[-1], "what comes after it is not started"
