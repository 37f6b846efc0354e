"""Reads a JSON file of an agent program, whose form is not ours."""

import json

from workcell.agents.events import Foreign


def read_mapping(path: str) -> Foreign:
    """The mapping in the file; an empty one when it cannot be read or holds anything else."""
    try:
        with open(path, encoding="utf-8") as file:
            found = json.load(file)
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
