"""Reads hook payloads, whose shape Claude Code made and Codex took over."""

from typing import Any

from workcell.agents import protocol as r
from workcell.agents.describe import describe
from workcell.agents.protocol import Event, Where, digest, event, input_hash, mapping, short, side


def read(payload: dict[str, Any], memory: dict[str, Any], where: Where) -> list[Event]:
    """The events of one hook payload, as it came on stdin; `where["at"]` is the stamp of its coming."""
    name = r.text(payload.get("hook_event_name")) or ""
    if isinstance(payload.get("session_id"), str):
        memory["session"] = payload["session_id"]
    turn = r.text(payload.get("prompt_id")) or r.text(payload.get("turn_id"))
    spooled = where.get("file")
    once = f"hook:{name}:{digest(f'{sorted(payload.items())!r}|{spooled}')}"
    call = r.text(payload.get("tool_use_id"))

    def say(kind: str, key: str | None, words: Any = "", **data: Any) -> list[Event]:
        at = where.get("at")
        return [event(kind, where, key or once, words, at=at, turn=turn, source="hook", hook=name, **data)]

    tool = short(payload.get("tool_name"), 80) or None
    if name == "SessionStart":
        if payload.get("source") == "compact":
            return say("status.changed", None, "compacted", status="compacted")
        return say("session.started", None, session=memory.get("session"), model=short(payload.get("model"), 80))
    if name == "UserPromptSubmit":
        return [
            *say("turn.started", f"turn:{turn}" if turn else None),
            *say("user.prompt", f"prompt:{turn}" if turn else f"{once}:p", payload.get("prompt")),
        ]
    if name == "PreToolUse":
        words = describe(tool, mapping(payload.get("tool_input")))
        key = f"call:{call}" if call else None
        return say("tool.call", key, words, tool=tool, call=call, side=side(payload), input=_input(tool, payload))
    if name in ("PostToolUse", "PostToolUseFailure"):
        failed = name == "PostToolUseFailure"
        return say("tool.result", f"result:{call}" if call else None, "", tool=tool, call=call, failed=failed)
    if name == "PermissionRequest":
        given = mapping(payload.get("tool_input"))
        question = tool == "AskUserQuestion"
        return say("approval.requested", None, describe(tool, given), tool=tool, call=call, question=question or None)
    if name == "PermissionDenied":
        return say("approval.resolved", None, describe(tool, mapping(payload.get("tool_input"))), decision="denied")
    if name == "Notification":
        told = short(payload.get("notification_type"), 60)
        if told == "permission_prompt":
            return say("approval.requested", None, payload.get("message"), notice=True)
        status = "idle" if told == "idle_prompt" else told
        return say("status.changed", None, payload.get("message"), status=status)
    if name == "Stop":
        return say("turn.completed", None, payload.get("last_assistant_message"), ok=True)
    if name == "StopFailure":
        last, error = payload.get("last_assistant_message"), short(payload.get("error"), 80)
        return [
            *say("error", None, last, error=error, final=True),
            *say("turn.completed", f"{once}:t", last, ok=False, reason=error),
        ]
    if name == "SessionEnd":
        return say("session.exited", None, payload.get("reason"), reason=short(payload.get("reason"), 60))
    if name == "PreCompact":
        return say("status.changed", None, "compacting", status="compacting")
    if name == "PostCompact":
        return say("status.changed", None, "compacted", status="compacted")
    if name in ("MessageDisplay", "PostToolBatch", "SubagentStart", "SubagentStop"):
        return say("heartbeat", None, payload.get("delta"))
    return say("raw", None, name or "a hook without a name")


def _input(tool: str | None, payload: dict[str, Any]) -> str | None:
    """The hash of the call's input; None where the hook cut it, since two long inputs may begin alike."""
    given = payload.get("tool_input")
    return None if "…" in repr(given) else input_hash(tool, given)
