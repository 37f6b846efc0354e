"""`_bound RUN ATTEMPT PID MEMORY PROCESSES`: the runner asks for a control group around its waiting agent.

The limits are words of the command, 0 for none: the runner has checked what it read, and nothing is read twice.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

from workcell.base import json_codec
from workcell.base.errors import WorkcellError
from workcell.system import cgroup


def main(words: list[str]) -> int:
    """Print the group, or `error`, as one JSON object."""
    _, run, attempt, pid, memory, processes = words
    limits: cgroup.Bounds = {"memory_bytes": int(memory), "processes": int(processes)}
    home = os.path.dirname(os.path.dirname(os.path.abspath(run)))
    try:
        answer: Mapping[str, object] = cgroup.place(cgroup.name(home, run, int(attempt)), int(pid), limits)
    except (WorkcellError, OSError) as error:
        answer = {"error": str(error)}
    sys.stdout.buffer.write(json_codec.encode_line(answer))
    return 0
