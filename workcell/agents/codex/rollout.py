"""Reads the rollout of a Codex thread, the file that keeps its whole conversation.

Invariants:

- Every record has the form {type, timestamp, ordinal?, payload}. Events are named by thread and ordinal, else by the
  content of the line, so that a second reading gives the same ids.
- `memory["session"]` is the thread; `memory["turn"]` the turn that began last, for records that name none.
- A message of the agent stands twice in a rollout, as an item of the model's answer and as a message: it becomes one
  event (`memory["said"]`).
- Tokens are running totals of the thread; they are never added up.
- A type that is not known here becomes one event `raw` that names the type.
"""

from collections.abc import Callable
from dataclasses import replace

from workcell.agents.codex import response
from workcell.agents.codex.shared import code, raw, running_total, status, status_of, trouble, turn_failed
from workcell.agents.describe import asks, describe
from workcell.agents.events import (
    Event,
    Foreign,
    Memory,
    Record,
    Where,
    digest,
    input_hash,
    items,
    mapping,
    number,
    short,
    text,
)

Step = Callable[[Record], list[Event]]

_SILENT = frozenset(
    (
        "agent_message_content_delta",
        "agent_message_delta",
        "agent_reasoning_delta",
        "agent_reasoning_raw_content",
        "agent_reasoning_section_break",
        "background_event",
        "deprecation_notice",
        "exec_command_output_delta",
        "ghost_snapshot",
        "inter_agent_communication_metadata",
        "item_started",
        "mcp_startup_complete",
        "mcp_startup_update",
        "patch_apply_begin",
        "plan_update",
        "reasoning_content_delta",
        "session_configured",
        "thread_name_updated",
        "thread_settings_applied",
        "token_usage_record",
        "turn_context",
        "turn_diff",
        "user_message_delta",
        "web_search_begin",
        "world_state",
    )
)


def read(record: Foreign, memory: Memory, where: Where) -> list[Event]:
    """The events of one line of a rollout."""
    kind, payload = record.get("type"), mapping(record.get("payload"))
    turn, order = text(payload.get("turn_id")) or memory.get("turn"), number(record.get("ordinal"))
    named = memory.get("session") and order is not None
    key = f"{memory['session']}:{int(order or 0)}" if named else f"line:{digest(repr(record))}"
    this = Record(payload, memory, where, text(record.get("timestamp")), turn, key)
    known = _READ.get(kind) if isinstance(kind, str) else None
    if known:
        return known(this)
    return [] if kind in _SILENT else [raw(this, record)]


def _meta(this: Record) -> list[Event]:
    body, memory = this.body, this.memory
    memory["session"] = text(body.get("id")) or text(body.get("session_id"))
    memory["cwd"] = short(body.get("cwd"), 200)
    key, version = f"meta:{memory['session']}:{this.at}", short(body.get("cli_version"), 40)
    return [replace(this, turn=None).event("session.started", key=key, session=memory["session"], version=version)]


def _context(this: Record) -> list[Event]:
    policy = mapping(this.body.get("sandbox_policy"))
    this.memory["sandbox"] = short(policy.get("type") or policy.get("mode"), 40)
    return []


def _compacted(this: Record) -> list[Event]:
    return [replace(this, turn=None).event("annotation", "compacted", status="compacted")]


def _message(this: Record) -> list[Event]:
    sort = this.body.get("type")
    known = _MESSAGES.get(sort) if isinstance(sort, str) else None
    if known:
        return known(this)
    return [] if isinstance(sort, str) and sort in _SILENT else [raw(this)]


_BOUNDS = (b'"user_message"', b'"UserMessage"', b'"task_complete"', b'"turn_complete"', b'"turn_aborted"')
"""What stands in a record that is a prompt, or ends a turn."""


def may_bound_turn(line: bytes) -> bool:
    """Whether the line may be a prompt or the end of a turn."""
    return any(mark in line for mark in _BOUNDS)


def _turn_started(this: Record) -> list[Event]:
    this.memory["turn"], this.memory["last"], this.memory["asks"] = this.turn, None, None
    return [this.event("turn.started", key=f"turn:{this.turn}" if this.turn else None)]


def _turn_complete(this: Record) -> list[Event]:
    problem = this.body.get("error")
    key = f"end:{this.turn}" if this.turn else this.key
    if isinstance(problem, dict):
        return turn_failed(this, problem.get("message"), problem.get("codex_error_info"), key)
    last = this.body.get("last_agent_message")
    words = last if isinstance(last, str) else ""
    empty = True if not words.strip() else None
    return [this.event("turn.completed", words, key=key, ok=True, result=True, empty=empty, asks=asks(words))]


def _turn_aborted(this: Record) -> list[Event]:
    reason = short(this.body.get("reason"), 60) or "interrupted"
    return [this.event("turn.completed", reason, ok=False, reason=reason)]


def _user_message(this: Record) -> list[Event]:
    return [this.event("user.prompt", this.body.get("message") or "")]


def _agent_message(this: Record) -> list[Event]:
    return response.assistant_message(this, text(this.body.get("message")) or "", None)


def _stream_error(this: Record) -> list[Event]:
    return [trouble(this, this.body.get("message"))]


