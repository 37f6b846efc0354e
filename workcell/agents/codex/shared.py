"""Makes the events that Codex's standard output and its rollout have in common: failures, tries, running totals."""

import re
from dataclasses import replace
from typing import Any

from workcell.agents import tool_calls
from workcell.agents.events import Event, Foreign, Record, Where, count, mapping, number, short

_RETRY = re.compile(r"^(?:Reconnecting|Server is busy, reconnecting)\.{0,3} *(?:(\d+)/(\d+))?")
_STATUS = re.compile(r"^(?:unexpected status|exceeded retry limit, last status:) (\d{3})\b", re.IGNORECASE)

_COMMANDS = ("command_execution", "exec", "exec_command", "local_shell_call", "shell")
"""Names of the tool that runs a command, which its hooks and its model call Bash."""


def call_words(where: Where, tool: str, given: Foreign) -> str:
    """A tool call as the text of its event; where texts are read whole, a command without the shell around it."""
    command = given.get("command", given.get("cmd"))
    if where.whole and tool in _COMMANDS and isinstance(command, str):
        return tool_calls.words(where, "Bash", {"command": tool_calls.command_of(command)})
    return tool_calls.words(where, tool, given)


def trouble(this: Record, message: Any) -> Event:
    """The event of an `error` line: a failed try that is repeated, or the words that `turn.failed` will repeat."""
    this, words = replace(this, turn=None), message if isinstance(message, str) else ""
    again = _RETRY.match(words)
    if not again:
        return this.event("error", words, status=status(words))
    cause = words[again.end() :].strip().removeprefix("(").removesuffix(")")
    return this.event(
        "retry",
        cause or words,
        attempt=int(again[1]) if again[1] else None,
        most=int(again[2]) if again[2] else None,
        status=status(cause),
        waits=True if "waiting for network" in words[:60] else None,
    )


def turn_failed(this: Record, message: Any, info: Any, key: str | None = None) -> list[Event]:
    """The end of a turn that failed; `key` names that end, where the record does."""
    words = message if isinstance(message, str) else ""
    error = this.event(
        "error",
        words,
        key=f"{key}:error" if key else None,
        final=True,
        code=code(info),
        status=status_of(info) or status(words),
        resets_at=number(mapping(next(iter(info.values()), None)).get("resets_at")) if isinstance(info, dict) else None,
    )
    return [error, this.event("turn.completed", words, key=f"{key}:failed" if key else None, ok=False)]


def code(info: Any) -> str | None:
    """The name in a `codex_error_info`: `usage_limit_exceeded`, or the key of `{"http_connection_failed": {…}}`."""
    if isinstance(info, dict):
        return short(next(iter(info)), 80) if info else None
    return short(info, 80) if isinstance(info, str) else None


def status_of(info: Any) -> int | None:
    """The HTTP status in a `codex_error_info`: `{"http_connection_failed": {"http_status_code": 401}}`."""
    inner = next(iter(info.values()), None) if isinstance(info, dict) else None
    found = number(mapping(inner).get("http_status_code"))
    return None if found is None else int(found)


def status(words: str) -> int | None:
    """The HTTP status with which an error message begins."""
    found = _STATUS.match(words)
    return int(found[1]) if found else None


def running_total(this: Record, usage: Foreign) -> Event:
    """A running total over the whole thread, also over its resumes: the greatest counts, never the sum."""
    cached = count(usage.get("cached_input_tokens"))
    total = {
        "input": max(0, count(usage.get("input_tokens")) - cached),
        "output": count(usage.get("output_tokens")),
        "cache_read": cached,
        "cache_write": count(usage.get("cache_write_input_tokens")),
    }
    session = this.memory.get("session")
    return replace(this, turn=None).event("cost", part="cost", tokens_total=total, session=session)


def raw(this: Record, body: Foreign | None = None) -> Event:
    """The event of a record, or of the part `body` of one, whose type is not known."""
    body = this.body if body is None else body
    inner = short(mapping(body.get("payload")).get("type"), 60)
    words = f"{short(body.get('type'), 60)} {inner}".strip() or short(list(body), 80)
    return replace(this, at=None, turn=None).event("raw", words, part="raw")
