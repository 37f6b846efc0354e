"""Counts tool calls that repeat: the same call, or the same two or three in turn."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from workcell.rundir.schema import AgentEvent, Calls

LONGEST = 3
"""Calls in the longest cycle that is recognised."""

MOST = 25
"""Maximum calls of a cycle; one that was called more often is a loop."""

_IDS = 12
"""Number of event ids that are remembered: two records may report one call, and a few calls run side by side."""


class Loop(TypedDict):
    """A cycle of tool calls that repeats."""

    key: str
    """Names the loop."""
    times: int
    """How often the cycle was called."""
    calls: int
    """The length of the cycle."""
    since: str | None
    """The time of its first call; None where records tell no times."""
    words: str
    """One line for people."""


def empty() -> Calls:
    """No calls yet. Plain data, which is kept between two readings."""
    return {"recent": [], "ids": [], "same": [0] * LONGEST, "since": [None] * LONGEST, "text": ""}


def count(calls: Calls | None, event: AgentEvent) -> Calls:
    """The counts after one `tool.call` event. A call whose input is not known breaks every cycle."""
    calls = calls or empty()
    if event["id"] in calls["ids"]:
        return calls
    key = event["data"].get("input")
    ids = [*calls["ids"], event["id"]][-_IDS:]
    if key is None:
        return {**empty(), "ids": ids}
    same, since, recent = list(calls["same"]), list(calls["since"]), calls["recent"]
    for place in range(LONGEST):
        back = recent[-1 - place] if len(recent) > place else None
        if back is None or back[0] != key:
            same[place], since[place] = 0, None
            continue
        same[place] += 1
        if same[place] == 1:
            since[place] = back[1]
    recent = [*recent, [key, event.get("agent_time")]][-LONGEST:]
    return {"recent": recent, "ids": ids, "same": same, "since": since, "text": event["text"]}


def loop(calls: Calls | None) -> Loop | None:
    """The shortest cycle that was called more than MOST times, else None."""
    for place, same in enumerate((calls or empty())["same"]):
        length = place + 1
        times = (same + length) // length
        if calls is not None and same and times > MOST:
            since = calls["since"][place]
            what = "the same tool call" if length == 1 else f"the same {length} tool calls in turn"
            key = since or ".".join(sorted(str(one[0]) for one in calls["recent"][-length:]))
            words = f"{what}, {times} times; the last: {calls['text']}"
            return {"key": key, "times": times, "calls": length, "since": since, "words": words}
    return None
