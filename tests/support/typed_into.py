"""A stub program in a terminal of its own, without a runner: for tests of what types into a terminal.

The run directory is made by hand. A thread copies the terminal into the log, as a runner does.
"""

import fcntl
import json
import os
import select
import struct
import subprocess
import sys
import termios
import threading
from pathlib import Path
from typing import Any

from tests.support.lab import eventually
from tests.support.stub_tui import QUEUED
from tests.support.stubs import STUB
from workcell.evidence import screen
from workcell.rundir import inbox, layout
from workcell.together import typist
from workcell.together.agent_terminal import AgentTerminal

COLUMNS, ROWS = 80, 24


class TypedInto:
    """`run` is the directory of the run, `tty` the master side of the terminal. Close it in the end."""

    def __init__(self, top: Path, **env: str) -> None:
        self.run = str(top / "home" / layout.RUNS / "r")
        self.attempt = layout.attempt(self.run, 1)
        self.directory = str(top / "stub")
        os.makedirs(self.attempt)
        os.mkdir(self.directory)
        self.typing = {"screen": "claude", "settle": 0.13, "patience": 1.0, "ghosts": [QUEUED]}
        Path(self.attempt, layout.ATTEMPT).write_text(json.dumps({"typing": self.typing, "reader": "claude"}))
        Path(self.run, layout.CURRENT).symlink_to(f"{layout.ATTEMPTS}/{layout.number(1)}")
        self.tty, slave = os.openpty()
        fcntl.ioctl(self.tty, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        self.program = subprocess.Popen(
            [sys.executable, "-S", STUB, self.directory],
            stdin=slave,
            stdout=slave,
            start_new_session=True,
            env={**os.environ, **env},
        )
        os.close(slave)
        os.set_blocking(self.tty, False)
        self._ended, self._end = os.pipe()
        self._copier = threading.Thread(target=self._copy)
        Path(self.attempt, layout.AGENT_LOG).touch()
        self._copier.start()
        eventually(lambda: any("❯" in row for row in self.rows()), what="the composer")

    def _copy(self) -> None:
        with open(os.path.join(self.attempt, layout.AGENT_LOG), "ab", buffering=0) as log:
            while True:
                ready, _, _ = select.select([self.tty, self._ended], [], [])
                if self._ended in ready:
                    return
                try:
                    log.write(os.read(self.tty, 1 << 16))
                except OSError:  # the program has ended
                    select.select([self._ended], [], [])
                    return

    def close(self) -> None:
        os.write(self._end, b"x")
        self._copier.join()
        self.program.kill()
        self.program.wait()
        for fd in (self.tty, self._end, self._ended):
            os.close(fd)

    def rows(self) -> list[str]:
        return screen.draw(self.attempt, COLUMNS, ROWS).lines()

    def terminal(self, **typing: Any) -> AgentTerminal:
        """The terminal as the program that types has it."""
        return AgentTerminal(self.run, 1, self.tty, {**self.typing, **typing})  # type: ignore[typeddict-item]

    def do(self, words: str) -> None:
        """Let the program do something, and wait until it has read what."""
        path = os.path.join(self.directory, "do")
        with open(path + ".new", "w") as file:
            file.write(words)
        os.rename(path + ".new", path)
        eventually(lambda: not os.path.exists(path), what=words)

    def shows(self, words: str) -> None:
        """Wait until the screen shows these words."""
        eventually(lambda: any(words in row for row in self.rows()), what=words)

    def heard(self) -> list[dict[str, Any]]:
        """What the program was told."""
        try:
            with open(os.path.join(self.directory, "said")) as file:
                return [json.loads(line) for line in file]
        except FileNotFoundError:
            return []

    def message(self, kind: str, **keys: Any) -> str:
        """Put a message into the inbox; its file name."""
        return inbox.post(self.run, {"kind": kind, **keys})

    def deliver(self) -> int:
        """Type what can be typed now; the exit code of the program that types."""
        return typist.deliver(self.run, 1, self.tty)

    def outcome(self, name: str) -> tuple[str | None, str]:
        """(how far a message came, why or by what evidence)."""
        state, said = inbox.state(self.run, name)
        return state, str(said and (said.get("evidence") or said.get("why")))
