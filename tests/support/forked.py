"""The command line without the start of an interpreter: one process has the package loaded, and forks for each call.

A call is a process of its own, with the words, environment, directory and files that it was given; only what it imports
is there already. As a program this module is the process that forks: see `main`.
"""

import ast
import atexit
import contextlib
import fcntl
import gc
import importlib
import os
import pkgutil
import runpy
import selectors
import signal
import socket
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
LEFT_OUT = ("workcell.faces.tui", "workcell.runner", "workcell.channels.to.apprise_url")
"""Rooms that no verb loads, or only one that is started as a program."""

_SIZE = 1 << 20
"""Maximum bytes of a request: more than the words and the environment of a process may have here."""


class Forked:
    """The process that forks, started by the first call. Threads may call at once."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._to: socket.socket | None = None
        self._owner = 0
        self.environment: dict[str, str] = {}
        """The variables that the process was started with."""

    def start(self, environment: Mapping[str, str]) -> None:
        """Start it, unless this process has done so already.

        A test that brings an attempt to its end in this process ends all processes below it, this one among them.
        """
        if self._owner == os.getpid() and self._process is not None and self._process.poll() is None:
            return
        self.close()
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SIZE)
        self.environment = dict(environment)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.forked", str(theirs.fileno())],
            cwd=ROOT, env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, pass_fds=[theirs.fileno()],
        )  # fmt: skip
        theirs.close()
        self._to, self._owner = ours, os.getpid()
        atexit.register(self.close)

    def close(self) -> None:
        """End the process."""
        if self._to is not None and self._process is not None and self._owner == os.getpid():
            self._to.close()
            self._process.wait()
            self._to, self._owner = None, 0

    def run(
        self, words: Sequence[str], env: Mapping[str, str], cwd: str, stdin: Any, timeout: float
    ) -> subprocess.CompletedProcess[str]:
        """Run `python -m workcell WORDS` as subprocess.run does, with its output as text.

        Raises subprocess.TimeoutExpired, after the call was killed.
        """
        with contextlib.ExitStack() as held:
            given = held.enter_context(open(os.devnull, "rb")) if stdin == subprocess.DEVNULL else stdin
            out, to_out = os.pipe()
            err, to_err = os.pipe()
            for one in (out, err):
                held.callback(os.close, one)
            try:
                call = held.enter_context(self.call(words, env, cwd, [given.fileno(), to_out, to_err]))
            finally:
                os.close(to_out)
                os.close(to_err)
            *texts, late = _read([out, err], call.deadline(timeout))
            code = None if late else call.wait(timeout)
            if code is None:
                call.kill()
                raise subprocess.TimeoutExpired(list(words), timeout)
            return subprocess.CompletedProcess(list(words), code, *map(_text, texts))

    def call(
        self, words: Sequence[str], env: Mapping[str, str], cwd: str, files: Sequence[int], terminal: bool = False
    ) -> "Call":
        """Begin `python -m workcell WORDS` with these three files; with `terminal` the first becomes that of a session."""
        assert self._to is not None
        answers, reply = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with reply:
            said = repr((list(words), dict(env), cwd, terminal)).encode()
            socket.send_fds(self._to, [said], [*files, reply.fileno()])
        return Call(answers)


class Call:
    """A call that goes on, or has ended. Close it in the end."""

    def __init__(self, answers: socket.socket) -> None:
        self._answers = answers
        self.pid = int(answers.recv(100))
        self._began = time.monotonic()  # the first call of all waits until the package is loaded

    def deadline(self, seconds: float) -> float:
        return self._began + seconds

    def wait(self, seconds: float) -> int | None:
        """Wait until so many seconds after its beginning; the exit code, as subprocess has it, or None."""
        self._answers.settimeout(max(self.deadline(seconds) - time.monotonic(), 0.0))
        try:
            return int(self._answers.recv(100))
        except (TimeoutError, BlockingIOError):
            return None

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)

    def __enter__(self) -> "Call":
        return self

    def __exit__(self, *_: object) -> None:
        self._answers.close()


def _read(fds: list[int], deadline: float) -> list[bytes]:
    """All that comes until every one is closed by all who write, and b"late" or b"" behind it."""
    found = {fd: b"" for fd in fds}
    late = b""
    with selectors.DefaultSelector() as ready:
        for fd in fds:
            ready.register(fd, selectors.EVENT_READ)
        while ready.get_map() and not late:
            left = deadline - time.monotonic()
            some = ready.select(max(left, 0))
            late = b"" if some else b"late"
            for key, _ in some:
                data = os.read(key.fd, 1 << 16)
                found[key.fd] += data
                if not data:
                    ready.unregister(key.fd)
    return [*found.values(), late]


def _text(data: bytes) -> str:
    return data.decode().replace("\r\n", "\n").replace("\r", "\n")  # as subprocess reads text


forked = Forked()


def main(fd: int) -> None:
    """Fork for each request that comes through the socket, until its other end is closed.

    This returns in each fork, where the call is made.
    """
    for found in pkgutil.walk_packages([str(ROOT / "workcell")], "workcell."):
        if not found.name.endswith("__main__") and not found.name.startswith(LEFT_OUT):
            importlib.import_module(found.name)
    gc.collect()
    gc.freeze()
    requests = socket.socket(fileno=fd)
    requests.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _SIZE)
    ended, wake = os.pipe()
    os.set_blocking(wake, False)
    os.set_blocking(ended, False)
    before = signal.set_wakeup_fd(wake)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    ready = selectors.DefaultSelector()
    ready.register(requests, selectors.EVENT_READ)
    ready.register(ended, selectors.EVENT_READ)
    replies: dict[int, socket.socket] = {}
    while True:
        for key, _ in ready.select():
            if key.fd == ended:
                os.read(ended, 1000)
                _tell(replies)
                continue
            said, fds, _, _ = socket.recv_fds(requests, _SIZE, 4)
            if not said:
                os._exit(0)
            pid = os.fork()
            if pid:
                replies[pid] = socket.socket(fileno=fds[3])
                replies[pid].send(str(pid).encode())
                for one in fds[:3]:
                    os.close(one)
                continue
            signal.set_wakeup_fd(before)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            for inherited in (ready, requests, *replies.values()):
                inherited.close()  # a number that is closed later is that of another file then
            return _become(*ast.literal_eval(said.decode()), fds)


def _tell(replies: dict[int, socket.socket]) -> None:
    """Answer with the exit code of each call that has ended, as subprocess has it."""
    for pid in list(replies):
        found, status = os.waitpid(pid, os.WNOHANG)
        if found:
            with replies.pop(pid) as reply, contextlib.suppress(BrokenPipeError):
                reply.send(str(os.waitstatus_to_exitcode(status)).encode())


def _become(words: list[str], env: dict[str, str], cwd: str, terminal: bool, fds: list[int]) -> None:
    """What exec and the start of an interpreter do: files, environment, directory and words."""
    if terminal:
        os.setsid()
        fcntl.ioctl(fds[0], termios.TIOCSCTTY, 0)
    for at, one in enumerate(fds[:3]):
        os.dup2(one, at)
    os.closerange(3, 4096)
    coerced = {"LC_CTYPE": os.environ["LC_CTYPE"]} if "LC_CTYPE" in os.environ else {}  # by Python in the locale C
    os.environ.clear()
    os.environ.update({**coerced, **env})
    os.chdir(cwd)
    sys.path[0] = cwd
    sys.argv = ["workcell", *words]
    for at, (name, mode) in enumerate((("stdin", "r"), ("stdout", "w"), ("stderr", "w"))):
        old = getattr(sys, name)
        lines = 1 if at == 2 or os.isatty(at) else -1
        new = open(at, mode, encoding=old.encoding, errors=old.errors, buffering=lines, closefd=False)
        setattr(sys, name, new)
        setattr(sys, f"__{name}__", new)


def _end(code: int) -> None:
    """What an interpreter does at its end that can be seen: to free all that is loaded takes longer than most calls."""
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    main(int(sys.argv[1]))
    try:
        runpy.run_module("workcell", run_name="__main__", alter_sys=True)
    except SystemExit as end:
        if isinstance(end.code, int):
            _end(end.code)
        raise
