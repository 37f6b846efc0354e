"""Reads the rollout of a Codex thread, and the words that rollout and stdout share."""

import json
import re
from typing import Any

from workcell.agents import protocol as r
from workcell.agents.describe import asks, describe
from workcell.agents.protocol import Event, Where, count, digest, event, input_hash, items, mapping, number, short

_SILENT = frozenset(
    [
        *("world_state", "turn_context", "thread_settings_applied", "item_started", "user_message_delta"),
        *("agent_message_delta", "agent_reasoning_delta", "agent_reasoning_section_break", "plan_update"),
        *(
            "agent_reasoning_raw_content",
            "turn_diff",
            "agent_message_content_delta",
            "reasoning_content_delta",
        ),
        *("exec_command_output_delta", "mcp_startup_update", "mcp_startup_complete", "session_configured"),
        *(
            "thread_name_updated",
            "ghost_snapshot",
            "inter_agent_communication_metadata",
            "token_usage_record",
        ),
        *("patch_apply_begin", "web_search_begin", "deprecation_notice", "background_event"),
    ]
)
_RETRY = re.compile(r"^(?:Reconnecting|Server is busy, reconnecting)\.{0,3} *(?:(\d+)/(\d+))?")
_STATUS = re.compile(r"^(?:unexpected status|exceeded retry limit, last status:) (\d{3})\b", re.IGNORECASE)
_EXIT = re.compile(r"\AChunk ID:.*?^Process exited with code (-?\d+)$", re.DOTALL | re.MULTILINE)
_REFUSED = re.compile(
    r"(?i)\b(read-only file system|operation not permitted|sandbox(ed)?[ -](denied|error)|seatbelt)\b"
)


def trouble(message: Any, where: Where, at: str | None = None, key: str | None = None) -> Event:
    """An `error` line: a try that failed, with more to come, or the words that `turn.failed` will repeat."""
    words = message if isinstance(message, str) else ""
    again = _RETRY.match(words)
    if not again:
        return event("error", where, key, words, at=at, status=_status(words))
    cause = words[again.end() :].strip().removeprefix("(").removesuffix(")")
    return event(
        "retry",
        where,
        key,
        cause or words,
        at=at,
        attempt=int(again[1]) if again[1] else None,
        most=int(again[2]) if again[2] else None,
        status=_status(cause),
        waits=True if "waiting for network" in words[:60] else None,
    )


def turn_failed(message: Any, info: Any, where: Where, at: str | None, turn: str | None, key: str = "") -> list[Event]:
    words = message if isinstance(message, str) else ""
    code, status = _info(info)
    resets = number(mapping(next(iter(info.values()), None)).get("resets_at")) if isinstance(info, dict) else None
    return [
        event(
            "error",
            where,
            f"{key}:error" if key else None,
            words,
            at=at,
            turn=turn,
            final=True,
            code=code,
            status=status or _status(words),
            resets_at=resets,
        ),
        event("turn.completed", where, f"{key}:failed" if key else None, words, at=at, turn=turn, ok=False),
    ]


def _info(info: Any) -> tuple[str | None, int | None]:
    """`usage_limit_exceeded`, or `{"http_connection_failed": {"http_status_code": 401}}`."""
    if isinstance(info, str):
        return short(info, 80), None
    if isinstance(info, dict) and info:
        name = next(iter(info))
        status = number(mapping(info[name]).get("http_status_code"))
        return short(name, 80), None if status is None else int(status)
    return None, None


def _status(words: str) -> int | None:
    found = _STATUS.match(words)
    return int(found[1]) if found else None


def read(
    kind: str, payload: dict[str, Any], record: dict[str, Any], memory: dict[str, Any], where: Where
) -> list[Event]:
    at = r.text(record.get("timestamp"))
    sort = payload.get("type") if isinstance(payload.get("type"), str) else ""
    turn = r.text(payload.get("turn_id")) or memory.get("turn")
    order = number(record.get("ordinal"))
    thread = memory.get("session")
    base = f"{thread}:{int(order)}" if thread and order is not None else f"line:{digest(repr(record))}"
    if kind == "session_meta":
        memory["session"] = r.text(payload.get("id")) or r.text(payload.get("session_id"))
        memory["cwd"] = short(payload.get("cwd"), 200)
        return [
            event(
                "session.started",
                where,
                f"meta:{memory['session']}:{at}",
                at=at,
                session=memory["session"],
                version=short(payload.get("cli_version"), 40),
            )
        ]
    if kind == "turn_context":
        policy = mapping(payload.get("sandbox_policy"))
        memory["sandbox"] = short(policy.get("type") or policy.get("mode"), 40)
        return []
    if kind == "compacted":
        return [event("status.changed", where, base, "compacted", at=at, status="compacted")]
    if kind == "response_item":
        return _response(str(sort), payload, memory, where, at, turn, base)
    if kind == "event_msg":
        return _message(str(sort), payload, memory, where, at, turn, base)
    if kind in _SILENT:
        return []
    return [raw(record, where, base)]


