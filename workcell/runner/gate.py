"""Starting the agent: the child waits on a gate pipe until who it is stands on disk.

End of file on the gate means that the runner is dead: the child then ends without having become the agent.
"""

import fcntl
import os
import termios

from workcell.base import platform
from workcell.base.light import signal
from workcell.rundir import start_place

GATE_SHUT = 75

DEFAULT = (
    signal.SIGHUP,
    signal.SIGINT,
    signal.SIGQUIT,
    signal.SIGTERM,
    signal.SIGPIPE,
    signal.SIGCHLD,
    signal.SIGXFSZ,  # Python ignores it for itself, and what is ignored stays so across exec
    signal.SIGTSTP,
    signal.SIGTTIN,
    signal.SIGTTOU,
)
"""Signals that mean to the agent what they mean to any program, whatever its starter made of them."""


MORE_KILLABLE = 200
"""What is added to the agent's oom_score_adj, which all that it starts inherits: a machine that runs out of memory ends
the agent, of which its runner can then tell, before the runner. Any process may raise this number for itself."""


class Gate:
    """A forked child that has done nothing yet. `pid` is the pid that the agent will have."""

    def __init__(self, pid: int, gate: int, errors: int) -> None:
        self.pid = pid
        self._gate = gate
        self._errors = errors

    def open(self) -> "str | None":
        """Let the child become the agent; None, or why it could not (then the child is ending)."""
        os.write(self._gate, b"!")
        os.close(self._gate)
        answer = b""
        while chunk := os.read(self._errors, 4096):
            answer += chunk
        os.close(self._errors)
        return answer.decode("utf-8", "replace") or None

    def shut(self) -> None:
        """Let the child end."""
        os.close(self._gate)
        os.close(self._errors)


class Program:
    """What the child becomes: its words, its whole environment, its directory `below` the tree `top`, and its umask."""

    __slots__ = ("argv", "below", "env", "top", "umask")

    def __init__(self, argv: "list[str]", env: "dict[str, str]", place: "tuple[str, str]", umask: int) -> None:
        """`place` is the top of the tree and the directory below it, empty for the top itself."""
        self.argv, self.env, self.umask = argv, env, umask
        self.top, self.below = place


def fork(
    program: Program,
    *,
    stdio: "tuple[int, int, int]",
    terminal: bool,
    agent_lock: int,
    runner_locks: "list[int]",
) -> Gate:
    """Fork the child. `stdio` becomes its descriptors 0, 1, 2; with `terminal` they are its own terminal."""
    gate_read, gate_write = os.pipe()
    errors_read, errors_write = os.pipe()
    pid = os.fork()
    if pid:
        os.close(gate_read)
        os.close(errors_write)
        return Gate(pid, gate_write, errors_read)
    try:
        os.close(gate_write)
        for fd in runner_locks:
            os.close(fd)  # a lock that a child inherits is held for as long as the child lives
        os.setsid()
        _offer_to_be_killed()
        if terminal:
            fcntl.ioctl(stdio[0], termios.TIOCSCTTY, 0)
        _become(program, stdio, agent_lock, gate_read, errors_write)
    finally:
        os._exit(GATE_SHUT)


def _offer_to_be_killed() -> None:
    try:
        fd = os.open("/proc/self/oom_score_adj", os.O_RDWR | os.O_CLOEXEC)
        score = min(1000, int(os.read(fd, 16)) + MORE_KILLABLE)
        os.pwrite(fd, str(score).encode(), 0)
        os.close(fd)
    except (OSError, ValueError):
        pass  # macOS has no such file; without it the agent starts all the same


def _become(program: Program, stdio: "tuple[int, int, int]", agent_lock: int, gate: int, errors: int) -> None:
    keep = sorted({gate, errors, agent_lock})
    saved = [fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, keep[-1] + 1) for fd in stdio]
    for number, fd in enumerate(saved):
        os.dup2(fd, number, inheritable=True)
    low = 3
    for fd in keep:
        os.closerange(low, fd)
        low = fd + 1
    platform.close_from(low)
    if not os.read(gate, 1):
        os._exit(GATE_SHUT)
    os.close(gate)
    for number in DEFAULT:
        signal.signal(number, signal.SIG_DFL)
    os.umask(program.umask)
    os.set_inheritable(agent_lock, True)
    where = f"cannot enter {start_place.join(program.top, program.below)!r}"
    try:
        start_place.enter(program.top, program.below)
        where = f"cannot start {program.argv[0]!r}"
        os.execvpe(program.argv[0], program.argv, program.env)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        os.write(errors, f"{where}: {why}".encode("utf-8", "replace"))
