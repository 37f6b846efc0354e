"""Reads a growing file of JSON lines piece by piece; the whole state between two pieces is a small dict."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from typing import TYPE_CHECKING

from workcell.agents import long_line
from workcell.agents.events import Event, Foreign, Where, event, short
from workcell.agents.long_line import LongLine
from workcell.agents.placing import place
from workcell.agents.protocol import Agent

if TYPE_CHECKING:
    from workcell.rundir.schema import ReadState as State

CHUNK = 8 << 20
"""Bytes that a caller reads at once."""
MAX_LINE = CHUNK
"""Maximum bytes of a line that is read as it stands. The long texts of a longer one are cut first (`long_line`)."""
LEFT_OUT = f"a record of more than {long_line.LONGEST >> 20} MiB was left out"
KEPT_ERRORS = 1_000_000
"""Maximum number of unreadable lines that is counted."""


def start(scope: str = "", kind: str = "transcript") -> State:
    """The state before the first byte. `scope` names run and attempt; `kind`: transcript, stream."""
    return {
        "scope": scope,
        "kind": kind,
        "inode": None,
        "offset": 0,
        "skipping": False,
        "bad": 0,
        "memory": {},
    }


def follow(state: State, inode: int, size: int) -> State:
    """The state for a file that now has this inode and size; a rotated or cut one begins anew.

    The memory is kept. An event that is read twice gets the id that it had, so a caller that appends events drops it.
    """
    if state["inode"] not in (None, inode) or size < state["offset"]:
        state = {**state, "offset": 0, "skipping": False}
    return {**state, "inode": inode}


def consume(agent: Agent, state: State, data: bytes, file: str, *, final: bool = False) -> tuple[list[Event], State]:
    """The events of the whole lines in `data`, which begins at `state["offset"]`, and the state after them.

    A line not yet ended stays unread, unless `final` says that no more will come. One that does not end in MAX_LINE
    bytes is left out and told as one `raw` event: `consume_long` reads such a line.
    """
    state = {**state, "memory": copy.deepcopy(state["memory"])}
    found: list[Event] = []
    at = 0
    while at < len(data):
        end = data.find(b"\n", at)
        endless = end < 0 and not final and len(data) - at >= MAX_LINE
        if end < 0 and not (final or endless or state["skipping"]):
            break
        stop = len(data) if end < 0 else end + 1
        where = Where(agent=agent.name, file=file, offset=state["offset"], scope=state["scope"], kind=state["kind"])
        if state["skipping"] or endless:
            if not state["skipping"]:
                found.append(event("raw", where, None, LEFT_OUT))
            state["skipping"] = end < 0
        elif stop - at > MAX_LINE:
            line = LongLine()
            line.feed(data[at:stop])
            found += _long(agent, state, line, where)
        else:
            found += _line(agent, state, data[at:stop], where, torn=end < 0)
        state["offset"] += stop - at
        at = stop
    if final:
        where = Where(agent=agent.name, file=file, offset=state["offset"], scope=state["scope"], kind=state["kind"])
        found += place(agent.close(state["memory"], where), state["memory"])
    return _once(found), state


def consume_long(agent: Agent, state: State, line: LongLine, file: str) -> tuple[list[Event], State]:
    """The events of one line that begins at `state["offset"]` and is longer than MAX_LINE, and the state after it."""
    state = {**state, "memory": copy.deepcopy(state["memory"])}
    where = Where(agent=agent.name, file=file, offset=state["offset"], scope=state["scope"], kind=state["kind"])
    found = _long(agent, state, line, where)
    state["offset"] += line.size + line.ended
    return _once(found), state


def _once(found: list[Event]) -> list[Event]:
    """Of events with one id the last one."""
    return list({one["id"]: one for one in reversed(found)}.values())[::-1]


def _long(agent: Agent, state: State, line: LongLine, where: Where) -> list[Event]:
    left = line.close()
    if left is None:
        return [event("raw", where, None, LEFT_OUT)]
    return _line(agent, state, left, replace(where, record_bytes=line.size), torn=not line.ended)


def _line(agent: Agent, state: State, line: bytes, where: Where, *, torn: bool) -> list[Event]:
    if line.isspace():
        return []
    records = parse(line)  # blanks around it do no harm, and a line without them would be one more copy of megabytes
    if records is None:
        stripped = line.strip()
        state["bad"] = min(state["bad"] + 1, KEPT_ERRORS)
        if torn or stripped[:1] not in b"{[":
            return []  # a cut end, or plain words between the records: the log itself keeps them
        return [event("raw", where, None, short(stripped[:400].decode("utf-8", "replace"), 120), unreadable=True)]
    found: list[Event] = []
    for part, record in enumerate(records):
        here = replace(where, part=part)
        try:
            found += place(agent.read(record, state["memory"], here), state["memory"])
        except (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError) as error:
            # a reader that fails on a record of a new form must not stop the capture of the next one
            found.append(event("raw", here, None, f"{type(error).__name__}: {error}", unreadable=True))
    return found


def parse(line: bytes) -> list[Foreign] | None:
    """The records of one line: an object, or a list of objects; None when it is no JSON."""
    try:
        value = json.loads(line.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None
    if isinstance(value, dict):
        return [value]
    if isinstance(value, list):
        return [item for item in value if isinstance(item, dict)]
    return None
