"""Running another program to its end, always with a time limit: the only user of subprocess."""

import errno
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence

from workcell.base.errors import Unreachable
from workcell.system import find_program

_GATED = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "runner", "gated.py")

ASK = 0.2
"""Seconds between two questions whether a program is still wanted."""


class Ran:
    """How a program ended. `code` is its exit code, negative for a signal, None where the time limit ended it.

    No dataclass: those bring `inspect` along, which costs a tick more than this whole module.
    """

    def __init__(self, argv: tuple[str, ...], code: int | None, out: bytes, err: bytes) -> None:
        self.argv, self.code, self.out, self.err = argv, code, out, err

    @property
    def ok(self) -> bool:
        return self.code == 0

    @property
    def timed_out(self) -> bool:
        return self.code is None

    def text(self) -> str:
        """Standard output as text; bytes that are not UTF-8 survive as surrogates."""
        return os.fsdecode(self.out)

    def complaint(self) -> str:
        """The last line of standard error, or what can be said without one."""
        if self.timed_out:
            return "did not answer in time"
        lines = self.err.decode("utf-8", "replace").strip().splitlines()
        return lines[-1] if lines else f"exit code {self.code}"


def _cannot_start(program: str, cwd: str | None, error: Exception) -> Unreachable:
    if cwd is not None and not os.path.isdir(cwd):
        return Unreachable(f"cannot start {program!r} in {cwd!r}: there is no such directory", "put it back")
    why = getattr(error, "strerror", None) or error
    return Unreachable(f"cannot start {program!r}: {why}", f"install {program} or put it on PATH")


def _program(name: str, env: Mapping[str, str] | None, cwd: str | None) -> str:
    if "/" in name:
        return name
    trees = [find_program.here(), find_program.tree_around(cwd) if cwd is not None else None]
    found = find_program.find(name, (os.environ if env is None else env).get("PATH", os.defpath), trees)
    if found is None:
        raise FileNotFoundError(2, f"not found in an absolute directory of PATH outside of the tree: {name}")
    return found


def run(
    argv: Sequence[str | bytes],
    *,
    timeout: float,
    cwd: str | None = None,
    env: Mapping[str, str] | None = None,
    input: bytes | None = None,
    pass_fds: Sequence[int] = (),
    drain: float = 1.0,
) -> Ran:
    """Run `argv` to its end and return what it printed.

    A program named without a slash is looked for on PATH, and never in a relative directory of it or in the tree
    around the current directory or `cwd`: it would be the repository's. `timeout` is in seconds; past it the
    program's whole process group is killed and `code` is None. Its output is then read on for at most `drain`
    seconds: whoever else holds the pipe may live on. `env` replaces the environment. Raises Unreachable when the
    program cannot be started at all.
    """
    words = tuple(os.fsdecode(word) for word in argv)
    try:
        child = subprocess.Popen(
            [_program(words[0], env, cwd), *argv[1:]],
            cwd=cwd,
            env=env,
            stdin=subprocess.PIPE if input is not None else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            pass_fds=pass_fds,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        raise _cannot_start(words[0], cwd, error) from error
    with child:
        try:
            out, err = child.communicate(input, timeout=timeout)
        except subprocess.TimeoutExpired:
            _kill_group(child.pid)
            try:
                out, err = child.communicate(timeout=drain)
            except subprocess.TimeoutExpired:  # a grandchild in a session of its own holds the pipe
                out, err = b"", b""
            return Ran(words, None, out, err)
        except BaseException:
            _kill_group(child.pid)
            raise
    return Ran(words, child.returncode, out, err)


def _kill_group(pid: int) -> None:
    """Kill a process and all of its group; one that is gone already is fine."""
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def detach(argv: Sequence[str], *, cwd: str, env: Mapping[str, str], pass_fds: Sequence[int] = ()) -> int:
    """Start `argv` in a session of its own with no terminal and no open files but `pass_fds`; its pid.

    The program is our child until it forks away by itself; every program that we detach does so first.
    """
    child = subprocess.Popen(
        argv,
        cwd=cwd,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        pass_fds=pass_fds,
        start_new_session=True,
    )
    child.wait()
    return child.pid


def run_into(
    argv: Sequence[str],
    *,
    timeout: float,
    cwd: str,
    env: Mapping[str, str],
    output: int,
    pass_fds: Sequence[int] = (),
    umask: int = -1,
    until: Callable[[], bool] | None = None,
    place: Callable[[int], None] | None = None,
) -> int | None:
    """Run `argv` with both its outputs going to the descriptor `output`; its code as in `Ran.code`.

    `place` is called with the pid of a process that waits, and becomes the program when `place` has returned; what
    it raises is raised here, and the program is not started. It is ended early, with None, once `until` says so; that
    is asked several times a second. What it leaves running is the caller's to end. Raises Unreachable when it cannot
    be started.
    """
    gate: tuple[int, int] | None = None
    if place is not None:
        if shutil.which(argv[0], path=env.get("PATH")) is None:
            raise _cannot_start(argv[0], cwd, FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT)))
        gate = os.pipe()
        argv, pass_fds = [sys.executable, "-I", "-S", _GATED, str(gate[0]), *argv], [*pass_fds, gate[0]]
    try:
        child = subprocess.Popen(
            argv,
            cwd=cwd,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            pass_fds=pass_fds,
            start_new_session=True,
            umask=umask,
        )
    except (OSError, ValueError) as error:  # ValueError: a NUL in a word, as in a broken `#!` line
        if gate is not None:
            os.close(gate[1])
        raise _cannot_start(argv[0], cwd, error) from error
    finally:
        if gate is not None:
            os.close(gate[0])
    try:
        if place is not None and gate is not None:
            _let_in(child.pid, place, gate[1])
        return _wait(child, timeout, until)
    finally:
        if child.poll() is None:
            _kill_group(child.pid)
            child.wait()


def _wait(child: subprocess.Popen[bytes], timeout: float, until: Callable[[], bool] | None) -> int | None:
    """The code of the child; None once `timeout` seconds are over or `until` says so."""
    deadline = time.monotonic() + timeout
    while True:
        left = max(0.0, deadline - time.monotonic())
        try:
            return child.wait(left if until is None else min(left, ASK))
        except subprocess.TimeoutExpired:
            if time.monotonic() >= deadline or (until is not None and until()):
                return None


def _let_in(pid: int, place: Callable[[int], None], gate: int) -> None:
    """Call `place` and open the gate; without the byte the process ends by itself."""
    try:
        place(pid)
        os.write(gate, b"!")
    finally:
        os.close(gate)
