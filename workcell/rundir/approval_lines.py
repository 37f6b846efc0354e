"""The lines of `approvals.jsonl` about dialogs that rules answered: which of them, and which have no result yet.

A tick reads them each minute, so nothing is decoded that has not the key of such a line.
"""

import os

from workcell.base import json_codec
from workcell.rundir import layout, safe_open

TYPE_CHECKING = False
if TYPE_CHECKING:
    from workcell.rundir import schema

RECENT = 1 << 20
"""Bytes at the end of the journal that a tick looks at: some thousand decisions."""

WHOLE = 1 << 25
"""Bytes of the journal with its older part, each of which has some more than 8,000,000."""

_DIALOG, _OF = b'"dialog":', b'"of":'


def of_dialogs(home: str, run: "str | None" = None, most: int = WHOLE) -> "list[schema.ApprovalLine]":
    """The answers that were to be typed, the oldest first; those of one run by its id. Raises OSError."""
    return [line for line in _lines(home, most, _DIALOG) if run is None or line.get("run") == run]


def unsettled(home: str, run: "str | None" = None, most: int = WHOLE) -> "list[schema.ApprovalLine]":
    """Those without a line that says what came of them. Raises OSError."""
    found = of_dialogs(home, run, most)
    if not found:
        return []
    settled = {line.get("of") for line in _lines(home, most, _OF)}
    return [line for line in found if line.get("id") not in settled]


def _lines(home: str, most: int, key: bytes) -> "list[schema.ApprovalLine]":
    """The lines with that key in the last `most` bytes of the journal and its older part."""
    path = os.path.join(home, layout.APPROVALS)
    data = safe_open.tail(path, most) or b""
    if len(data) < most:
        data = (safe_open.tail(path + ".1", most - len(data)) or b"") + data
    found: list[schema.ApprovalLine] = []
    for line in data.split(b"\n") if key in data else ():
        if key not in line:
            continue
        try:
            one = json_codec.decode(line)
        except ValueError:
            continue
        if json_codec.major(one, "approval") == 1 and key.decode().strip('":') in one:
            found.append(one)  # type: ignore[arg-type]
    return found
