"""Acknowledgements: `acks/<run>.<attempt>` of the home says that a person has seen how that attempt ended."""

import os

from workcell.base import clock, json_codec
from workcell.rundir import layout, seal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

SCHEMA: "Final" = "workcell.file.ack/1"


def name(run: str, attempt: int) -> str:
    """The file name of the acknowledgement of that attempt; `run` is an id."""
    return f"{run}.{layout.number(attempt)}"


def every(home: str) -> "frozenset[str]":
    """The names of all acknowledgements of a home; one listing, and nothing is opened."""
    try:
        return frozenset(entry for entry in os.listdir(os.path.join(home, layout.ACKS)) if entry[0] != ".")
    except OSError:
        return frozenset()


def stands(home: str, run: str, attempt: int) -> bool:
    """Whether that attempt of the run was acknowledged."""
    return os.path.lexists(os.path.join(home, layout.ACKS, name(run, attempt)))


def place(home: str, run: str, attempt: int) -> bool:
    """Acknowledge the attempt; whether that is new. Raises OSError, with nothing left behind, on a full disk."""
    if stands(home, run, attempt):
        return False
    folder = os.path.join(home, layout.ACKS)
    os.makedirs(folder, 0o700, exist_ok=True)
    record = {"schema": SCHEMA, "run": run, "attempt": attempt, "at": clock.stamp()}
    seal.seal(folder, name(run, attempt), json_codec.encode(record))
    return True


def remove(run: str) -> None:
    """Remove every acknowledgement of the run whose directory `run` is gone."""
    home, known = layout.home_of(run), os.path.basename(run)
    for entry in every(home):
        if entry.rpartition(".")[0] == known:
            try:
                os.unlink(os.path.join(home, layout.ACKS, entry))
            except FileNotFoundError:
                continue
