"""activity.json: what the agent of a live run does, as its runner last heard.

It is a cache that one process writes. Lists read it, so that they say what hooks say without reading the records of an
agent. Nothing is decided by it: the agent can write into its run, and what acts on a run judges its records.
"""

import os

from workcell.base import clock, json_codec
from workcell.rundir import layout, phase, safe_open, seal, vocabulary

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from workcell.base.json_codec import Json
    from workcell.rundir import look, schema

MOST = 300
"""Maximum bytes of the file."""

_LARGEST = 4096
"""Bytes that a reader takes: what the agent puts there may be of any size."""

EVENTS: "dict[str, schema.ActivityState]" = {
    "UserPromptSubmit": "working",
    "PreToolUse": "working",
    "PostToolUse": "working",
    "PostToolUseFailure": "working",
    "PermissionDenied": "working",
    "PermissionRequest": "approval",
    "Stop": "idle",
    "StopFailure": "idle",
}
"""What the agent does after a hook of that name. Hooks that are not here say nothing of it."""

NOTICES: "dict[str, schema.ActivityState]" = {
    "permission_prompt": "approval",
    "elicitation_dialog": "question",
    "idle_prompt": "idle",
}
"""The same for the types of a `Notification`."""

UNANSWERED = 120.0
"""Seconds that an agent with a check may wait for words before it is taken to wait in vain: as long as the playbook
turn-ready leaves it, which a watchdog follows then."""

ASKS = ("AskUserQuestion", "request_user_input")
"""Tools by which an agent asks a person."""

WAITING: "tuple[schema.ActivityState, ...]" = ("approval", "question")
"""Activities in which an agent waits for a person."""

_OF_TOOLS = ("PreToolUse", "PostToolUse", "PostToolUseFailure")


class Heard:
    """What a hook says. `urgent`: a person is needed, or the turn failed. `call` is the tool call that it speaks of."""

    __slots__ = ("call", "denied", "of_tool", "since", "state", "urgent", "words")

    def __init__(self, message: "Json", payload: "Json", state: "schema.ActivityState") -> None:
        event, told = payload.get("hook_event_name"), payload.get("notification_type")
        self.state, self.urgent = state, state in WAITING or event == "StopFailure"
        self.call = str(payload.get("tool_use_id") or "")
        self.of_tool, self.denied = event in _OF_TOOLS, event == "PermissionDenied"
        self.since = _moment(message.get("time"))
        tool = str(payload.get("tool_name") or "")[:40]
        self.words = f"the hook {told or event}{f' of {tool}' if tool else ''} said so"


def hear(message: "Json") -> "Heard | None":
    """What a message of the spool says of the agent's activity; None for one that says nothing of it.

    `message` comes from any process: no key of it is relied on.
    """
    payload: Any = message.get("payload")
    if message.get("type") != "hook" or not isinstance(payload, dict):
        return None
    event = str(payload.get("hook_event_name"))
    state = EVENTS.get(event)
    if event == "Notification":
        state = NOTICES.get(str(payload.get("notification_type")))
    elif payload.get("type") == "agent-turn-complete":
        state = "idle"
    if event in ("PreToolUse", "PermissionRequest") and payload.get("tool_name") in ASKS:
        state = "question"
    return None if state is None else Heard(message, payload, state)


def _moment(told: object) -> str:
    """The time in a message, which is no later than now: a forged one must not outlast what is said afterwards."""
    now = clock.stamp()
    return told if isinstance(told, str) and len(told) == len(now) and told <= now else now


def encode(found: "schema.Hint") -> bytes:
    """The bytes of the file; its words are cut until it is small enough."""
    words = found["words"].encode("ascii", "replace").decode().replace('"', "'").replace("\\", "/")
    while True:
        data = json_codec.encode_line({**found, "words": words})
        if len(data) <= MOST or not words:
            return data
        words = words[: len(words) - max(1, len(data) - MOST)]


def write(found: "schema.Hint") -> bool:
    """Replace activity.json in the working directory, which is the run; False where the disk refuses.

    Without fsync: after a power cut no attempt runs, and the file counts for none.
    """
    temporary = f".{layout.ACTIVITY}.{os.getpid()}"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    try:
        try:
            fd = os.open(temporary, flags, 0o600)
        except FileExistsError:
            os.unlink(temporary)
            fd = os.open(temporary, flags, 0o600)
        try:
            seal.write_all(fd, encode(found))
        finally:
            os.close(fd)
        os.rename(temporary, layout.ACTIVITY)
    except OSError:
        try:
            os.unlink(temporary)
        except OSError:
            pass
        return False
    return True


def read(seen: "look.Look") -> "schema.Hint | None":
    """The hint of the runner of this very attempt; None where there is none, or the attempt does not run."""
    start = seen.start
    if seen.phase != phase.RUNNING or start is None:
        return None
    try:
        found: Any = json_codec.decode(safe_open.read(os.path.join(seen.run, layout.ACTIVITY), _LARGEST) or b"")
    except (OSError, ValueError):
        return None
    words = (found.get("state"), found.get("since"), found.get("source"), found.get("words"))
    if not all(isinstance(word, str) for word in words) or json_codec.major(found, "activity") not in layout.RECORDS:
        return None
    if found["state"] not in vocabulary.ACTIVITIES or found["source"] not in vocabulary.EVIDENCE_SOURCES:
        return None
    if found.get("attempt") != seen.n or found.get("pid") != start["runner"]["pid"]:
        return None
    try:
        clock.parse(found["since"])
    except ValueError:
        return None
    hint: schema.Hint = found
    return hint
