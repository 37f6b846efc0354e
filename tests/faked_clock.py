"""libfaketime, with what it needs beside it, for tests that set the wall clock of some processes."""

import os
import shutil
import subprocess
from pathlib import Path

from tests.support.lab import ROOT

LIBRARY = next(
    (
        str(path)
        for path in (
            *Path("/usr/lib").glob("*/faketime/libfaketime.so.1"),
            Path("/usr/lib/faketime/libfaketime.so.1"),
            Path(os.environ.get("LIBFAKETIME") or "/nonexistent"),
        )
        if path.exists()
    ),
    None,
)
COMPILER = shutil.which("cc") or shutil.which("gcc")
MISSING = (
    "libfaketime is not installed (Debian: faketime)"
    if LIBRARY is None
    else "no C compiler is installed"
    if COMPILER is None
    else None
)
"""Why no clock can be set here; None where it can."""


def make_sleep(folder: str) -> str:
    """Compile tests/clock_sleep.c, which says what it is for, into `folder`; the path of the library."""
    made = os.path.join(folder, "sleep.so")
    words = [str(COMPILER), "-shared", "-fPIC", "-nostdlib", "-o", made, str(ROOT / "tests/clock_sleep.c")]
    subprocess.run(words, check=True)
    return made


def env(sleep: str, **more: str) -> dict[str, str]:
    """Variables that fake the wall clock and nothing else: not the monotonic one, and no times of files.

    `sleep` is what `make_sleep` made; `more` says what the time is, in libfaketime's own variables.
    """
    return {
        "LD_PRELOAD": f"{sleep} {LIBRARY}",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "NO_FAKE_STAT": "1",
        **more,
    }
