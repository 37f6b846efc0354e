"""Copies of the frozen home of format 2: runs in most phases, without starting a process."""

import hashlib
import os
import shutil
from pathlib import Path

from workcell.rundir import layout

HOME = Path(__file__).resolve().parents[1] / "data/formats/v2"
DONE = ("frozen-two", "frozen-unverified", "frozen-stopped", "frozen-tampered")
OPEN = ("frozen-created", "frozen-lost")


def thaw(home: Path | str) -> str:
    """A copy of the frozen home with the modes, and the empty directories, that a checkout does not keep."""
    shutil.copytree(HOME, home, symlinks=True)
    for directory, _, files in os.walk(home):
        os.chmod(directory, 0o700)
        for name in files:
            path = os.path.join(directory, name)
            if not os.path.islink(path):
                os.chmod(path, 0o500 if name == "verify.sh" else 0o600)
    return str(home)


def run_of(home: str, name: str) -> str:
    """The directory of the run with that name."""
    [found] = [one for one in os.listdir(os.path.join(home, layout.RUNS)) if f"-{name}-" in one]
    return os.path.join(home, layout.RUNS, found)


def state(top: str) -> dict[str, str]:
    """Each file, link and directory below `top`, with its content, mode and time of change."""
    found = {}
    for directory, folders, files in os.walk(top):
        for name in [*folders, *files]:
            path = os.path.join(directory, name)
            facts = os.lstat(path)
            data = os.readlink(path) if os.path.islink(path) else ""
            if os.path.isfile(path) and not os.path.islink(path):
                data = hashlib.sha256(Path(path).read_bytes()).hexdigest()
            found[os.path.relpath(path, top)] = f"{data} {facts.st_mode:o} {facts.st_mtime_ns}"
    return found
