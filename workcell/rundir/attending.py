"""`attend/` of a home: the locks of the programs that judge a live run and send its notices.

Such a program descends from the runner, as everything does that the agent leaves behind. It is known by its lock, and
is spared when leftovers are ended: a send that is cut short would be repeated.
"""

import os

from workcell.rundir import layout, locks

JUDGES, SENDS, SUMMARIZES = "lock", "sending", "summarizing"
"""The ends of the names of the locks of one run."""

SUMMARIES = "summaries"
"""The name of a lock of the whole home, held while a command of `summarize` is asked: one at a time."""

TELLS, MAILS = "telling", "mailing"
"""The ends of the names of those that an agent holds while it tells the person or another run something: its caps are
counted under them."""


def paths(run: str) -> "tuple[str, ...]":
    """The locks of one run."""
    folder = os.path.join(layout.home_of(run), layout.ATTEND)
    return tuple(os.path.join(folder, f"{os.path.basename(run)}.{which}") for which in (JUDGES, SENDS, SUMMARIZES))


def take(run: str, which: str, patience: float) -> "int | None":
    """The lock `which` of the run, or None where another process kept it for so many seconds."""
    return take_in(layout.home_of(run), f"{os.path.basename(run)}.{which}", patience)


def take_in(home: str, name: str, patience: float) -> "int | None":
    """The lock of that name in `attend/` of the home, or None where another process kept it for so many seconds."""
    path = os.path.join(home, layout.ATTEND, name)
    os.makedirs(os.path.dirname(path), 0o700, exist_ok=True)
    return locks.take(path, patience)


def remove(run: str) -> None:
    """Remove the locks of a run that is gone."""
    folder = os.path.join(layout.home_of(run), layout.ATTEND)
    counted = [os.path.join(folder, f"{os.path.basename(run)}.{which}") for which in (TELLS, MAILS)]
    for path in (*paths(run), *counted):
        try:
            os.unlink(path)
        except OSError:
            pass
