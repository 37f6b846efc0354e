"""Running another program to its end, always with a time limit: the only user of subprocess."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence

from workcell.base.errors import Unreachable
from workcell.system import find_program

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_GATED = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "runner", "gated.py")

DRAIN = 1.0
"""Seconds for which the output of a program that was killed at its time limit is read on."""

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


class Setting:
    """What a program runs in: its directory, its whole environment, descriptors beside the standard ones, its umask.

    Without a directory or an environment it has ours.
    """

    def __init__(
        self,
        cwd: str | None = None,
        env: Mapping[str, str] | None = None,
        pass_fds: Sequence[int] = (),
        umask: int = -1,
    ) -> None:
        self.cwd, self.env, self.pass_fds, self.umask = cwd, env, pass_fds, umask


def run(
    argv: Sequence[str | bytes],
    *,
    timeout: float,
    cwd: str | None = None,
    env: Mapping[str, str] | None = None,
    input: bytes | None = None,
    pass_fds: Sequence[int] = (),
) -> Ran:
    """Run `argv` to its end and return what it printed.

    A program named without a slash is looked for on PATH, and never in a relative directory of it or in the tree
    around the current directory or `cwd`: it would be the repository's. `timeout` is in seconds; past it the
    program's whole process group is killed and `code` is None. Its output is then read on for at most DRAIN
    seconds: another process that holds the pipe may live on. `env` replaces the environment. Raises Unreachable when
    the program cannot be started at all.
    """
    return _communicate(argv, Setting(cwd, env, pass_fds), input, timeout, DRAIN)


def run_briefly(argv: Sequence[str | bytes], *, timeout: float, env: Mapping[str, str] | None) -> Ran:
    """As `run`; nothing is read on once the time is over."""
    return _communicate(argv, Setting(None, env), None, timeout, 0.0)


def _communicate(
    argv: Sequence[str | bytes], setting: Setting, input: bytes | None, timeout: float, drain: float
) -> Ran:
    words = tuple(os.fsdecode(word) for word in argv)
    try:
        child = subprocess.Popen(
            [_program(words[0], setting.env, setting.cwd), *argv[1:]],
            cwd=setting.cwd,
            env=setting.env,
            stdin=subprocess.PIPE if input is not None else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            pass_fds=setting.pass_fds,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        raise _cannot_start(words[0], setting.cwd, error) from error
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


def stay(argv: Sequence[str], env: Mapping[str, str]) -> int:
    """Give this terminal to a program until it ends; its exit code, negative for a signal.

    When it stops itself, as tmux does for its key `suspend-client`, this process stops with it: the shell that waits
    for both would wait for ever. SIGTERM and SIGHUP go to it, and end this process after it (SystemExit). Raises
    Unreachable when it cannot be started.
    """
    told: list[int] = []
    pid = 0

    def pass_on(number: int, _: object) -> None:
        told.append(number)
        os.kill(pid, number)

    ways: dict[signal.Signals, Any] = {signal.SIGINT: signal.SIG_IGN, signal.SIGQUIT: signal.SIG_IGN}
    ways |= dict.fromkeys((signal.SIGTERM, signal.SIGHUP), pass_on)
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ways)  # one that comes while it is started waits
    kept = [(number, signal.getsignal(number)) for number in ways]
    try:
        pid = os.posix_spawn(_program(argv[0], env, None), list(argv), env, setsigmask=before)
        for number, way in ways.items():
            signal.signal(number, way)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        while True:
            _, ended = os.waitpid(pid, os.WUNTRACED)
            if not os.WIFSTOPPED(ended):
                if told:
                    raise SystemExit(128 + told[0])
                return os.waitstatus_to_exitcode(ended)
            os.kill(os.getpid(), signal.SIGSTOP)
            os.kill(pid, signal.SIGCONT)
    except OSError as error:
        raise _cannot_start(argv[0], None, error) from error
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        for number, handler in kept:
            signal.signal(number, handler)


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


def start_apart(argv: Sequence[str], *, cwd: str, env: Mapping[str, str], seconds: float) -> Ran | None:
    """Start a program that lives on without us, in a session of its own; how it ended, None if it runs after `seconds`.

    What it complains of is read from a file without a name: a pipe would end it once we are gone. Raises Unreachable
    when it cannot be started.
    """
    import tempfile

    with tempfile.TemporaryFile() as complaints:
        try:
            child = subprocess.Popen(
                [_program(argv[0], env, cwd), *argv[1:]],
                cwd=cwd,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=complaints,
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            raise _cannot_start(argv[0], cwd, error) from error
        try:
            code = child.wait(seconds)
        except subprocess.TimeoutExpired:
            child.returncode = 0  # it is no child to be waited for any more
            return None
        complaints.seek(0)
        return Ran(tuple(argv), code, b"", complaints.read(1 << 16))


def run_into(
    argv: Sequence[str],
    setting: Setting,
    *,
    output: int,
    timeout: float,
    until: Callable[[], bool] | None = None,
    place: Callable[[int], None] | None = None,
) -> int | None:
    """Run `argv` with both its outputs going to the descriptor `output`; its code as in `Ran.code`.

    `place` is called with the pid of a process that waits, and becomes the program when `place` has returned; what
    it raises is raised here, and the program is not started. It is ended early, with None, once `until` says so; that
    is asked several times a second. What it leaves running is the caller's to end. Raises Unreachable when it cannot
    be started.
    """
    gate = None
    if place is None:
        child = _start(argv, setting, output)
    else:
        child, gate = _start_gated(argv, setting, output)
    try:
        if place is not None and gate is not None:
            _let_in(child.pid, place, gate)
        return _wait(child, timeout, until)
    finally:
        if child.poll() is None:
            _kill_group(child.pid)
            child.wait()


def _start(argv: Sequence[str], setting: Setting, output: int) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            argv,
            cwd=setting.cwd,
            env=setting.env,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            pass_fds=setting.pass_fds,
            start_new_session=True,
            umask=setting.umask,
        )
    except (OSError, ValueError) as error:  # ValueError: a NUL in a word, as in a broken `#!` line
        raise _cannot_start(argv[0], setting.cwd, error) from error


def _start_gated(argv: Sequence[str], setting: Setting, output: int) -> tuple[subprocess.Popen[bytes], int]:
    """(a process that waits to become the program, the descriptor that lets it with one byte)."""
    import shutil

    path = (os.environ if setting.env is None else setting.env).get("PATH")
    if shutil.which(argv[0], path=path) is None:
        raise _cannot_start(argv[0], setting.cwd, FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT)))
    waits, opens = os.pipe()
    words = [sys.executable, "-I", "-S", _GATED, str(waits), *argv]
    try:
        return _start(
            words, Setting(setting.cwd, setting.env, [*setting.pass_fds, waits], setting.umask), output
        ), opens
    except BaseException:
        os.close(opens)
        raise
    finally:
        os.close(waits)


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


def page(argv: Sequence[str], text: bytes, env: Mapping[str, str]) -> bool:
    """Show `text` in a pager that has this terminal, until a person leaves it; whether it could be started."""
    try:
        child = subprocess.Popen(argv, stdin=subprocess.PIPE, cwd="/", env=env)
    except OSError:
        return False
    while True:
        try:
            child.communicate(text)
            return True
        except BrokenPipeError:
            child.wait()
            return True
        except KeyboardInterrupt:
            continue  # Ctrl-C is for the pager, which stays: what it leaves on the terminal must not be ours to break


def foreground(argv: Sequence[str]) -> int:
    """Run a program that has this terminal until a person ends it; its exit code, negative for a signal.

    Only for the main thread: Ctrl-C is for the program meanwhile. SIGTERM and SIGHUP are passed on to it, so that it
    leaves the terminal as it found it, and reach the caller once it has ended. Unreachable when it cannot be started.
    """
    came: list[int] = []
    try:
        child = subprocess.Popen(argv)
    except OSError as error:
        raise _cannot_start(argv[0], None, error) from error

    def passed_on(number: int, frame: object) -> None:
        came.append(number)
        child.terminate()

    kept = {int(number): signal.signal(number, passed_on) for number in (signal.SIGTERM, signal.SIGHUP)}
    kept[signal.SIGINT] = signal.signal(signal.SIGINT, lambda number, frame: None)
    try:
        return child.wait()
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)
        for number in came[:1]:
            os.kill(os.getpid(), number)
