"""Whether anything is held, asked without reading more than a directory."""

import os

from workcell.base import clock, record
from workcell.rundir import layout


def on_run(run: str, now: float) -> bool:
    """Whether a hold stands on the run at the epoch time `now`. What cannot be read holds: somebody put it there."""
    try:
        with open(os.path.join(run, layout.HOLD), "rb") as file:
            until = record.decode(file.read()).get("until_at")
    except FileNotFoundError:
        return False
    except (OSError, ValueError):
        return True
    try:
        return not until or now < clock.parse(str(until))
    except ValueError:
        return True


def any_standing(home: str) -> bool:
    """Whether there is a hold on any account, to be probed or lifted."""
    try:
        return any(name.endswith(".json") for name in os.listdir(os.path.join(home, layout.HOLDS)))
    except OSError:
        return False