def _response(
    sort: str,
    payload: dict[str, Any],
    memory: dict[str, Any],
    where: Where,
    at: str | None,
    turn: str | None,
    base: str,
) -> list[Event]:
    call = r.text(payload.get("call_id")) or r.text(payload.get("id"))
    if sort == "message" and payload.get("role") == "assistant":
        words = " ".join(t for b in items(payload.get("content")) if isinstance(t := mapping(b).get("text"), str))
        return _said(words, r.text(payload.get("id")), memory, where, at, turn, base)
    if sort in (
        "function_call",
        "custom_tool_call",
        "local_shell_call",
        "web_search_call",
        "tool_search_call",
    ):
        given: Any = payload.get("arguments", payload.get("input", payload.get("action")))
        if isinstance(given, str):
            try:
                given = json.loads(given[:100_000])
            except (ValueError, RecursionError):
                given = {"command": given}
        tool = short(payload.get("name") or sort, 80)
        if sort == "web_search_call":
            return [event("heartbeat", where, f"call:{call}" if call else base, tool, at=at, turn=turn)]
        command = mapping(given).get("command")
        if isinstance(command, list):
            given = {**mapping(given), "command": " ".join(str(c) for c in command[:50])}
        words = describe(tool, mapping(given))
        question = True if tool == "request_user_input" else None
        key = f"call:{call}" if call else base
        same = input_hash(tool, given)
        return [
            event("tool.call", where, key, words, at=at, turn=turn, tool=tool, call=call, question=question, input=same)
        ]
    if sort in ("function_call_output", "custom_tool_call_output", "local_shell_call_output"):
        output = payload.get("output")
        words = output if isinstance(output, str) else r.text(mapping(output).get("content")) or ""
        exited = _EXIT.search(words[:2000])
        code = int(exited[1]) if exited and len(exited[1]) < 8 else None
        closed = code not in (None, 0) and memory.get("sandbox") in ("read-only", "workspace-write")
        refused = True if closed and _REFUSED.search(words[:4000]) else None
        key = f"result:{call}" if call else base
        failed = code not in (None, 0)
        return [
            event(
                "tool.result",
                where,
                key,
                words,
                at=at,
                turn=turn,
                call=call,
                failed=failed,
                exit_code=code,
                refused=refused,
            )
        ]
    if sort == "reasoning":
        return [event("heartbeat", where, base, at=at, turn=turn)]
    if sort in ("message", "ghost_snapshot", "compaction", "other"):
        return []
    return [raw(payload, where, base)]


def _said(
    words: str,
    name: str | None,
    memory: dict[str, Any],
    where: Where,
    at: str | None,
    turn: str | None,
    base: str,
) -> list[Event]:
    """What the agent said, which a rollout holds twice: as an item of the model's answer and as a message."""
    mark = digest(words)
    if not words.strip() or (name is None and memory.get("said") == mark):
        return []
    memory["said"], memory["last"], memory["asks"] = mark, short(words), asks(words)
    key = f"said:{name}" if name else base
    return [event("assistant.message", where, key, words, at=at, turn=turn, asks=memory["asks"])]


