"""Reads what Claude Code and its user say: messages with their blocks, tool calls, failures, the final result."""

import re
from collections.abc import Callable
from dataclasses import replace

from workcell.agents import tool_calls
from workcell.agents.claude import tokens
from workcell.agents.describe import asks
from workcell.agents.events import (
    MAX_DATA,
    Event,
    Foreign,
    Record,
    input_hash,
    items,
    mapping,
    number,
    short,
    side,
    text,
)

_OWN = re.compile(r"<(local-command|command-|system-reminder|bash-)")
"""The beginning of a text that the program itself put into the user's place."""

_EXIT = re.compile(r"Exit code (\d{1,3})\b")
"""The beginning of the answer of a command that failed."""


_ENDS = (
    *(b'"end_turn"', b'"refusal"', b"[Request interrupted"),
    *(b'"isApiErrorMessage"', b'"is_api_error_message"', b'"<synthetic>"'),
)
"""What stands in a record that ends a turn, for one of these reasons."""
_STOPPED = re.compile(rb':\s*"stop_sequence"')
"""The same words as a reason: they are a key of every message, too."""


def may_bound_turn(line: bytes) -> bool:
    """Whether the line may be a prompt or the end of a turn. Results of tools stand in the user's place, too."""
    if b'"user"' in line and b'"tool_result"' not in line:
        return True
    # a search for plain bytes is ten times as fast as one for a pattern, and most bytes are those of results
    return any(mark in line for mark in _ENDS) or (b'"stop_sequence"' in line and _STOPPED.search(line) is not None)


def assistant(this: Record) -> list[Event]:
    """The events of a message of the model, or of a failure that is recorded in the form of one."""
    message = mapping(this.body.get("message"))
    this = this.stamped(text(this.body.get("timestamp")), text(this.body.get("promptId")))
    if _is_failure(this.body, message):
        return _failure(this, message)
    found: list[Event] = []
    for index, block in enumerate(items(message.get("content"))):
        b = mapping(block)
        known = _BLOCKS.get(b["type"]) if isinstance(b.get("type"), str) else None
        found += known(this, b, f"block{index}") if known else []
    tokens.note(this)
    return found + _end(this, message)


def _is_failure(body: Foreign, message: Foreign) -> bool:
    if body.get("isApiErrorMessage") is True or body.get("is_api_error_message") is True:
        return True
    return isinstance(body.get("error"), str) and message.get("model") == "<synthetic>"


def _failure(this: Record, message: Foreign) -> list[Event]:
    body, aside = this.body, side(this.body)
    words = " ".join(t for b in items(message.get("content")) if isinstance(t := mapping(b).get("text"), str))
    params = mapping(mapping(body.get("apiErrorParams") or body.get("api_error_params")).get("rate_limit_info"))
    status = number(body.get("apiErrorStatus", body.get("api_error_status")))
    error = this.event(
        "error",
        words,
        part="error",
        final=True if not aside else None,
        side=aside,
        error=short(body.get("error"), 80),
        status=None if status is None else int(status),
        code=short(body.get("apiError", body.get("api_error")), 80) or None,
        sort=short(body.get("apiErrorType", body.get("api_error_type")), 80) or None,
        details=short(body.get("errorDetails"), MAX_DATA) or None,
        resets_at=number(params.get("resetsAt")),
        window=short(params.get("rateLimitType"), 40) or None,
    )
    return [error] if aside else [error, this.event("turn.completed", words, part="failed", ok=False)]


def _text(this: Record, block: Foreign, part: str) -> list[Event]:
    words = block.get("text")
    if not isinstance(words, str) or not words.strip():
        return []
    return [this.event("assistant.message", words, part=part, side=side(this.body), asks=asks(words))]


def _call(this: Record, block: Foreign, part: str) -> list[Event]:
    call, tool = text(block.get("id")), short(block.get("name"), 80)
    return [
        this.event(
            "tool.call",
            tool_calls.words(this.where, tool, mapping(block.get("input"))),
            key=f"call:{call}" if call else None,
            part=part,
            tool=tool,
            call=call,
            files=tool_calls.files(tool, mapping(block.get("input"))),
            question=True if tool == "AskUserQuestion" else None,
            side=side(this.body),
            input=input_hash(tool, block.get("input")),
        )
    ]


def _thinking(this: Record, block: Foreign, part: str) -> list[Event]:
    return [this.event("heartbeat", part=part, side=side(this.body))]


_BLOCKS: dict[str, Callable[[Record, Foreign, str], list[Event]]] = {
    "mcp_tool_use": _call,
    "redacted_thinking": _thinking,
    "server_tool_use": _call,
    "text": _text,
    "thinking": _thinking,
    "tool_use": _call,
}


