"""Reads hook payloads of the form that Claude Code defined and other programs adopted.

Each event of the hook has one function below, which gets the payload as a `Record`. Where the payload has an id
that the records of the program have, too (of a tool call, of a prompt), that id is the key of the event, so that the
event is counted once; any other payload gets a key from its content and its file in the spool.
"""

from collections.abc import Callable, Mapping

from workcell.agents.describe import describe
from workcell.agents.events import Event, Foreign, Memory, Record, Where, digest, input_hash, mapping, short, side, text

Step = Callable[[Record], list[Event]]


def read(payload: Foreign, memory: Memory, where: Where, more: Mapping[str, Step] | None = None) -> list[Event]:
    """The events of one hook payload, as it came on stdin; `where.at` is the time stamp of its arrival.

    `more` has functions for hook events that only one program has, by `hook_event_name`. An unknown name becomes one
    event `raw`.
    """
    name = text(payload.get("hook_event_name")) or ""
    if isinstance(payload.get("session_id"), str):
        memory["session"] = payload["session_id"]
    turn = text(payload.get("prompt_id")) or text(payload.get("turn_id"))
    key = f"hook:{name}:{digest(f'{sorted(payload.items())!r}|{where.file}')}"
    this = Record(payload, memory, where, where.at, turn, key, {"hook": name})
    step = (more.get(name) if more else None) or _READ.get(name) or _unknown
    return step(this)


def _tool(this: Record) -> str | None:
    return short(this.body.get("tool_name"), 80) or None


def _call(this: Record) -> str | None:
    return text(this.body.get("tool_use_id"))


def _described(this: Record) -> str:
    return describe(_tool(this), mapping(this.body.get("tool_input")))


def _session_start(this: Record) -> list[Event]:
    if this.body.get("source") == "compact":
        return _compacted(this)
    session, model = this.memory.get("session"), short(this.body.get("model"), 80)
    return [this.event("session.started", session=session, model=model)]


def _prompt(this: Record) -> list[Event]:
    named = this.turn
    return [
        this.event("turn.started", key=f"turn:{named}" if named else None),
        this.event("user.prompt", this.body.get("prompt"), key=f"prompt:{named}" if named else None, part="p"),
    ]


def _before_tool(this: Record) -> list[Event]:
    call, tool = _call(this), _tool(this)
    return [
        this.event(
            "tool.call",
            _described(this),
            key=f"call:{call}" if call else None,
            tool=tool,
            call=call,
            side=side(this.body),
            input=_input(tool, this.body),
        )
    ]


def _input(tool: str | None, payload: Foreign) -> str | None:
    """The hash of the call's input; None where the hook cut the input, since two long inputs may begin alike."""
    given = payload.get("tool_input")
    return None if "…" in repr(given) else input_hash(tool, given)


def _after_tool(this: Record, failed: bool = False) -> list[Event]:
    call = _call(this)
    key = f"result:{call}" if call else None
    return [this.event("tool.result", key=key, tool=_tool(this), call=call, failed=failed)]


def _after_failed_tool(this: Record) -> list[Event]:
    return _after_tool(this, failed=True)


def _permission(this: Record) -> list[Event]:
    tool = _tool(this)
    question = True if tool == "AskUserQuestion" else None
    return [this.event("approval.requested", _described(this), tool=tool, call=_call(this), question=question)]


def _permission_denied(this: Record) -> list[Event]:
    return [this.event("approval.resolved", _described(this), decision="denied")]


def _notification(this: Record) -> list[Event]:
    told, words = short(this.body.get("notification_type"), 60), this.body.get("message")
    if told == "permission_prompt":
        return [this.event("approval.requested", words, notice=True)]
    if told == "idle_prompt":
        return [this.event("status.changed", words, status="idle")]
    return [this.event("annotation", words, status=told)]


def _stop(this: Record) -> list[Event]:
    return [this.event("turn.completed", this.body.get("last_assistant_message"), ok=True)]


def _failed_stop(this: Record) -> list[Event]:
    last, error = this.body.get("last_assistant_message"), short(this.body.get("error"), 80)
    return [
        this.event("error", last, error=error, final=True),
        this.event("turn.completed", last, part="t", ok=False, reason=error),
    ]


def _session_end(this: Record) -> list[Event]:
    return [this.event("session.exited", this.body.get("reason"), reason=short(this.body.get("reason"), 60))]


def _compacting(this: Record) -> list[Event]:
    return [this.event("annotation", "compacting", status="compacting")]


def _compacted(this: Record) -> list[Event]:
    return [this.event("annotation", "compacted", status="compacted")]


def _heartbeat(this: Record) -> list[Event]:
    return [this.event("heartbeat", this.body.get("delta"))]


def _unknown(this: Record) -> list[Event]:
    return [this.event("raw", this.data["hook"] or "a hook without a name")]


_READ: dict[str, Step] = {
    "MessageDisplay": _heartbeat,
    "Notification": _notification,
    "PermissionDenied": _permission_denied,
    "PermissionRequest": _permission,
    "PostCompact": _compacted,
    "PostToolBatch": _heartbeat,
    "PostToolUse": _after_tool,
    "PostToolUseFailure": _after_failed_tool,
    "PreCompact": _compacting,
    "PreToolUse": _before_tool,
    "SessionEnd": _session_end,
    "SessionStart": _session_start,
    "Stop": _stop,
    "StopFailure": _failed_stop,
    "SubagentStart": _heartbeat,
    "SubagentStop": _heartbeat,
    "UserPromptSubmit": _prompt,
}
