"""Reads what `codex exec --json` writes to standard output."""

from collections.abc import Callable

from workcell.agents import tool_calls
from workcell.agents.codex.shared import call_words, raw, running_total, trouble, turn_failed
from workcell.agents.describe import asks
from workcell.agents.events import Event, Foreign, Record, input_hash, mapping, number, short, text


def read(this: Record) -> list[Event]:
    """The events of one line. None of them has a time: this stream tells none."""
    kind = this.body.get("type")
    known = _READ.get(kind) if isinstance(kind, str) else None
    return known(this) if known else [raw(this)]


def _thread_started(this: Record) -> list[Event]:
    this.memory["session"] = text(this.body.get("thread_id"))
    return [this.event("session.started", session=this.memory["session"])]


def _turn_started(this: Record) -> list[Event]:
    return [this.event("turn.started")]


def _turn_completed(this: Record) -> list[Event]:
    last, ask = this.memory.get("last"), this.memory.get("asks")
    this.memory["last"] = this.memory["asks"] = None
    empty = True if not last else None
    done = this.event("turn.completed", last or "", ok=True, result=True, empty=empty, asks=ask)
    return [done, running_total(this, mapping(this.body.get("usage")))]


def _turn_failed(this: Record) -> list[Event]:
    problem = mapping(this.body.get("error"))
    return turn_failed(this, problem.get("message"), problem.get("codex_error_info"))


def _error(this: Record) -> list[Event]:
    return [trouble(this, this.body.get("message"))]


def _item(this: Record) -> list[Event]:
    item, done = mapping(this.body.get("item")), this.body.get("type") == "item.completed"
    known = _ITEMS.get(item["type"]) if isinstance(item.get("type"), str) else None
    if known:
        return known(this, item, done)
    return [raw(this, item)] if done else []


def _message(this: Record, item: Foreign, done: bool) -> list[Event]:
    if not done:
        return []
    words = text(item.get("text")) or ""
    this.memory["last"], this.memory["asks"] = short(words), asks(words)
    return [this.event("assistant.message", words, asks=this.memory["asks"])]


def _reasoning(this: Record, item: Foreign, done: bool) -> list[Event]:
    return [this.event("heartbeat")] if done else []


def _warning(this: Record, item: Foreign, done: bool) -> list[Event]:
    """`Model metadata not found` and its like: in a good run, too."""
    return [this.event("annotation", item.get("message") or "", status="warning")] if done else []


def _plan(this: Record, item: Foreign, done: bool) -> list[Event]:
    return [this.event("heartbeat")]


def _tool(this: Record, item: Foreign, done: bool) -> list[Event]:
    sort, name = short(item.get("type")), text(item.get("id"))
    call = f"{this.where.scope}:{this.memory.get('session')}:{name}" if name else None
    words = short(item.get("command") or item.get("query") or item.get("tool") or sort)
    asked = [item.get(key) for key in ("command", "query", "server", "tool", "arguments", "changes")]
    key, same = f"call:{call}" if call else None, input_hash(sort, asked)
    shown = call_words(this.where, sort, item) if this.where.whole else words
    begun = this.event(
        "tool.call", shown, key=key, tool=sort, call=call, files=tool_calls.files(sort, item), input=same
    )
    return [begun, *_tool_result(this, item, words, call)] if done else [begun]


def _tool_result(this: Record, item: Foreign, words: str, call: str | None) -> list[Event]:
    code, state = number(item.get("exit_code")), short(item.get("status"), 30)
    failed = state in ("failed", "declined") or (code is not None and code != 0)
    output, key = item.get("aggregated_output") or "", f"result:{call}" if call else None
    over = this.event("tool.result", output, key=key, call=call, failed=failed, exit_code=code)
    if state != "declined":
        return [over]
    return [this.event("approval.resolved", words, decision="denied", call=call), over]


_READ: dict[str, Callable[[Record], list[Event]]] = {
    "error": _error,
    "item.completed": _item,
    "item.started": _item,
    "item.updated": _item,
    "thread.started": _thread_started,
    "turn.completed": _turn_completed,
    "turn.failed": _turn_failed,
    "turn.started": _turn_started,
}
_ITEMS: dict[str, Callable[[Record, Foreign, bool], list[Event]]] = {
    "agent_message": _message,
    "collab_tool_call": _tool,
    "command_execution": _tool,
    "error": _warning,
    "file_change": _tool,
    "mcp_tool_call": _tool,
    "reasoning": _reasoning,
    "todo_list": _plan,
    "web_search": _tool,
}
