"""Removing the directory of a run that is over, and all that its home says of it."""

import os
import shutil

from workcell.rundir import (
    acks,
    attending,
    child_index,
    claims,
    layout,
    ledger,
    locks,
    look,
    orders,
    outcomes,
    phase,
    proposals,
    standby,
    suggestions,
    turn_checks,
    watches,
    writer,
)

REMOVED = "removed"


def remove(run: str) -> str:
    """Remove a run that is over: REMOVED, or `left: ` and why.

    Under both locks, renamed first: a killed removal leaves a staged name that the next one, and gc, takes.
    """
    taken: list[int] = []
    try:
        held = writer.take(run)
        if held is None:
            return "left: a process is writing it"
        taken += held.descriptors()
        away = os.path.join(os.path.dirname(run), f"{layout.STAGED}gone-{os.path.basename(run)}")
        if os.path.isdir(run):
            lock = locks.take(os.path.join(run, layout.AGENT_LOCK), alone=True)
            if lock is None:
                return f"left: a process holds {layout.AGENT_LOCK}"
            taken.append(lock)
            if look.at(run, holding=True).phase != phase.DONE:
                return "left: it is not done any more"
            if os.path.isdir(away):
                shutil.rmtree(away)  # of a removal that was killed, of a run whose directory was put back since
            os.rename(run, away)
        if os.path.isdir(away):
            shutil.rmtree(away)
        remove_witness(run)
        return REMOVED
    finally:
        for lock in taken:
            os.close(lock)


def branch_note(home: str, run: str) -> str:
    """Path of the note that the branch of the run is being deleted."""
    return os.path.join(home, layout.WORKTREES, f".{run}.branch")


def removing_lock(home: str, run: str) -> str:
    """Path of the lock of the `rm` that removes the run."""
    return os.path.join(home, layout.WORKTREES, f".{run}.rm")


def remove_witness(run: str) -> None:
    """Remove what the home says of a run whose directory is gone; its ledger goes last."""
    note = branch_note(layout.home_of(run), os.path.basename(run))
    for path in (ledger.ended_path(run), ledger.slot_path(run), note):
        if os.path.lexists(path):
            os.unlink(path)
    shutil.rmtree(orders.directory(run), ignore_errors=True)
    for part in (acks, outcomes, attending, proposals, child_index, claims, standby, suggestions, turn_checks):
        part.remove(run)
    watches.remove_empty(layout.home_of(run), os.path.basename(run))
    if os.path.lexists(ledger.path(run)):
        os.unlink(ledger.path(run))
    _forget_lock(removing_lock(layout.home_of(run), os.path.basename(run)))


def _forget_lock(place: str) -> None:
    """Unlink what an `rm` that was killed has left; one that lives does so itself."""
    lock = locks.take(place, 0.0) if os.path.lexists(place) else None
    if lock is not None:
        os.unlink(place)
        os.close(lock)