def _message(
    sort: str,
    payload: dict[str, Any],
    memory: dict[str, Any],
    where: Where,
    at: str | None,
    turn: str | None,
    base: str,
) -> list[Event]:
    if sort in ("task_started", "turn_started"):
        memory["turn"], memory["last"], memory["asks"] = turn, None, None
        return [event("turn.started", where, f"turn:{turn}" if turn else base, at=at, turn=turn)]
    if sort in ("task_complete", "turn_complete"):
        problem = payload.get("error")
        key = f"end:{turn}" if turn else base
        if isinstance(problem, dict):
            return turn_failed(problem.get("message"), problem.get("codex_error_info"), where, at, turn, key)
        last = payload.get("last_agent_message")
        words = last if isinstance(last, str) else ""
        return [
            event(
                "turn.completed",
                where,
                key,
                words,
                at=at,
                turn=turn,
                ok=True,
                result=True,
                empty=True if not words.strip() else None,
                asks=asks(words),
            )
        ]
    if sort == "turn_aborted":
        reason = short(payload.get("reason"), 60) or "interrupted"
        return [event("turn.completed", where, base, reason, at=at, turn=turn, ok=False, reason=reason)]
    if sort == "item_completed":
        return _completed(mapping(payload.get("item")), memory, where, at, turn, base)
    if sort == "user_message":
        return [event("user.prompt", where, base, payload.get("message") or "", at=at, turn=turn)]
    if sort == "agent_message":
        return _said(r.text(payload.get("message")) or "", None, memory, where, at, turn, base)
    if sort == "token_count":
        return _tokens(payload, memory, where, at, base)
    if sort == "stream_error":
        return [trouble(payload.get("message"), where, at, base)]
    if sort == "error":
        code, status = _info(payload.get("codex_error_info"))
        words = r.text(payload.get("message")) or ""
        return [event("error", where, base, words, at=at, turn=turn, code=code, status=status or _status(words))]
    if sort in ("exec_command_begin", "mcp_tool_call_begin"):
        call = r.text(payload.get("call_id"))
        command = payload.get("command")
        words = " ".join(str(c) for c in command[:50]) if isinstance(command, list) else short(command)
        same = input_hash("exec", command or payload.get("invocation"))
        return [event("tool.call", where, f"call:{call}", words, at=at, turn=turn, tool="exec", call=call, input=same)]
    if sort in ("exec_command_end", "mcp_tool_call_end", "patch_apply_end"):
        call, ended = r.text(payload.get("call_id")), number(payload.get("exit_code"))
        failed = ended not in (None, 0)
        return [
            event(
                "tool.result",
                where,
                f"result:{call}",
                at=at,
                turn=turn,
                call=call,
                failed=failed,
                exit_code=ended,
            )
        ]
    if sort in (
        "exec_approval_request",
        "apply_patch_approval_request",
        "request_user_input",
        "elicitation_request",
    ):
        words = describe(None, payload) if payload.get("command") else short(payload.get("reason") or sort)
        asked = True if sort in ("request_user_input", "elicitation_request") else None
        call = r.text(payload.get("call_id"))
        return [event("approval.requested", where, base, words, at=at, turn=turn, question=asked, call=call)]
    if sort == "context_compacted":
        return [event("status.changed", where, base, "compacted", at=at, status="compacted")]
    if sort in ("agent_reasoning", "mcp_startup", "view_image_tool_call", "web_search_end"):
        return [event("heartbeat", where, base, at=at, turn=turn)]
    if sort in ("warning", "notice"):
        return [event("status.changed", where, base, payload.get("message") or "", at=at, status="warning")]
    if sort in _SILENT:
        return []
    return [raw(payload, where, base)]


def _completed(
    item: dict[str, Any], memory: dict[str, Any], where: Where, at: str | None, turn: str | None, base: str
) -> list[Event]:
    sort = item.get("type")
    words = " ".join(t for b in items(item.get("content")) if isinstance(t := mapping(b).get("text"), str))
    if sort == "UserMessage":
        return [event("user.prompt", where, base, words, at=at, turn=turn)]
    if sort == "AgentMessage":
        return _said(words, r.text(item.get("id")), memory, where, at, turn, base)
    if sort == "CommandExecution":
        call, code = r.text(item.get("id")), number(item.get("exit_code"))
        # the answer to the model follows under the same id and knows whether the sandbox refused
        return [event("heartbeat", where, base, at=at, turn=turn, call=call, exit_code=code)]
    if sort in (
        "Reasoning",
        "FileChange",
        "McpToolCall",
        "WebSearch",
        "Plan",
        "ContextCompaction",
        "ImageView",
    ):
        return [event("heartbeat", where, base, at=at, turn=turn)]
    return [raw(item, where, base)]


def _tokens(payload: dict[str, Any], memory: dict[str, Any], where: Where, at: str | None, base: str) -> list[Event]:
    found: list[Event] = []
    info = mapping(payload.get("info"))
    if mapping(info.get("total_token_usage")):
        found.append(running_total(mapping(info.get("total_token_usage")), memory, where, at, base))
    limits = mapping(payload.get("rate_limits"))
    reached = limits.get("rate_limit_reached_type")
    for window in ("primary", "secondary"):
        used = mapping(limits.get(window))
        percent = number(used.get("used_percent"))
        if percent is None:
            continue
        full = percent >= 100
        found.append(
            event(
                "limit",
                where,
                f"{base}:{window}",
                f"{window}: {percent:g}% used",
                at=at,
                status="rejected" if full and reached else "allowed",
                window=window,
                used_percent=percent,
                minutes=number(used.get("window_minutes")),
                resets_at=number(used.get("resets_at")),
                resets_in_seconds=number(used.get("resets_in_seconds")),
            )
        )
    return found


def running_total(
    usage: dict[str, Any],
    memory: dict[str, Any],
    where: Where,
    at: str | None = None,
    base: str | None = None,
) -> Event:
    """A running total over the whole thread, also over its resumes: the greatest counts, never the sum."""
    cached = count(usage.get("cached_input_tokens"))
    total = {
        "input": max(0, count(usage.get("input_tokens")) - cached),
        "output": count(usage.get("output_tokens")),
        "cache_read": cached,
        "cache_write": count(usage.get("cache_write_input_tokens")),
    }
    key = f"{base}:cost" if base else None
    return event("cost", where, key, at=at, tokens_total=total, session=memory.get("session"))


def raw(record: dict[str, Any], where: Where, base: str | None = None) -> Event:
    inner = short(mapping(record.get("payload")).get("type"), 60)
    words = f"{short(record.get('type'), 60)} {inner}".strip() or short(list(record), 80)
    return event("raw", where, f"{base}:raw" if base else None, words)
