"""A home and a repository for measuring in, and workcell as a process in them."""

import contextlib
import fcntl
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from typing import Any

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


class InVain(RuntimeError):
    """What was waited for did not come."""


class Place:
    """A temporary directory with a home and a repository; `python` runs workcell."""

    def __init__(self, directory: str) -> None:
        self.directory = directory
        self.home = os.path.join(directory, "h")
        self.repo = os.path.join(directory, "repo")
        self.python = sys.executable
        self.abandoned = False
        """Whether all processes of it have been killed, so that no run is to be ended."""
        self.env = {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR") if name in os.environ}
        paths = [ROOT, *(path for path in sys.path if path.endswith("site-packages"))]
        self.env |= {"HOME": directory, "WORKCELL_HOME": self.home, "PYTHONPATH": os.pathsep.join(paths)}
        os.mkdir(self.repo)

    def words(self, *words: str) -> list[str]:
        return [self.python, "-m", "workcell", *words]

    def call(self, *words: str) -> str:
        """Run a verb to its end; what it printed."""
        ran = subprocess.run(
            self.words(*words), env=self.env, cwd=self.repo, capture_output=True, text=True, timeout=120
        )
        if ran.returncode not in (0, 1):
            raise RuntimeError(f"workcell {' '.join(words)}: {ran.stderr}")
        return ran.stdout

    def tree(self, name: str) -> str:
        """A working tree of its own: one live run holds one tree."""
        path = os.path.join(self.directory, name)
        os.makedirs(path, exist_ok=True)
        return path

    def brief(self, name: str, command: str, io: str = "file", **recipe: str) -> str:
        """A brief that runs `command`; `recipe` are more keys of its recipe."""
        path = os.path.join(self.directory, f"{name}.md")
        front = {"objective": name, "recipe": {"extends": "shell", "command": command, "io": io, **recipe}}
        with open(path, "w") as file:
            file.write(f"---\n{json.dumps(front)}\n---\n")  # JSON is YAML
        return path

    def launch(self, name: str, command: str, io: str = "file", *words: str) -> str:
        """Launch `command`; the run's directory."""
        made = self.call("launch", self.brief(name, command, io), "--repo", self.tree(f"tree-{name}"), *words)
        return os.path.join(self.home, "runs", made.strip())


@contextlib.contextmanager
def made() -> Iterator[Place]:
    """A place, and nothing left of it afterwards: every run in it is ended first."""
    directory = tempfile.mkdtemp(prefix="wb-")
    here = Place(directory)
    try:
        yield here
    finally:
        if not here.abandoned:
            _end_runs(here)
        subprocess.run(
            ["tmux", "-S", os.path.join(here.home, "tmux.sock"), "kill-server"], capture_output=True, timeout=10
        )
        shutil.rmtree(directory, ignore_errors=True)


def _end_runs(here: Place) -> None:
    with contextlib.suppress(Exception):
        for run in json.loads(here.call("ls", "--all", "--json"))["runs"]:
            if run["phase"] != "done" and not run["id"].startswith("made-"):
                here.call("stop", run["id"], "--grace", "0s")


def until(true: Callable[[], Any], seconds: float = 60.0) -> Any:
    """The first true answer; InVain when there is none in time."""
    deadline = time.monotonic() + seconds
    while True:
        found = true()
        if found:
            return found
        if time.monotonic() > deadline:
            raise InVain("waited in vain")
        time.sleep(0.01)


def ended(run: str) -> bool:
    """Whether nobody works on the run any more: the log is compressed after the result stands."""
    with open(os.path.join(run, "runner.lock")) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return bool(record(run, "result.json"))


def record(run: str, name: str) -> dict[str, Any]:
    """A sealed file of the run's current attempt; empty until it stands."""
    try:
        with open(os.path.join(run, "current", name)) as file:
            return dict(json.load(file))
    except FileNotFoundError:
        return {}


def seconds(words: list[str], **more: Any) -> float:
    """How long a process takes from its start to its end."""
    began = time.perf_counter()
    ran = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, **more)
    took = time.perf_counter() - began
    if ran.returncode:
        raise RuntimeError(f"{words}: {ran.stderr.decode(errors='replace')}")
    return took
