"""Live runs whose agents write what they are told, in the form of Claude Code, and cost nothing while they rest.

An agent copies a FIFO to its output and to its transcript. The bench holds the other end: when the bench ends, however
it ends, each agent reads the end of its file, and its run is over.
"""

import contextlib
import json
import os
import re
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from measuring import place

AGENT = 'mkdir -p "$HOME/{folder}" && exec tee -a "$HOME/{folder}/{{{{ session }}}}.jsonl" < {fifo}'
WORDS = "The parser keeps the position of each token, so that a fault can be told with its line and its column. " * 3


@dataclass
class Agent:
    """One run, and the writing end of what its agent copies."""

    run: str
    session: str
    fd: int
    calls: int = 0
    records: int = field(default=0)

    def write(self, record: dict[str, Any]) -> None:
        self.records += 1
        at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        name = f"{self.session}-{self.records}"
        whole = {"uuid": name, "timestamp": at, "sessionId": self.session, "session_id": self.session, **record}
        os.write(self.fd, json.dumps(whole).encode() + b"\n")

    def begin(self) -> None:
        """A prompt, and a call that goes on."""
        self.write({"type": "system", "subtype": "init", "cwd": self.run})
        self.write({"type": "user", "promptId": self.session, "message": {"role": "user", "content": "Build it."}})
        self.call("make")

    def call(self, command: str) -> None:
        self.calls += 1
        block = {"type": "tool_use", "id": f"toolu_{self.calls}", "name": "Bash", "input": {"command": command}}
        self._answer([block], "tool_use")

    def result(self) -> None:
        block = {"type": "tool_result", "tool_use_id": f"toolu_{self.calls}", "content": WORDS, "is_error": False}
        self.write({"type": "user", "message": {"role": "user", "content": [block]}})

    def said(self) -> None:
        self._answer([{"type": "text", "text": WORDS}], None)

    def _answer(self, content: list[dict[str, Any]], stop: str | None) -> None:
        message = {"id": f"m{self.records}", "role": "assistant", "model": "made", "content": content}
        self.write({"type": "assistant", "message": {**message, "stop_reason": stop}})


class Agents:
    """The live runs of a place: one in two has a terminal, the other one's output is read as it is."""

    def __init__(self, here: place.Place) -> None:
        self.here = here
        self.all: list[Agent] = []

    def grow(self, count: int) -> list[Agent]:
        """Launch until there are so many; the new ones, each in the middle of a call."""
        before = len(self.all)
        while len(self.all) < count:
            self.all.append(self._launch(len(self.all)))
        new = self.all[before:]
        for agent in new:
            place.until(lambda one=agent: place.record(one.run, "start.json"))
            agent.begin()
        return new

    def _launch(self, number: int) -> Agent:
        # a launch is no part of what is measured: it is asked for in this process, which saves a start of Python each
        from workcell.launch import launch  # noqa: PLC0415
        from workcell.launch.options import Options  # noqa: PLC0415

        fifo = os.path.join(self.here.directory, f"agent-{number}.fifo")
        os.mkfifo(fifo)
        fd = os.open(fifo, os.O_RDWR | os.O_CLOEXEC)
        tree = self.here.tree(f"tree-{number}")
        folder = os.path.join(".claude", "projects", re.sub("[^A-Za-z0-9]", "-", os.path.realpath(tree)))
        io = ("terminal", "file")[number % 2]
        words = AGENT.format(folder=folder, fifo=fifo)
        brief = self.here.brief(f"agent-{number}", words, io, reader="claude")
        made = launch.launch(
            launch.Request(self.here.home, brief, Options(repo=tree, shell=self.here.env), window=False)
        )
        return Agent(made.run, str(place.record(made.run, "attempt.json")["agent_session"]), fd)

    def close(self) -> None:
        """Let every agent come to its end."""
        for agent in self.all:
            with contextlib.suppress(OSError):
                os.close(agent.fd)
            agent.fd = -1


def processes(directory: str) -> dict[int, str]:
    """The processes, but this one, that work in that directory or name it: their words by their id."""
    found = {}
    for name in os.listdir("/proc"):
        if name.isdigit() and int(name) != os.getpid():
            with contextlib.suppress(OSError):
                about = f"/proc/{name}"
                words = _read(f"{about}/cmdline")
                if directory in os.readlink(f"{about}/cwd") or directory in words + _read(f"{about}/environ"):
                    found[int(name)] = words.replace("\0", " ").strip()
    return found


def _read(path: str) -> str:
    with open(path, "rb") as file:
        return os.fsdecode(file.read())


@contextlib.contextmanager
def made() -> Iterator[Agents]:
    """A place with agents. Nothing of it is left, however the body ends: where it fails, all processes are killed."""
    with place.made() as here:
        agents = Agents(here)
        try:
            yield agents
        except BaseException:
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # what follows takes seconds
            here.abandoned = True
            _kill_all(here.directory)
            raise
        finally:
            agents.close()


def _kill_all(directory: str) -> None:
    """A runner that dies may have begun something just before: until two looks in a row find none."""
    quiet, until = 0, time.monotonic() + 30.0
    while quiet < 2 and time.monotonic() < until:
        found = processes(directory)
        for pid in found:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        quiet = 0 if found else quiet + 1
        time.sleep(0.1)