def _end(this: Record, message: Foreign) -> list[Event]:
    """The end of the turn, where the message says that it is one."""
    stop = message.get("stop_reason")
    if stop not in ("end_turn", "stop_sequence", "refusal") or side(this.body):
        return []
    blocks = items(message.get("content"))
    last = (text(mapping(blocks[-1]).get("text")) if blocks else "") or ""
    reason = None if stop == "end_turn" else short(stop, 40)
    return [
        this.event("turn.completed", last, part="end", ok=stop != "refusal", reason=reason, asks=asks(last)),
    ]


def user(this: Record) -> list[Event]:
    """The events of a message in the user's place: prompts of a person, results of tools, an interruption."""
    body = this.body
    this = this.stamped(text(body.get("timestamp")), text(body.get("promptId")))
    if body.get("isCompactSummary") is True:
        return [this.event("annotation", "compacted", part="summary", status="compacted")]
    content = mapping(body.get("message")).get("content")
    meta = body.get("isMeta") is True or body.get("isSynthetic") is True or side(body)
    found: list[Event] = []
    for index, block in enumerate([{"type": "text", "text": content}] if isinstance(content, str) else items(content)):
        b = mapping(block)
        if b.get("type") == "tool_result":
            found.append(_tool_result(this, b, f"block{index}"))
        elif b.get("type") == "text" and isinstance(b.get("text"), str) and not meta:
            found += _prompt(this, b["text"], f"block{index}")
    return found


def _tool_result(this: Record, block: Foreign, part: str) -> Event:
    call, failed = text(block.get("tool_use_id")), block.get("is_error") is True
    words = _words(block.get("content"))
    exited = _EXIT.match(words) if failed else None
    return this.event(
        "tool.result",
        words,
        key=f"result:{call}" if call else None,
        part=part,
        call=call,
        failed=failed,
        exit_code=int(exited[1]) if exited else None,
        side=side(this.body),
    )


def _words(content: object) -> str:
    """The answer of a tool: one text, or blocks of which those of text count."""
    if isinstance(content, str):
        return content
    return "\n".join(t for b in items(content) if isinstance(t := mapping(b).get("text"), str))


def _prompt(this: Record, words: str, part: str) -> list[Event]:
    if words.startswith("[Request interrupted by user"):
        return [this.event("turn.completed", words, part=part, ok=False, reason="interrupted")]
    if _OWN.match(words):
        return []
    # a hook that reports the same prompt uses the id of the prompt, too
    prompt = this.turn
    return [
        this.event("turn.started", key=f"turn:{prompt}" if prompt else None, part=f"{part}t"),
        this.event("user.prompt", words, key=f"prompt:{prompt}" if prompt else None, part=part),
    ]


def result(this: Record) -> list[Event]:
    """The events of the last record of a stream: how the process ended, what it cost."""
    body, failed = this.body, this.body.get("is_error") is True
    words = text(body.get("result"))
    if words is None:
        words = text(mapping(body.get("error")).get("message"))
    errors = " ".join(short(one) for one in items(body.get("errors")) if isinstance(one, str))
    told = words if words is not None else errors
    terminal, subtype = short(body.get("terminal_reason"), 60) or None, short(body.get("subtype"), 60)
    last = replace(this, data={**this.data, "terminal": terminal, "subtype": subtype})
    denied = [short(mapping(one).get("tool_name"), 60) for one in items(body.get("permission_denials"))][:20]
    good = words if words is not None and not failed else None
    deferred = mapping(body.get("deferred_tool_use"))
    ended = last.event(
        "turn.completed",
        told,
        part="result",
        ok=not failed,
        result=True,
        empty=True if good is not None and not good.strip() and not deferred else None,
        deferred=short(deferred.get("id"), 200) or None,
        asks=asks(good) if good is not None else None,
        denied=denied or None,
        turns=number(body.get("num_turns")),
    )
    return [*_failed_result(last, told), ended, *_cost(this)]


def _failed_result(this: Record, told: str) -> list[Event]:
    body = this.body
    if body.get("is_error") is not True:
        return []
    status = number(body.get("api_error_status"))
    return [
        this.event(
            "error",
            told,
            part="result-error",
            final=True,
            status=None if status is None else int(status),
            code=short(body.get("api_error"), 80) or None,
            sort=short(body.get("api_error_type"), 80) or None,
        )
    ]


def _cost(this: Record) -> list[Event]:
    """The cost is cumulative over resumes of a session, the tokens are of this process alone."""
    used = tokens.used(mapping(this.body.get("usage")))
    cost = number(this.body.get("total_cost_usd"))
    if cost is None and not any(used.values()):
        return []
    session = this.memory.get("session")
    return [this.event("cost", part="cost", cost_usd_total=cost, tokens_run=used, session=session)]
