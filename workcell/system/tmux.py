"""tmux as the place where windows are: our own socket, our own configuration, every call with a time limit.

libtmux answers "no sessions" when it could not ask, and waits for ever for a server that hangs, so facts are
asked for here with tmux's own words.
"""

import os
import stat
import sys
import time

from workcell.base.errors import Refused, TryAgain, Unreachable
from workcell.rundir import layout, seal
from workcell.system import find_program, run_program, window_status

TIMEOUT = 2.0
SOCKET_LIMIT = 103 if sys.platform == "darwin" else 107
"""Bytes in sun_path, less the closing NUL."""

MIN_VERSION = (3, 2)
DESCRIPTORS = 65536
FEWEST = 256

_ENV = ("PATH", "HOME", "SHELL", "USER", "LOGNAME", "LANG", "TMPDIR")


BUDGET = 2.0
"""Maximum seconds that one process waits in vain for a server, in all its calls together."""

FORGET = 60.0
"""Seconds after which a process that lives on asks a server anew that did not answer."""

OPENS = 5.0
"""Maximum seconds for opening a window, for a server that has just answered: on a busy machine that takes a while."""

_vain: dict[str, tuple[float, float]] = {}
"""Of each socket whose server did not answer: seconds waited for it in vain, and when last (monotonic seconds)."""

_answered: dict[str, float] = {}
"""When the server at a socket answered last (monotonic seconds)."""


def bounded(socket: str, argv: list[str], timeout: float, *, env: "dict[str, str] | None" = None) -> run_program.Ran:
    """Run a tmux command that asks the server at `socket`; its time is that of all such commands of this process.

    Raises Unreachable when tmux is missing, when the server does not answer within `timeout` or the rest of BUDGET,
    and at once where nothing is left of BUDGET.
    """
    silent = Unreachable(
        f"the tmux server at {socket} does not answer",
        "it is stopped or hangs; runs go on without it, and 'workcell attach' can do without it, too",
    )
    left = _left(socket)
    if left <= 0:
        raise silent
    begun = time.monotonic()
    # a client passes its output to the server, which keeps the pipe open while it hangs
    ran = run_program.run_briefly(argv, timeout=min(timeout, left), env=env)
    now = time.monotonic()
    if ran.timed_out:
        waited_in_vain(socket, now - begun)
        raise silent
    _answered[socket] = now
    _vain.pop(socket, None)
    return ran


def _left(socket: str) -> float:
    """Seconds that a command may still wait for that server."""
    now = time.monotonic()
    spent, last = _vain.get(socket, (0.0, 0.0))
    if spent and now - last > FORGET:
        del _vain[socket]
        spent = 0.0
    if not spent and now - _answered.get(socket, -BUDGET) < BUDGET:
        return OPENS
    # a wait that ends a moment early has used up the budget, too
    return BUDGET - spent if spent < 0.9 * BUDGET else 0.0


def waited_in_vain(socket: str, seconds: float) -> None:
    """Count the time for which a caller waited for the server at `socket` and got no answer."""
    spent, _ = _vain.get(socket, (0.0, 0.0))
    _vain[socket] = (spent + seconds, time.monotonic())


class Tmux:
    """The tmux server of one home."""

    def __init__(self, home: str, socket: str) -> None:
        self.home, self.socket = home, socket

    def command(self, *words: str) -> list[str]:
        return ["tmux", "-u", "-f", os.path.join(self.home, layout.TMUX_CONF), "-S", self.socket, *words]

    def ask(self, *words: str, timeout: float = TIMEOUT) -> run_program.Ran:
        """Run one tmux command. Raises Unreachable when tmux is missing or does not answer in time; see `bounded`."""
        return bounded(self.socket, self.command(*words), timeout, env=_environment())

    def sessions(self) -> dict[str, int] | None:
        """Our sessions with their number of attached clients; none when no server runs, None: could not ask."""
        try:
            ran = self.ask("list-sessions", "-F", "#{session_name}\t#{session_attached}")
        except Unreachable:
            return None
        if not ran.ok:
            # a server that has nothing to show has ended; any other complaint is no answer
            quiet = (b"no server running", b"No such file or directory", b"Connection refused", b"no sessions")
            return {} if any(words in ran.err for words in quiet) else None
        found = {}
        for line in ran.text().splitlines():
            name, _, clients = line.partition("\t")
            found[name] = int(clients) if clients.isdigit() else 0
        return found

    def prefix(self, session: str) -> str:
        """The prefix key of a session as tmux writes it; tmux's own default where the server is silent."""
        try:
            ran = self.ask("display-message", "-p", "-t", f"={session}:", "#{prefix}")
        except Unreachable:
            return "C-b"
        return (ran.text().strip() if ran.ok else "") or "C-b"

    def show_state(self, session: str, state: str) -> None:
        """Tell the window of a session the state of its run; nothing is drawn anew where it says so already."""
        said = window_status.text(state)
        same = f"#{{==:#{{@workcell_state}},{said}}}"
        change = f"set-option -t '={session}:' @workcell_state '{said}'"
        self.ask("if-shell", "-F", "-t", f"={session}:", same, "", change)

    def open(self, session: str, argv: list[str], directory: str, says: dict[str, str] | None = None) -> None:
        """Open a window that runs `argv` and says what `window_status.options` made; Unreachable when it is not there
        afterwards.

        3.3a says 0 although it started nothing when the socket's directory is missing, and `kill-server`
        directly before makes it say "server exited unexpectedly", so success is what it prints.
        """
        said = window_status.setting(session, says) if says is not None else []
        self.ask("list-sessions")  # one that answers is given OPENS for the rest, a silent one BUDGET and no more
        command = ["new-session", "-d", "-P", "-F", "#{session_name}", "-s", session, "-x", "200", "-y", "50"]
        words = self.command(*command, "-c", directory, "--", *argv, *said)
        words[0] = find_program.find("tmux", avoid=[find_program.here()]) or words[0]
        raised = f'ulimit -Sn {_descriptors()} 2>/dev/null; exec "$@"'
        ran = bounded(self.socket, ["sh", "-c", raised, "sh", *words], OPENS, env=_environment())
        for _ in range(3):
            if ran.ok or b"server exited unexpectedly" not in ran.err:
                break
            ran = bounded(self.socket, ["sh", "-c", raised, "sh", *words], OPENS, env=_environment())
        if b"duplicate session" in ran.err:
            return
        if ran.text().strip() != session:
            raise Unreachable(f"tmux opened no window for {session}: {ran.complaint()}", "workcell doctor")


