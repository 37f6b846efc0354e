"""Reads the records of type `system` of Claude Code: its start, failed tries, refusals, notices for a person."""

from collections.abc import Callable
from dataclasses import replace

from workcell.agents.events import Event, Foreign, Record, mapping, number, short, text

WAITS = "Usage limit reached · continuing automatically"
"""The beginning of the notice by which the program says that it goes on when its limit resets."""

_SILENT = frozenset(
    (
        "hook_progress",
        "hook_response",
        "hook_started",
        "status",
        "stop_hook_summary",
        "task_notification",
        "task_progress",
        "task_started",
        "turn_duration",
    )
)
_CLASSES = {401: "authentication_failed", 403: "authentication_failed", 429: "rate_limit", 529: "overloaded"}


def read(this: Record) -> list[Event] | None:
    """The events of one system record; None for a subtype that is not known."""
    sort = this.body.get("subtype")
    if isinstance(sort, str) and sort in _SILENT:
        return []
    known = _READ.get(sort) if isinstance(sort, str) else None
    return known(replace(this, at=text(this.body.get("timestamp")))) if known else None


def _init(this: Record) -> list[Event]:
    body = this.body
    started = this.event(
        "session.started",
        part="init",
        session=this.memory.get("session"),
        model=short(body.get("model"), 80),
        version=short(body.get("claude_code_version"), 40),
        permission=short(body.get("permissionMode"), 40),
    )
    return [started, this.event("turn.started", part="init-turn")]


def _retry(this: Record) -> list[Event]:
    """A try that failed. The stream has the fields at the top, the transcript has them in `error` or `data`."""
    body, error, given = this.body, mapping(this.body.get("error")), mapping(this.body.get("data"))
    delay = number(body.get("retry_delay_ms", body.get("retryInMs", given.get("delayMs"))))
    status = number(body.get("error_status", error.get("status")))
    words = error.get("formatted") or error.get("message") or body.get("error")
    named = isinstance(body.get("error"), str)
    return [
        this.event(
            "retry",
            words if isinstance(words, str) else "",
            part="retry",
            attempt=number(body.get("attempt", body.get("retryAttempt", given.get("attempt")))),
            most=number(body.get("max_retries", body.get("maxRetries", given.get("maxRetries")))),
            delay_seconds=None if delay is None else round(delay / 1000, 3),
            status=None if status is None else int(status),
            error=short(body.get("error"), 80) if named else _class(error, status),
        )
    ]


def _class(error: Foreign, status: float | None) -> str | None:
    """The class that the stream gives a retry, for the transcript's form, which has the bare answer only."""
    if error.get("connection") or error.get("isNetworkDown") is True or (error and status is None):
        return "unknown"
    if status is None:
        return None
    return _CLASSES.get(int(status), "server_error" if status >= 500 else None)


def _denied(this: Record) -> list[Event]:
    tool, call = short(this.body.get("tool_name"), 80), text(this.body.get("tool_use_id"))
    return [this.event("approval.resolved", tool, part="denied", decision="denied", call=call)]


def _compacted(this: Record) -> list[Event]:
    return [this.event("annotation", "compacted", part="compact", status="compacted")]


def _notice(this: Record) -> list[Event]:
    words = this.body.get("content") or ""
    waits = True if isinstance(words, str) and words.startswith(WAITS) else None
    return [this.event("annotation", words, part="info", status="notice", waits=waits)]


_READ: dict[str, Callable[[Record], list[Event]]] = {
    "api_error": _retry,
    "api_retry": _retry,
    "compact_boundary": _compacted,
    "informational": _notice,
    "init": _init,
    "microcompact_boundary": _compacted,
    "permission_denied": _denied,
    "retry": _retry,
}
