"""The index of outcomes: names in `outcomes/` of the home, so that a list of many runs opens none of them.

Each name is `<run>.<attempt>.<outcome>.<seconds since the epoch>`, of an empty file. It is written before
`ended/<run>`, and counts only while that stands; of several for one run the highest attempt counts. It is a cache: a
run without a name here is read.
"""

import os

from workcell.base import clock
from workcell.rundir import layout

TYPE_CHECKING = False
if TYPE_CHECKING:
    from workcell.rundir import schema


class End:
    """How the last attempt of one run ended."""

    __slots__ = ("at", "attempt", "outcome", "run")

    def __init__(self, run: str, attempt: int, outcome: str, at: float) -> None:
        self.run = run
        """An id."""
        self.attempt = attempt
        self.outcome = outcome
        self.at = at
        """Seconds since the epoch."""


def every(home: str) -> "dict[str, End]":
    """By run: its last end. One listing; names that are not ours are left out."""
    try:
        names = os.listdir(os.path.join(home, layout.OUTCOMES))
    except OSError:
        return {}
    found: dict[str, End] = {}
    for entry in names:
        made = _parse(entry)
        if made is None:
            continue
        before = found.get(made.run)
        if before is None or before.attempt < made.attempt:
            found[made.run] = made
    return found


def _parse(entry: str) -> "End | None":
    run, *rest = entry.rsplit(".", 3)
    if not run or len(rest) != 3 or not (rest[0].isdigit() and rest[1].isalpha() and rest[2].isdigit()):
        return None
    return End(run, int(rest[0]), rest[1], float(rest[2]))


def place(home: str, document: "schema.Status") -> None:
    """Note the end that a status document tells of. Raises OSError where the disk refuses."""
    outcome, ended = document["outcome"], document["ended_at"]
    try:
        at = int(clock.parse(str(ended)))
    except ValueError:
        return
    if outcome is None or not document["attempt"]:
        return
    folder = os.path.join(home, layout.OUTCOMES)
    os.makedirs(folder, 0o700, exist_ok=True)
    name = f"{document['id']}.{layout.number(document['attempt'])}.{outcome}.{at}"
    os.close(os.open(os.path.join(folder, name), os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600))


def remove(run: str) -> None:
    """Remove every name of the run whose directory `run` is gone."""
    home, known = layout.home_of(run), os.path.basename(run)
    folder = os.path.join(home, layout.OUTCOMES)
    try:
        names = os.listdir(folder)
    except OSError:
        return
    for entry in names:
        if entry.rsplit(".", 3)[0] == known:
            try:
                os.unlink(os.path.join(folder, entry))
            except FileNotFoundError:
                continue
