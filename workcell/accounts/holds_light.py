"""Whether any account is held, asked without reading more than a directory."""

import os

from workcell.rundir import layout


def any_standing(home: str) -> bool:
    """Whether there is a hold on any account, to be probed or lifted."""
    try:
        return any(name.endswith(".json") for name in os.listdir(os.path.join(home, layout.HOLDS)))
    except OSError:
        return False
