"""What a sweep came to: printed, and kept for docs/evidence.md where the environment names a file for it."""

import json
import os
import platform
import time
from pathlib import Path

FILE = "SWEEP_FIGURES"
"""Variable with the path of the JSON file, docs/figures/sweeps.json by custom: one row for each program."""


def sample(program: str, chosen: int, calls: int) -> str:
    """The name of the row: that of the program where every call was tried, else one that tells of a sample."""
    return program if chosen == calls else f"{program}, a sample of {calls}"


def record(program: str, *, calls: int, killed: int, wrong: int) -> str:
    """The figures of a sweep in words. `calls` were tried, at `killed` of them the kill hit, `wrong` was what broke."""
    words = f"{program}: {calls} calls, {killed} kills hit, {wrong} violations"
    print("\n" + words)
    if os.environ.get(FILE):
        path = Path(os.environ[FILE])
        rows = json.loads(path.read_text())["sweeps"] if path.exists() else {}
        on = {"python": platform.python_version(), "date": time.strftime("%Y-%m-%d")}
        rows[program] = {"calls": calls, "killed": killed, "wrong": wrong, **on}
        path.parent.mkdir(exist_ok=True)
        path.write_text(
            json.dumps({"schema": "workcell.sweeps/1", "sweeps": dict(sorted(rows.items()))}, indent=2) + "\n"
        )
    return words
