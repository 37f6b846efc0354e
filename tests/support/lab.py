"""A home, a repository and the program itself as a subprocess, for tests that start real runs."""

import atexit
import functools
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.support.forked import forked
from workcell.base import digest
from workcell.base import json_codec as records
from workcell.rundir import layout, ledger, look
from workcell.sessions import agent_log

ROOT = Path(__file__).resolve().parents[2]
NO_MATTER = ("HOME", "TMPDIR", "WORKCELL_HOME", "MARKS", "TERM")
"""Variables that an interpreter does not read at its start, nor a module when it is loaded."""
KEEP = ("PATH", "LANG", "USER", "LOGNAME", "PYTHONDONTWRITEBYTECODE")


def eventually(question: Callable[[], Any], seconds: float = 30.0, what: str = "") -> Any:
    """The first true answer; AssertionError when none came in time."""
    deadline = time.monotonic() + seconds
    pause = 0.002
    while True:
        answer = question()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what or question}")
        time.sleep(pause)
        pause = min(pause * 1.5, 0.05)


def rewrite_record(run: str, n: int, name: str, record: dict[str, Any]) -> None:
    """Make the ledger and the file say `record`, as if its writer had seen that: tests bring other worlds about so."""
    data = records.encode(record)
    line = {"attempt": n, "name": name, "sha256": digest.sha256(data), "record": record}
    with open(ledger.path(run), "ab") as file:
        file.write(records.encode_line(line))
    Path(layout.attempt(run, n), name).write_bytes(data)


def rewrite_pinned(run: str, n: int, name: str, change: Callable[[str], str]) -> None:
    """Change a file that the ledger knows by its hash, and the ledger with it."""
    path = Path(layout.attempt(run, n), name)
    path.write_text(change(path.read_text()))
    line = {"attempt": n, "name": name, "sha256": digest.sha256(path.read_bytes())}
    with open(ledger.path(run), "ab") as file:
        file.write(records.encode_line(line))


