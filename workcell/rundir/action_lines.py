"""The lines of `watchdog/actions.jsonl`: every act of the watchdog, as any process may read them."""

import os

from workcell.base import json_codec
from workcell.rundir import heartbeat

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from workcell.rundir import schema

READ = 4_000_000
"""Bytes of each part that are read: a hundred thousand acts, a week of a hundred busy runs."""


def path_of(home: str) -> str:
    """The newer part; the older one has `.1` behind its name."""
    return os.path.join(heartbeat.directory(home), heartbeat.ACTIONS)


def read(home: str) -> "list[schema.Action]":
    """The acts on record, oldest first. What cannot be read is left out."""
    lines: list[schema.Action] = []
    for path in (path_of(home) + ".1", path_of(home)):
        try:
            with open(path, "rb") as file:
                size = os.fstat(file.fileno()).st_size
                file.seek(max(0, size - READ))
                data = file.read(READ)
        except OSError:
            continue
        for line in data.splitlines():
            try:
                found: Any = json_codec.decode(line)
            except ValueError:
                continue  # torn by a death, or by the cut at the front
            lines.append(found)
    return lines
