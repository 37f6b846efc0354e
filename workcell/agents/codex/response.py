"""Reads the items of a model's answer in a rollout of Codex: messages, tool calls, the output of tools."""

import json
import re
from collections.abc import Callable
from typing import Any

from workcell.agents import tool_calls
from workcell.agents.codex.shared import call_words, raw
from workcell.agents.describe import asks
from workcell.agents.events import Event, Foreign, Record, digest, input_hash, items, mapping, short, text

_EXIT = re.compile(r"\AChunk ID:.*?^Process exited with code (-?\d+)$", re.DOTALL | re.MULTILINE)
_NOT_RUN = "exec_command failed: "
"""Begins the output of a command that Codex 0.169.0 did not run, by its own rules or since it could not be started."""
_BLOCKED = "Command blocked by PreToolUse hook: "
"""Begins the output of a command that a hook denied: for a rule, a claim of another run, or by a hook of the person."""
_REFUSED = re.compile(
    r"(?i)\b(read-only file system|operation not permitted|sandbox(ed)?[ -](denied|error)|seatbelt)\b"
)


def read(this: Record) -> list[Event]:
    """The events of one item."""
    sort = this.body.get("type")
    known = _ITEMS.get(sort) if isinstance(sort, str) else None
    return known(this) if known else [raw(this)]


def assistant_message(this: Record, words: str, name: str | None) -> list[Event]:
    """The event of a message of the agent, which a rollout holds twice: as an item of the answer and as a message.

    `name` is the id of the item, where the record has one.
    """
    mark = digest(words)
    if not words.strip() or (name is None and this.memory.get("said") == mark):
        return []
    this.memory["said"], this.memory["last"], this.memory["asks"] = mark, short(words), asks(words)
    key = f"said:{name}" if name else None
    return [this.event("assistant.message", words, key=key, asks=this.memory["asks"])]


def _message(this: Record) -> list[Event]:
    if this.body.get("role") != "assistant":
        return []
    blocks = items(this.body.get("content"))
    words = " ".join(t for b in blocks if isinstance(t := mapping(b).get("text"), str))
    return assistant_message(this, words, text(this.body.get("id")))


def _call_id(this: Record) -> str | None:
    return text(this.body.get("call_id")) or text(this.body.get("id"))


def _call(this: Record) -> list[Event]:
    call, given = _call_id(this), _given(this.body)
    tool = short(this.body.get("name") or this.body.get("type"), 80)
    return [
        this.event(
            "tool.call",
            call_words(this.where, tool, mapping(given)),
            key=f"call:{call}" if call else None,
            tool=tool,
            call=call,
            files=tool_calls.files(tool, mapping(given)),
            question=True if tool == "request_user_input" else None,
            input=input_hash(tool, given),
        )
    ]


def _given(body: Foreign) -> Any:
    """The input of a tool call, which may be JSON in a text; a command in words becomes one text."""
    given: Any = body.get("arguments", body.get("input", body.get("action")))
    if isinstance(given, str):
        try:
            given = json.loads(given[:100_000])
        except (ValueError, RecursionError):
            given = {"command": given}
    command = mapping(given).get("command")
    if isinstance(command, list):
        given = {**mapping(given), "command": " ".join(str(word) for word in command[:50])}
    return given


def _search(this: Record) -> list[Event]:
    call = _call_id(this)
    words = short(this.body.get("name") or this.body.get("type"), 80)
    return [this.event("heartbeat", words, key=f"call:{call}" if call else None)]


def _output(this: Record) -> list[Event]:
    call, output = _call_id(this), this.body.get("output")
    words = output if isinstance(output, str) else text(mapping(output).get("content")) or ""
    exited = _EXIT.search(words[:2000])
    code = int(exited[1]) if exited and len(exited[1]) < 8 else None
    blocked = words.startswith(_BLOCKED)
    failed = code not in (None, 0) or words.startswith(_NOT_RUN) or blocked
    closed = failed and this.memory.get("sandbox") in ("read-only", "workspace-write")
    refused = True if blocked or (closed and _REFUSED.search(words[:4000])) else None
    key = f"result:{call}" if call else None
    if exited and this.where.whole:
        words = words.partition("\nOutput:\n")[2]
    return [this.event("tool.result", words, key=key, call=call, failed=failed, exit_code=code, refused=refused)]


def _heartbeat(this: Record) -> list[Event]:
    return [this.event("heartbeat")]


def _nothing(this: Record) -> list[Event]:
    return []


_ITEMS: dict[str, Callable[[Record], list[Event]]] = {
    "compaction": _nothing,
    "custom_tool_call": _call,
    "custom_tool_call_output": _output,
    "function_call": _call,
    "function_call_output": _output,
    "ghost_snapshot": _nothing,
    "local_shell_call": _call,
    "local_shell_call_output": _output,
    "message": _message,
    "other": _nothing,
    "reasoning": _heartbeat,
    "tool_search_call": _call,
    "web_search_call": _search,
}
