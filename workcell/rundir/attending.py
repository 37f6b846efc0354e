"""`attend/` of a home: the locks of the programs that judge a live run and send its notices.

Such a program descends from the runner, as everything does that the agent leaves behind. It is known by its lock, and
is spared when leftovers are ended: a send that is cut short would be repeated.
"""

import errno
import fcntl
import os

from workcell.base import probe
from workcell.rundir import layout, locks, safe_open

JUDGES, SENDS, SUMMARIZES, CHECKS = "lock", "sending", "summarizing", "checking"
"""The ends of the names of the locks of one run."""

SUMMARIES = "summaries"
"""The name of a lock of the whole home, held while a command of `summarize` is asked: one at a time."""

TELLS, MAILS = "telling", "mailing"
"""The ends of the names of those that an agent holds while it tells the person or another run something: its caps are
counted under them."""

EDITS = "editing"
"""The end of the name of the one that is held while messages that wait are taken out, changed or released."""

WINDOW = "window"
"""The end of the name of a fourth one, which terminals share that are windows without tmux: a person is there."""


def paths(run: str) -> "tuple[str, ...]":
    """The locks of one run."""
    folder = os.path.join(layout.home_of(run), layout.ATTEND)
    ends = (JUDGES, SENDS, SUMMARIZES, CHECKS)
    return tuple(os.path.join(folder, f"{os.path.basename(run)}.{which}") for which in ends)


def take(run: str, which: str, patience: float) -> "int | None":
    """The lock `which` of the run, or None where another process kept it for so many seconds."""
    return take_in(layout.home_of(run), f"{os.path.basename(run)}.{which}", patience)


def take_in(home: str, name: str, patience: float) -> "int | None":
    """The lock of that name in `attend/` of the home, or None where another process kept it for so many seconds."""
    path = os.path.join(home, layout.ATTEND, name)
    os.makedirs(os.path.dirname(path), 0o700, exist_ok=True)
    return locks.take(path, patience)


def open_window(run: str) -> int:
    """A descriptor that says, as long as it is open, that a person looks at the run without tmux. Raises OSError."""
    path = _window(run)
    os.makedirs(os.path.dirname(path), 0o700, exist_ok=True)
    fd = safe_open.append(path)
    fcntl.flock(fd, fcntl.LOCK_SH)
    return fd


def window_open(run: str) -> str:
    """Whether such a terminal is there, as `base.probe` says it."""
    try:
        fd = os.open(_window(run), os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        return probe.NO if error.errno == errno.ENOENT else probe.UNKNOWN
    try:
        # not `locks.held`, which itself shares a lock to ask
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return probe.YES if error.errno in (errno.EWOULDBLOCK, errno.EACCES) else probe.UNKNOWN
    finally:
        os.close(fd)
    return probe.NO


def _window(run: str) -> str:
    return os.path.join(layout.home_of(run), layout.ATTEND, f"{os.path.basename(run)}.{WINDOW}")


def remove(run: str) -> None:
    """Remove the locks of a run that is gone."""
    folder = os.path.join(layout.home_of(run), layout.ATTEND)
    counted = [os.path.join(folder, f"{os.path.basename(run)}.{which}") for which in (TELLS, MAILS, EDITS)]
    for path in (*paths(run), *counted, _window(run)):
        try:
            os.unlink(path)
        except OSError:
            pass
