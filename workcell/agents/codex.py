"""Reads what Codex writes: `exec --json` on stdout, the rollout of a thread, hook and notify payloads."""

import os
from collections.abc import Mapping
from typing import Any

from workcell.agents import hooks, rollout
from workcell.agents import protocol as r
from workcell.agents.describe import asks
from workcell.agents.protocol import Event, Where, event, input_hash, mapping, number, short
from workcell.agents.rollout import raw, running_total, trouble, turn_failed

agent = "codex"


def transcripts(env: Mapping[str, str], cwd: str, session: str | None) -> list[str]:
    """`$CODEX_HOME` or `~/.codex`, then sessions/YYYY/MM/DD/rollout-<local time>-<thread>.jsonl."""
    homes = [env["CODEX_HOME"]] if env.get("CODEX_HOME") else []
    homes += [os.path.join(env["HOME"], ".codex")] if env.get("HOME") else []
    name = f"rollout-*-{session}.jsonl" if session else "rollout-*.jsonl"
    found = [os.path.join(home, "sessions", "*", "*", "*", name) for home in homes]
    return found + [os.path.join(home, "archived_sessions", name) for home in homes]


def record(record: dict[str, Any], memory: dict[str, Any], where: Where) -> list[Event]:
    """The events of one line of `exec --json` or of a rollout."""
    kind = record.get("type")
    if not isinstance(kind, str):
        return [raw(record, where)]
    if isinstance(record.get("payload"), dict):
        return rollout.read(kind, record["payload"], record, memory, where)
    return _stream(kind, record, memory, where)


def close(memory: dict[str, Any], where: Where) -> list[Event]:
    """Nothing is owed: Codex tells its tokens as running totals."""
    return []


def hook(payload: dict[str, Any], memory: dict[str, Any], where: Where) -> list[Event]:
    """The events of a hook payload (the same shape as Claude Code's) or of a `notify` argument."""
    if payload.get("type") == "agent-turn-complete":
        thread = r.text(payload.get("thread-id"))
        if memory.get("session") and thread != memory["session"]:
            return []  # the hidden turn that makes up a title is told as well
        turn = r.text(payload.get("turn-id"))
        key = f"notify:{turn}" if turn else None
        words = payload.get("last-assistant-message")
        return [event("turn.completed", where, key, words or "", turn=turn, source="hook", ok=True)]
    return hooks.read(payload, memory, where)


def _stream(kind: str, record: dict[str, Any], memory: dict[str, Any], where: Where) -> list[Event]:
    if kind == "thread.started":
        memory["session"] = r.text(record.get("thread_id"))
        return [event("session.started", where, None, session=memory["session"])]
    if kind == "turn.started":
        return [event("turn.started", where, None)]
    if kind == "turn.completed":
        last = memory.get("last")
        done = event(
            "turn.completed",
            where,
            None,
            last or "",
            ok=True,
            result=True,
            empty=True if not last else None,
            asks=memory.get("asks"),
        )
        memory["last"] = memory["asks"] = None
        return [done, running_total(mapping(record.get("usage")), memory, where)]
    if kind == "turn.failed":
        problem = mapping(record.get("error"))
        return turn_failed(problem.get("message"), problem.get("codex_error_info"), where, None, None)
    if kind == "error":
        return [trouble(record.get("message"), where)]
    if kind in ("item.started", "item.updated", "item.completed"):
        return _item(kind == "item.completed", mapping(record.get("item")), memory, where)
    return [raw(record, where)]


def _item(done: bool, item: dict[str, Any], memory: dict[str, Any], where: Where) -> list[Event]:
    sort, name = item.get("type"), r.text(item.get("id"))
    call = f"{where.get('scope')}:{memory.get('session')}:{name}" if name else None
    if sort == "agent_message":
        if not done:
            return []
        words = r.text(item.get("text")) or ""
        memory["last"], memory["asks"] = short(words), asks(words)
        return [event("assistant.message", where, None, words, asks=memory["asks"])]
    if sort == "reasoning":
        return [event("heartbeat", where, None)] if done else []
    if sort == "error":
        # "Model metadata not found" and its like: in a good run too
        return [event("status.changed", where, None, item.get("message") or "", status="warning")] if done else []
    if sort in (
        "command_execution",
        "file_change",
        "mcp_tool_call",
        "web_search",
        "collab_tool_call",
        "todo_list",
    ):
        if sort == "todo_list":
            return [event("heartbeat", where, None)]
        words = short(item.get("command") or item.get("query") or item.get("tool") or sort)
        asked = [item.get(name) for name in ("command", "query", "server", "tool", "arguments", "changes")]
        same = input_hash(sort, asked)
        begun = event("tool.call", where, f"call:{call}" if call else None, words, tool=sort, call=call, input=same)
        if not done:
            return [begun]
        code = number(item.get("exit_code"))
        state = short(item.get("status"), 30)
        failed = state in ("failed", "declined") or (code is not None and code != 0)
        over = event(
            "tool.result",
            where,
            f"result:{call}" if call else None,
            item.get("aggregated_output") or "",
            call=call,
            failed=failed,
            exit_code=code,
        )
        if state == "declined":
            return [begun, event("approval.resolved", where, None, words, decision="denied", call=call), over]
        return [begun, over]
    return [raw(item, where)] if done else []