def _environment() -> dict[str, str]:
    """No secret of a caller passes through the server's environment, which every pane would inherit."""
    found = {name: os.environ[name] for name in _ENV if name in os.environ}
    return {"LC_ALL": "C.UTF-8", "TERM": "screen-256color", "PATH": "/usr/local/bin:/usr/bin:/bin", **found}


def _descriptors() -> int:
    """The soft limit for a server: at 1024 descriptors tmux spins for ever at some 500 windows."""
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return DESCRIPTORS if hard == resource.RLIM_INFINITY else min(hard, DESCRIPTORS)


def server_of(home: str) -> Tmux:
    """The server of `home`. Its socket lies in the home, or on a short path when the home is too deep."""
    path = os.path.join(home, layout.TMUX_SOCKET)
    if len(os.fsencode(path)) <= SOCKET_LIMIT:
        return Tmux(home, path)
    try:
        with open(os.path.join(home, layout.SOCKET_POINTER)) as file:
            return Tmux(home, file.read().strip())
    except FileNotFoundError:
        pass
    import hashlib
    import tempfile

    digest = hashlib.sha256(os.fsencode(home)).hexdigest()[:12]
    path = os.path.join(tempfile.gettempdir(), f"workcell-{os.getuid()}", digest + ".sock")
    if len(os.fsencode(path)) > SOCKET_LIMIT:
        path = f"/tmp/workcell-{os.getuid()}/{digest}.sock"
    return Tmux(home, path)


def prepare(tmux: Tmux) -> None:
    """Make what the server needs: its configuration, and a directory of ours for a socket outside the home."""
    if window_status.renew(tmux.home) and os.path.exists(tmux.socket):
        tmux.ask("source-file", os.path.join(tmux.home, layout.TMUX_CONF))
    directory = os.path.dirname(tmux.socket)
    if directory == tmux.home:
        return
    try:
        os.mkdir(directory, 0o700)
    except FileExistsError:
        pass
    found = os.lstat(directory)
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise Refused(f"{directory} is not a directory of yours alone", "remove it, or choose a shorter WORKCELL_HOME")
    seal.replace(tmux.home, layout.SOCKET_POINTER, tmux.socket.encode() + b"\n")


Version = tuple[int, int]


def version() -> Version | None:
    """The installed version; None when there is no tmux."""
    try:
        ran = run_program.run(["tmux", "-V"], timeout=TIMEOUT, env=_environment())
    except Unreachable:
        return None
    return _version(ran.out)


def _version(words: bytes) -> Version:
    import re

    match = re.search(rb"(\d+)\.(\d+)", words)
    return (int(match[1]), int(match[2])) if match else (99, 0)  # "tmux master" has no number and every feature


class Running:
    """A server that answered."""

    def __init__(self, pid: int, version: Version) -> None:
        self.pid, self.version = pid, version


def running(tmux: Tmux) -> Running | None:
    """The server on our socket; None where none answers. It is asked itself, so that nothing is guessed from names."""
    try:
        ran = tmux.ask("display-message", "-p", "#{pid} #{version}")
    except Unreachable:
        return None
    pid, _, number = ran.out.partition(b" ")
    return Running(int(pid), _version(number)) if ran.ok and pid.isdigit() else None


def check_room(server: Running | None) -> None:
    """TryAgain or Refused when one more window could wedge the server for want of file descriptors."""
    if _descriptors() < FEWEST:
        raise Refused(
            f"this session may open only {_descriptors()} files: tmux hangs for good when it runs out",
            "raise it with 'ulimit -Hn 4096', or launch with --no-window",
        )
    if server is None:
        return
    try:
        with open(f"/proc/{server.pid}/limits") as file:
            limits = next(line.split() for line in file if line.startswith("Max open files"))
        used = len(os.listdir(f"/proc/{server.pid}/fd"))
    except (OSError, StopIteration):
        return
    if limits[3].isdigit() and used > 0.8 * int(limits[3]):
        raise TryAgain(
            f"the tmux server (pid {server.pid}) has {used} of {limits[3]} files open and would hang at the limit",
            "let some runs end, or launch with --no-window",
        )


def attach_words(tmux: Tmux, session: str, read_only: bool) -> list[str]:
    """What to run to see the session: switch-client where the caller sits on our own server already.

    Inside another tmux the status line is told which keys leave.
    """
    inside = os.environ.get("TMUX", "").partition(",")[0]
    flags = ["-r"] if read_only else []
    if inside and os.path.realpath(inside) == os.path.realpath(tmux.socket):
        return tmux.command("switch-client", *flags, "-t", f"={session}")
    look = ["attach-session", *flags, "-t", f"={session}"]
    keys = window_status.leave(tmux.prefix(session)) if inside else None
    if keys is None:
        return tmux.command(*look)
    return tmux.command(*window_status.setting(session, {"leave": keys})[1:], ";", *look)