def alive(pid: int) -> bool:
    """Whether the process runs; a zombie does not."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            return file.read().rpartition(b")")[2].split()[0] not in (b"Z", b"X")
    except (FileNotFoundError, ProcessLookupError):
        return False


def naming(word: str) -> list[int]:
    """Pids of living processes, not ours, whose words or environment hold `word`."""
    wanted, ours, found = os.fsencode(word), os.getpid(), []
    for name in os.listdir("/proc"):
        if not name.isdigit() or int(name) == ours:
            continue
        for file in ("cmdline", "environ"):
            try:
                with open(f"/proc/{name}/{file}", "rb") as handle:
                    if wanted in handle.read() and alive(int(name)):
                        found.append(int(name))
                        break
            except OSError:
                continue
    return found


class Lab:
    """One home with one repository beside it; everything that is started in it can be ended."""

    def __init__(self) -> None:
        # short: the tmux socket lies in the home, and its path may have 107 bytes
        self.top = tempfile.mkdtemp(prefix="wc-", dir="/tmp")
        self.home = os.path.join(self.top, "home")
        self.marks = os.path.join(self.top, "marks")
        self.person = os.path.join(self.top, "person")
        self.temporary = os.path.join(self.top, "tmp")
        for path in (self.marks, self.person, self.temporary):
            os.mkdir(path)
        self.left: list[int] = []
        """Pids of the processes that `end` could not end."""
        self.repos = 0
        self.repo = self.new_repo()

    def new_repo(self) -> str:
        """Another repository with one commit."""
        self.repos += 1
        path = os.path.join(self.top, f"repo{self.repos}")
        shutil.copytree(_first_repo(), path, symlinks=True)
        # the index knows files by their numbers, too, and these are other ones
        subprocess.run(["git", "update-index", "-q", "--refresh"], cwd=path, check=True, env=self.env())
        return path

    def env(self, **more: str) -> dict[str, str]:
        """A clean environment that leads to this home and to the code under test."""
        kept = {name: os.environ[name] for name in KEEP if name in os.environ}
        return {
            **kept,
            "HOME": self.person,
            "TMPDIR": self.temporary,
            "GIT_CONFIG_NOSYSTEM": "1",
            "PYTHONPATH": str(ROOT),
            "WORKCELL_HOME": self.home,
            "MARKS": self.marks,
            **more,
        }

    def words(self, *args: str) -> list[str]:
        return [sys.executable, "-m", "workcell", *args]

    def workcell(
        self, *args: str, timeout: float = 60.0, code: int | None = 0, env: dict[str, str] | None = None, **more: Any
    ) -> subprocess.CompletedProcess[str]:
        """Run one command; AssertionError unless it ends with `code` (None: any).

        It is a process of its own. One that differs from others in no more than where its files are is forked from a
        process that has the package loaded, any other starts an interpreter; so does each one of `fresh()`.
        """
        more.setdefault("cwd", self.top)
        env = env or self.env()
        stdin = more.pop("stdin", subprocess.DEVNULL)
        if more.keys() == {"cwd"} and self.plain(env):
            ran = forked.run(args, env, str(more["cwd"]), stdin, timeout)
        else:
            ran = self.fresh(*args, env=env, stdin=stdin, timeout=timeout, **more)
        assert code is None or ran.returncode == code, f"{args}: {ran.returncode}\n{ran.stdout}\n{ran.stderr}"
        return ran

    def fresh(self, *args: str, **more: Any) -> subprocess.CompletedProcess[str]:
        """Run one command in an interpreter of its own, as subprocess.run does."""
        given = {"cwd": self.top, "env": self.env(), "timeout": 60.0, "stdin": subprocess.DEVNULL, **more}
        return subprocess.run(self.words(*args), capture_output=True, text=True, **given)

    def plain(self, env: dict[str, str]) -> bool:
        """Whether an interpreter that starts with these variables is the one of `forked`, which was started then."""
        if sys.platform != "linux" or os.environ.get("WORKCELL_TESTS_FRESH"):
            return False
        usual = {name: value for name, value in self.env().items() if name not in NO_MATTER}
        forked.start(usual)
        return forked.environment == {name: value for name, value in env.items() if name not in NO_MATTER}

    def brief(
        self,
        command: str = "true",
        verify: str | None = "true",
        io: str = "file",
        name: str = "brief",
        extra: str = "",
        recipe: str = "",
    ) -> str:
        """A brief that runs `command` in bash; its path."""
        lines = ["---", f"objective: the objective of {name}", f"name: {name}"]
        lines += ["env: [MARKS]"]
        lines += ["recipe:", "  extends: shell", f"  io: {io}", "  command: |", *_block(command, 4)]
        lines += [recipe] if recipe else []
        lines += ["verify: |", *_block(verify, 2)] if verify is not None else []
        lines += [extra] if extra else []
        path = os.path.join(self.top, f"{name}.md")
        Path(path).write_text("\n".join([*lines, "---", ""]))
        return path

    def launch(self, brief: str, *args: str, repo: str | None = None, window: bool = False, **more: Any) -> str:
        """Launch a brief; the run's directory."""
        flags = [] if window else ["--no-window"]
        ran = self.workcell("launch", brief, "--repo", repo or self.repo, *flags, *args, **more)
        return self.run(ran.stdout.strip().splitlines()[0])

    def run(self, identifier: str) -> str:
        return os.path.join(self.home, layout.RUNS, identifier)

    def runs(self) -> list[str]:
        try:
            names = os.listdir(os.path.join(self.home, layout.RUNS))
        except FileNotFoundError:
            return []
        return [self.run(name) for name in sorted(names) if not name.startswith(".")]

    def status(self, run: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.workcell("status", run, "--json").stdout)
        return found

    def phase(self, run: str, *wanted: str, seconds: float = 20.0) -> look.Look:
        """Wait until the run is in one of these phases."""
        seen = [look.at(run)]

        def there() -> bool:
            seen[0] = look.at(run)
            return seen[0].phase in wanted

        try:
            eventually(there, seconds)
        except AssertionError as error:
            raise AssertionError(f"not within {seconds} s: {wanted} of {run}, now {seen[0].phase}") from error
        return seen[0]

    def mark(self, name: str) -> str:
        """What the agent wrote to $MARKS/name; empty when there is nothing."""
        try:
            return Path(self.marks, name).read_text(errors="replace")
        except FileNotFoundError:
            return ""

    def log(self, run: str) -> str:
        """The whole log of the current attempt; bytes that are not UTF-8 become U+FFFD."""
        seen = look.at(run)
        return b"".join(agent_log.raw(seen.directory)).decode("utf-8", "replace")

    def tmux(self, *words: str, **more: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["tmux", "-S", os.path.join(self.home, layout.TMUX_SOCKET), *words],
            capture_output=True,
            text=True,
            timeout=10,
            **more,
        )

    def servers(self) -> list[int]:
        """Pids of the tmux servers of this home, also of those whose socket is gone.

        A child of a server bears the server's name until it becomes the program of its pane: it is none.
        """
        parents = {}
        for pid in naming(self.home):
            try:
                with open(f"/proc/{pid}/stat") as file:
                    words = file.read()
            except OSError:
                continue
            if "(tmux: server" in words:
                parents[pid] = int(words.rpartition(")")[2].split()[1])
        return [pid for pid, parent in parents.items() if parent not in parents]

    def close(self) -> None:
        """End everything that names this lab, and remove it."""
        self.end()
        shutil.rmtree(self.top, ignore_errors=True)

    def end(self) -> None:
        """End everything that names this lab."""
        left: list[int] = []

        def ended() -> bool:
            if not any(map(alive, left)):  # to look at every process of the machine takes long
                left[:] = naming(self.top + "/")
            for pid in left:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    continue
            return not left

        try:
            eventually(ended, 10.0)
        except AssertionError:
            pass  # the fixture that closes the lab says what is left
        self.left = left


@functools.cache
def _first_repo() -> str:
    """A repository with one commit, which is made once and copied for every lab; it goes with this process."""
    top = tempfile.mkdtemp(prefix="wc-first-", dir="/tmp")
    atexit.register(shutil.rmtree, top, ignore_errors=True)
    path = os.path.join(top, "repo")
    os.mkdir(path)
    kept = {name: os.environ[name] for name in KEEP if name in os.environ}
    env = {**kept, "HOME": top, "GIT_CONFIG_NOSYSTEM": "1"}
    Path(path, "file.txt").write_text("one\n")
    who = ["-c", "user.name=t", "-c", "user.email=t@localhost"]
    for words in (["init", "-q", "-b", "main", "."], ["add", "."], [*who, "commit", "-q", "-m", "first"]):
        subprocess.run(["git", *words], cwd=path, check=True, env=env, stdout=subprocess.DEVNULL)
    return path


def _block(text: str, indent: int) -> list[str]:
    return [" " * indent + line for line in text.strip("\n").split("\n")]
