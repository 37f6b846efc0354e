"""What the shipped YAML says, parsed when the package was made: parsing it anew takes a quarter of a second.

`shipped.jsonl` beside this module has one line for each shipped text without a fault: the SHA-256 of the text, its
values, and the line of each key. A text whose hash is not there, of a person or changed, is parsed.
"""

import functools
import json
import os
from typing import Any

from workcell.base import digest

FILE = "shipped.jsonl"

Path = tuple[str | int, ...]
"""The keys and positions that lead to a value."""


def find(text: str) -> tuple[dict[str, Any], dict[Path, int]] | None:
    """(the values of the text, the line of each key, from 0), new objects each time; None where it is not known."""
    every = _every()
    at = every.find('{"sha256": "' + digest.sha256(text.encode()) + '"')
    end = every.find("\n", at)
    if at < 0 or end < 0:
        return None
    found = json.loads(every[at:end])
    return found["values"], {tuple(path): line for path, line in found["lines"]}


def line(text: str, values: dict[str, Any], lines: dict[Path, int]) -> str:
    """The line that `find` reads."""
    places = [[list(path), number] for path, number in lines.items()]
    record = {"sha256": digest.sha256(text.encode()), "values": values, "lines": places}
    return json.dumps(record, ensure_ascii=True) + "\n"


@functools.cache
def _every() -> str:
    """The whole file; empty where it cannot be read, which costs time and nothing else."""
    try:
        with open(os.path.join(os.path.dirname(__file__), FILE), encoding="ascii") as file:
            return file.read()
    except (OSError, ValueError):
        return ""
