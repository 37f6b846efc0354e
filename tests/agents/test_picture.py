"""The picture of the README is that of a real terminal: its script runs the real program and draws what came."""

import os
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PICTURE = ROOT / "docs" / "images" / "first-hour.svg"


def words(path: Path) -> str:
    tree = ElementTree.parse(path)
    return " ".join(str(one.text) for one in tree.iter("{http://www.w3.org/2000/svg}text"))


@pytest.mark.agents
def test_the_script_draws_a_run_that_passes_and_is_merged(tmp_path: Path, programs: str) -> None:
    drawn = tmp_path / "drawn.svg"
    argv = [sys.executable, str(ROOT / "scripts" / "picture"), str(drawn)]
    ran = subprocess.run(argv, env={**os.environ, "PATH": programs}, capture_output=True, text=True, timeout=300)
    assert ran.returncode == 0, ran.stderr
    for text in ("✓ passed", "prices.csv", "merged "):
        assert text in words(drawn) and text in words(PICTURE)
