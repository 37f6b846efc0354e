"""Through what a session was begun, where the program that began it says so, and not the agent's records.

A session of a run is listed with what its records say; of one whose run is gone, its first prompt tells.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from workcell.agents.session_files import About

if TYPE_CHECKING:
    from workcell.rundir.schema import SessionVia

LOOP = os.path.join(".ralph", "status.json")
"""What a Ralph loop keeps in the directory in which it calls an agent again and again without a terminal."""


def through(about: About, *, lost: bool = False) -> SessionVia:
    """Through what the session was begun: of one without a terminal in the directory of a loop, that loop.

    `lost`: workcell wrote its first prompt, and no run of the home has it.
    """
    if lost:
        return "workcell"
    if about.via == "headless" and about.directory and os.path.isfile(os.path.join(about.directory, LOOP)):
        return "loop"
    return about.via
