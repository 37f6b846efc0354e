"""The scripts find a Python that they can use, or say what to install."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def _run(words: list[str], **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(words, cwd=ROOT, env={**os.environ, **env}, capture_output=True, text=True, timeout=60)


def test_pythons_are_listed_oldest_first_and_each_once() -> None:
    ran = _run(["sh", "scripts/pythons"])
    assert ran.returncode == 0, ran.stderr
    listed = [line.split(" ", 1) for line in ran.stdout.splitlines()]
    versions = [tuple(map(int, version.split("."))) for version, _ in listed]
    assert versions == sorted(set(versions))
    assert versions[0] >= (3, 11)
    assert sys.version_info[:3] in versions
    for version, path in listed:
        said = subprocess.run([path, "-V"], capture_output=True, text=True, timeout=20).stdout
        assert said.split() == ["Python", version]


def test_an_interpreter_that_is_none_is_refused() -> None:
    ran = _run(["sh", "scripts/prepare"], PYTHON="/bin/false")
    assert (ran.returncode, ran.stdout) == (69, "")
    assert "PYTHON=/bin/false is no Python 3.11 or later" in ran.stderr


@pytest.fixture
def without_ensurepip(tmp_path: Path) -> Path:
    """A PATH with the programs that prepare uses and no package manager, and a Python that lacks ensurepip."""
    for name in ("sh", "dirname", "grep", "cat", "id"):
        (tmp_path / name).symlink_to(f"/bin/{name}" if os.path.exists(f"/bin/{name}") else f"/usr/bin/{name}")
    python = tmp_path / "python3"
    python.write_text(
        f'#!/bin/sh\ncase "$2" in *ensurepip*) exit 1 ;; esac\nPATH=/usr/bin:/bin exec {sys.executable} "$@"\n'
    )
    python.chmod(0o755)
    return tmp_path


def test_a_python_without_ensurepip_is_named_with_its_cure(without_ensurepip: Path) -> None:
    before = {path.name for path in ROOT.glob(".venv*")}
    ran = _run(["/bin/sh", "scripts/prepare"], PATH=str(without_ensurepip), PYTHON=str(without_ensurepip / "python3"))
    minor = f"python3.{sys.version_info.minor}-venv"
    assert ran.returncode == 69, ran.stderr
    assert "ensurepip is missing" in ran.stderr
    assert f"apt-get install {minor}" in ran.stderr
    assert {path.name for path in ROOT.glob(".venv*")} == before