def _error(this: Record) -> list[Event]:
    words, info = text(this.body.get("message")) or "", this.body.get("codex_error_info")
    return [this.event("error", words, code=code(info), status=status_of(info) or status(words))]


def _command_begins(this: Record) -> list[Event]:
    call, command = text(this.body.get("call_id")), this.body.get("command")
    words = " ".join(str(word) for word in command[:50]) if isinstance(command, list) else short(command)
    same = input_hash("exec", command or this.body.get("invocation"))
    return [this.event("tool.call", words, key=f"call:{call}", tool="exec", call=call, input=same)]


def _command_ends(this: Record) -> list[Event]:
    call, ended = text(this.body.get("call_id")), number(this.body.get("exit_code"))
    failed = ended not in (None, 0)
    return [this.event("tool.result", key=f"result:{call}", call=call, failed=failed, exit_code=ended)]


def _approval_requested(this: Record) -> list[Event]:
    body, sort = this.body, str(this.body.get("type"))
    words = describe(None, body) if body.get("command") else short(body.get("reason") or sort)
    question = True if sort in ("request_user_input", "elicitation_request") else None
    call = text(body.get("call_id"))
    return [this.event("approval.requested", words, question=question, call=call)]


def _heartbeat(this: Record) -> list[Event]:
    return [this.event("heartbeat")]


def _warning(this: Record) -> list[Event]:
    return [this.event("annotation", this.body.get("message") or "", status="warning")]


def _compacted_in_turn(this: Record) -> list[Event]:
    return [this.event("annotation", "compacted", status="compacted")]


def _item_completed(this: Record) -> list[Event]:
    item = mapping(this.body.get("item"))
    known = _ITEMS.get(item["type"]) if isinstance(item.get("type"), str) else None
    return known(this, item) if known else [raw(this, item)]


def _words(item: Foreign) -> str:
    return " ".join(t for b in items(item.get("content")) if isinstance(t := mapping(b).get("text"), str))


def _item_of_user(this: Record, item: Foreign) -> list[Event]:
    return [this.event("user.prompt", _words(item))]


def _item_of_agent(this: Record, item: Foreign) -> list[Event]:
    return response.assistant_message(this, _words(item), text(item.get("id")))


def _item_of_command(this: Record, item: Foreign) -> list[Event]:
    """The answer to the model follows under the same id, and tells whether the sandbox refused."""
    return [this.event("heartbeat", call=text(item.get("id")), exit_code=number(item.get("exit_code")))]


def _item_of_work(this: Record, item: Foreign) -> list[Event]:
    return [this.event("heartbeat")]


def _tokens(this: Record) -> list[Event]:
    this = replace(this, turn=None)  # the figures are of the thread
    total = mapping(mapping(this.body.get("info")).get("total_token_usage"))
    found = [running_total(this, total)] if total else []
    limits = mapping(this.body.get("rate_limits"))
    for window in ("primary", "secondary"):
        used = mapping(limits.get(window))
        percent = number(used.get("used_percent"))
        if percent is None:
            continue
        rejected = percent >= 100 and limits.get("rate_limit_reached_type")
        found.append(
            this.event(
                "limit",
                f"{window}: {percent:g}% used",
                part=window,
                status="rejected" if rejected else "allowed",
                window=window,
                used_percent=percent,
                minutes=number(used.get("window_minutes")),
                resets_at=number(used.get("resets_at")),
                resets_in_seconds=number(used.get("resets_in_seconds")),
            )
        )
    return found


_READ: dict[str, Step] = {
    "compacted": _compacted,
    "event_msg": _message,
    "response_item": response.read,
    "session_meta": _meta,
    "turn_context": _context,
}
_MESSAGES: dict[str, Step] = {
    "agent_message": _agent_message,
    "agent_reasoning": _heartbeat,
    "apply_patch_approval_request": _approval_requested,
    "context_compacted": _compacted_in_turn,
    "elicitation_request": _approval_requested,
    "error": _error,
    "exec_approval_request": _approval_requested,
    "exec_command_begin": _command_begins,
    "exec_command_end": _command_ends,
    "item_completed": _item_completed,
    "mcp_startup": _heartbeat,
    "mcp_tool_call_begin": _command_begins,
    "mcp_tool_call_end": _command_ends,
    "notice": _warning,
    "patch_apply_end": _command_ends,
    "request_user_input": _approval_requested,
    "stream_error": _stream_error,
    "task_complete": _turn_complete,
    "task_started": _turn_started,
    "token_count": _tokens,
    "turn_aborted": _turn_aborted,
    "turn_complete": _turn_complete,
    "turn_started": _turn_started,
    "user_message": _user_message,
    "view_image_tool_call": _heartbeat,
    "warning": _warning,
    "web_search_end": _heartbeat,
}
_ITEMS: dict[str, Callable[[Record, Foreign], list[Event]]] = {
    "AgentMessage": _item_of_agent,
    "CommandExecution": _item_of_command,
    "ContextCompaction": _item_of_work,
    "FileChange": _item_of_work,
    "ImageView": _item_of_work,
    "McpToolCall": _item_of_work,
    "Plan": _item_of_work,
    "Reasoning": _item_of_work,
    "UserMessage": _item_of_user,
    "WebSearch": _item_of_work,
}
