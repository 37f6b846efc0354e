"""SIGKILL at the typist's system calls: a message arrives whole and once, or is refused with the reason."""

import contextlib
import fcntl
import json
import os
import signal
import struct
import subprocess
import sys
import termios
import threading
from pathlib import Path

import pytest

from tests.support.lab import eventually
from tests.support.stubs import STUB
from workcell.base import json_codec, platform
from workcell.rundir import inbox, layout

ROOT = Path(inbox.__file__).resolve().parents[2]


class Desk:
    """A stub in a terminal whose log is kept as a runner keeps it, without the runner."""

    def __init__(self, top: Path) -> None:
        self.run, self.marks = top / "run", top / "marks"
        self.attempt = self.run / layout.ATTEMPTS / "001"
        self.attempt.mkdir(parents=True)
        self.marks.mkdir()
        (self.run / layout.CURRENT).symlink_to("attempts/001")
        typing = {"screen": "claude", "settle": 0.15, "patience": 2.0}
        (self.attempt / layout.ATTEMPT).write_text(json.dumps({"typing": typing, "reader": "claude", "io": "terminal"}))
        self.master, slave = os.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 200, 0, 0))
        self.program = subprocess.Popen(
            ["setsid", "--ctty", sys.executable, str(STUB), str(self.marks)], stdin=slave, stdout=slave, stderr=slave
        )
        os.close(slave)
        os.set_blocking(self.master, False)
        who = {"agent": platform.identity(self.program.pid)}
        (self.attempt / layout.START).write_bytes(json_codec.encode(who))
        self.over = threading.Event()
        self.log = open(self.attempt / layout.AGENT_LOG, "ab", buffering=0)
        self.pump = threading.Thread(target=self._pump)
        self.pump.start()
        eventually(lambda: "❯".encode() in (self.attempt / layout.AGENT_LOG).read_bytes())

    def _pump(self) -> None:
        while not self.over.is_set():
            with contextlib.suppress(OSError):
                self.log.write(os.read(self.master, 65536))
                continue
            self.over.wait(0.005)

    def deliver(self, *before: str) -> int:
        words = [*before, sys.executable, "-I", str(ROOT / "workcell" / "__main__.py"), "_deliver", str(self.run), "1"]
        return subprocess.run(words, stdin=self.master, capture_output=True, timeout=60).returncode

    def texts(self) -> list[str]:
        with contextlib.suppress(FileNotFoundError):
            return [json.loads(line).get("text") for line in (self.marks / "said").read_text().splitlines()]
        return []

    def close(self) -> None:
        self.program.kill()
        self.program.wait()
        self.over.set()
        self.pump.join()
        self.log.close()
        os.close(self.master)


@pytest.fixture
def desk(tmp_path):
    made: list[Desk] = []

    def make(name: str) -> Desk:
        made.append(Desk(tmp_path / name))
        return made[-1]

    yield make
    for one in made:
        one.close()


def _try(desk: Desk, call: str, when: int) -> bool:
    """Whether the typist was killed at all; the truth of what followed is asserted."""
    text = f"message {call} {when} " + "x" * 9000 + " end"
    name = inbox.post(str(desk.run), {"kind": "text", "text": text})
    inject = ["strace", "-f", "-qq", "-o", os.devnull, "-e", f"trace={call}"]
    code = desk.deliver(*inject, "-e", f"inject={call}:signal=SIGKILL:when={when}")
    killed = code in (-signal.SIGKILL, 128 + signal.SIGKILL)
    for _ in range(5):
        if inbox.state(str(desk.run), name)[0] in (inbox.ACCEPTED, inbox.REFUSED):
            break
        desk.deliver()
    state, said = inbox.state(str(desk.run), name)
    where = (call, when, killed, state, said)
    if state == inbox.ACCEPTED:
        eventually(lambda: desk.texts() == [text], what=str(where))
    else:
        assert state == inbox.REFUSED and said["why"], where
        assert desk.texts() in ([], [text]), where
    assert inbox.typed(str(desk.run)) == []
    # nothing is left open: the next key is a key again
    os.write(desk.master, b"\r")
    return killed


RENAME = "rename,renameat,renameat2"
SAMPLE = [(RENAME, 1), (RENAME, 2), (RENAME, 3), ("fsync", 3), ("write", 3), ("write", 5), ("write", 6)]


@pytest.mark.parametrize(("call", "when"), SAMPLE)
def test_killed_at_some_calls(desk, call, when):
    _try(desk("one"), call, when)


@pytest.mark.sweep
@pytest.mark.timeout(900)
@pytest.mark.parametrize("call", [RENAME, "fsync", "write", "openat"])
def test_killed_at_every_call(desk, call):
    for when in range(1, 40 if call != "openat" else 12):
        if not _try(desk(str(when)), call, when):
            break
