"""Reads what Claude Code writes: stream-json on stdout, the transcript of a session, and hook payloads."""

import os
import re
from collections.abc import Mapping
from typing import Any

from workcell.agents import hooks
from workcell.agents import protocol as r
from workcell.agents.describe import asks, describe
from workcell.agents.protocol import Event, Where, count, digest, event, input_hash, items, mapping, number, short, side

agent = "claude"

_SILENT = frozenset(
    [
        *(
            "attachment",
            "file-history-snapshot",
            "file-history-delta",
            "mode",
            "permission-mode",
            "atis-latch",
        ),
        *("last-prompt", "tools-used", "api-request", "api-request-shape", "api-request-blob", "summary"),
        *("ai-title", "custom-title", "agent-name", "progress", "pr-link", "stream_event", "keep_alive"),
        *("control_request", "control_response", "queue-operation", "worktree-state"),
    ]
)
"""Bookkeeping of 2.1.x that tells nothing about what the agent does; api-request* hold whole prompts."""

_MESSAGES_KEPT = 64
_RETRY_STATUS = re.compile(r"(\d{3})\b")


def transcripts(env: Mapping[str, str], cwd: str, session: str | None) -> list[str]:
    """`$CLAUDE_CONFIG_DIR` or `~/.claude`, then projects/<cwd with dashes>/<session>.jsonl.

    Every character of the working directory but letters and digits is a dash: /w/repo is -w-repo.
    """
    homes = [env["CLAUDE_CONFIG_DIR"]] if env.get("CLAUDE_CONFIG_DIR") else []
    homes += [os.path.join(env["HOME"], ".claude")] if env.get("HOME") else []
    folder = re.sub(r"[^A-Za-z0-9]", "-", cwd)
    name = session or "*"
    found = [os.path.join(home, "projects", folder, f"{name}.jsonl") for home in homes]
    if session:  # the folder's name is cut and hashed for a very long cwd, the session's never
        found += [os.path.join(home, "projects", "*", f"{session}.jsonl") for home in homes]
    return found


def record(record: dict[str, Any], memory: dict[str, Any], where: Where) -> list[Event]:
    """The events of one line of the stream or the transcript."""
    kind = record.get("type")
    if not isinstance(kind, str):
        return [_raw(record, where)]
    if isinstance(record.get("sessionId") or record.get("session_id"), str):
        memory["session"] = record.get("sessionId") or record.get("session_id")
    found = _owed(record, memory, where) if kind in ("assistant", "user", "result", "cost-state") else []
    if kind == "system":
        return found + _system(record, memory, where)
    if kind == "assistant":
        return found + _assistant(record, memory, where)
    if kind == "user":
        return found + _user(record, memory, where)
    if kind == "result":
        return found + _result(record, memory, where)
    if kind == "rate_limit_event":
        return [_limit(mapping(record.get("rate_limit_info")), _key(record, "limit"), where, None)]
    if kind == "cost-state":
        total = number(record.get("totalCostUSD"))
        at = digest(f"{record.get('sessionId')}|{total}")
        return [
            *found,
            event("cost", where, f"total:{at}", cost_usd_total=total, session=memory.get("session")),
        ]
    if kind in _SILENT:
        return []
    return [_raw(record, where)]


def close(memory: dict[str, Any], where: Where) -> list[Event]:
    """The tokens of the last message, which no later record will settle."""
    return _settle(memory, where)


def hook(payload: dict[str, Any], memory: dict[str, Any], where: Where) -> list[Event]:
    """The events of one hook payload, as it came on the hook's stdin."""
    return hooks.read(payload, memory, where)


def _system(record: dict[str, Any], memory: dict[str, Any], where: Where) -> list[Event]:
    sort, at = record.get("subtype"), r.text(record.get("timestamp"))
    if sort == "init":
        return [
            event(
                "session.started",
                where,
                _key(record, "init"),
                at=at,
                session=memory.get("session"),
                model=short(record.get("model"), 80),
                version=short(record.get("claude_code_version"), 40),
                permission=short(record.get("permissionMode"), 40),
            ),
            event("turn.started", where, _key(record, "init-turn"), at=at),
        ]
    if sort in ("api_retry", "api_error", "retry"):
        body = mapping(record.get("error"))
        given = mapping(record.get("data"))
        delay = number(record.get("retry_delay_ms", record.get("retryInMs", given.get("delayMs"))))
        status = number(record.get("error_status", body.get("status")))
        words = body.get("formatted") or body.get("message") or record.get("error")
        return [
            event(
                "retry",
                where,
                _key(record, "retry"),
                words if isinstance(words, str) else "",
                at=at,
                attempt=number(record.get("attempt", record.get("retryAttempt", given.get("attempt")))),
                most=number(record.get("max_retries", record.get("maxRetries", given.get("maxRetries")))),
                delay_seconds=None if delay is None else round(delay / 1000, 3),
                status=None if status is None else int(status),
                error=short(record.get("error"), 80) if isinstance(record.get("error"), str) else _class(body, status),
            )
        ]
    if sort == "permission_denied":
        return [
            event(
                "approval.resolved",
                where,
                _key(record, "denied"),
                short(record.get("tool_name"), 80),
                at=at,
                decision="denied",
                call=r.text(record.get("tool_use_id")),
            )
        ]
    if sort in ("compact_boundary", "microcompact_boundary"):
        return [event("status.changed", where, _key(record, "compact"), "compacted", at=at, status="compacted")]
    if sort == "informational":
        return [
            event(
                "status.changed",
                where,
                _key(record, "info"),
                record.get("content") or "",
                at=at,
                status="notice",
            )
        ]
    if sort in (
        "task_started",
        "task_notification",
        "task_progress",
        "hook_started",
        "hook_response",
        "hook_progress",
        "status",
        "turn_duration",
        "stop_hook_summary",
    ):
        return []
    return [_raw(record, where)]


def _class(body: Mapping[str, Any], status: float | None) -> str | None:
    """The class that the stream gives a retry, for the transcript's form, which has the bare answer only."""
    if body.get("connection") or body.get("isNetworkDown") is True or (body and status is None):
        return "unknown"
    known = {401: "authentication_failed", 403: "authentication_failed", 429: "rate_limit", 529: "overloaded"}
    if status is None:
        return None
    return known.get(int(status), "server_error" if status >= 500 else None)


def _assistant(record: dict[str, Any], memory: dict[str, Any], where: Where) -> list[Event]:
    message, at, turn = mapping(record.get("message")), r.text(record.get("timestamp")), _turn(record)
    aside = side(record)
    blocks = items(message.get("content"))
    failure = record.get("isApiErrorMessage") is True or record.get("is_api_error_message") is True
    if failure or (isinstance(record.get("error"), str) and message.get("model") == "<synthetic>"):
        words = " ".join(t for b in blocks if isinstance(t := mapping(b).get("text"), str))
        params = mapping(mapping(record.get("apiErrorParams") or record.get("api_error_params")).get("rate_limit_info"))
        status = number(record.get("apiErrorStatus", record.get("api_error_status")))
        error = event(
            "error",
            where,
            _key(record, "error"),
            words,
            at=at,
            turn=turn,
            final=True if not aside else None,
            side=aside,
            error=short(record.get("error"), 80),
            status=None if status is None else int(status),
            code=short(record.get("apiError", record.get("api_error")), 80) or None,
            sort=short(record.get("apiErrorType", record.get("api_error_type")), 80) or None,
            details=short(record.get("errorDetails"), r.MAX_DATA) or None,
            resets_at=number(params.get("resetsAt")),
            window=short(params.get("rateLimitType"), 40) or None,
        )
        if aside:
            return [error]
        return [
            error,
            event("turn.completed", where, _key(record, "failed"), words, at=at, turn=turn, ok=False),
        ]
    found: list[Event] = []
    for index, block in enumerate(blocks):
        b = mapping(block)
        key = _key(record, f"block{index}")
        if b.get("type") == "text" and isinstance(b.get("text"), str) and b["text"].strip():
            ask = asks(b["text"])
            found.append(event("assistant.message", where, key, b["text"], at=at, turn=turn, side=aside, asks=ask))
        elif b.get("type") in ("tool_use", "server_tool_use", "mcp_tool_use"):
            call, tool = r.text(b.get("id")), short(b.get("name"), 80)
            question = True if tool == "AskUserQuestion" else None
            words = describe(tool, mapping(b.get("input")))
            key = f"call:{call}" if call else key
            found.append(
                event(
                    "tool.call",
                    where,
                    key,
                    words,
                    at=at,
                    turn=turn,
                    tool=tool,
                    call=call,
                    question=question,
                    side=aside,
                    input=input_hash(tool, b.get("input")),
                )
            )
        elif b.get("type") in ("thinking", "redacted_thinking"):
            found.append(event("heartbeat", where, key, at=at, turn=turn, side=aside))
    _usage(record, message, memory, where)
    stop = message.get("stop_reason")
    if stop in ("end_turn", "stop_sequence", "refusal") and not aside:
        last = r.text(mapping(blocks[-1]).get("text")) if blocks else ""
        reason = None if stop == "end_turn" else short(stop, 40)
        ok = stop != "refusal"
        found.append(
            event(
                "turn.completed",
                where,
                _key(record, "end"),
                last or "",
                at=at,
                turn=turn,
                ok=ok,
                reason=reason,
                asks=asks(last or ""),
            )
        )
    return found


def _user(record: dict[str, Any], memory: dict[str, Any], where: Where) -> list[Event]:
    message, at, turn = mapping(record.get("message")), r.text(record.get("timestamp")), _turn(record)
    aside = side(record)
    content = message.get("content")
    if record.get("isCompactSummary") is True:
        return [event("status.changed", where, _key(record, "summary"), "compacted", at=at, status="compacted")]
    blocks = [{"type": "text", "text": content}] if isinstance(content, str) else items(content)
    meta = record.get("isMeta") is True or record.get("isSynthetic") is True or aside
    found: list[Event] = []
    for index, block in enumerate(blocks):
        b = mapping(block)
        key = _key(record, f"block{index}")
        if b.get("type") == "tool_result":
            call = r.text(b.get("tool_use_id"))
            failed = b.get("is_error") is True
            key = f"result:{call}" if call else key
            words = r.text(b.get("content")) or ""
            found.append(
                event("tool.result", where, key, words, at=at, turn=turn, call=call, failed=failed, side=aside)
            )
        elif b.get("type") == "text" and isinstance(b.get("text"), str) and not meta:
            words = b["text"]
            if words.startswith("[Request interrupted by user"):
                found.append(
                    event("turn.completed", where, key, words, at=at, turn=turn, ok=False, reason="interrupted")
                )
            elif not re.match(r"<(local-command|command-|system-reminder|bash-)", words):
                # the same prompt is told by the hook under the prompt's id
                prompt = r.text(record.get("promptId"))
                found.append(event("turn.started", where, f"turn:{prompt}" if prompt else f"{key}t", at=at, turn=turn))
                found.append(
                    event("user.prompt", where, f"prompt:{prompt}" if prompt else key, words, at=at, turn=turn)
                )
    return found


def _result(record: dict[str, Any], memory: dict[str, Any], where: Where) -> list[Event]:
    failed = record.get("is_error") is True
    sort, words = short(record.get("subtype"), 60), r.text(record.get("result"))
    problem = r.text(mapping(record.get("error")).get("message"))
    errors = [short(e) for e in items(record.get("errors")) if isinstance(e, str)]
    words = problem if words is None else words
    denied = [short(mapping(d).get("tool_name"), 60) for d in items(record.get("permission_denials"))][:20]
    status = number(record.get("api_error_status"))
    usage = mapping(record.get("usage"))
    found: list[Event] = []
    if failed:
        found.append(
            event(
                "error",
                where,
                _key(record, "result-error"),
                words if words is not None else " ".join(errors),
                final=True,
                status=None if status is None else int(status),
                code=short(record.get("api_error"), 80) or None,
                sort=short(record.get("api_error_type"), 80) or None,
                terminal=short(record.get("terminal_reason"), 60) or None,
                subtype=sort,
            )
        )
    found.append(
        event(
            "turn.completed",
            where,
            _key(record, "result"),
            words if words is not None else " ".join(errors),
            ok=not failed,
            result=True,
            subtype=sort,
            terminal=short(record.get("terminal_reason"), 60) or None,
            empty=True if isinstance(words, str) and not words.strip() and not failed else None,
            asks=asks(words) if isinstance(words, str) and not failed else None,
            denied=denied or None,
            turns=number(record.get("num_turns")),
        )
    )
    tokens = _tokens(usage)
    cost = number(record.get("total_cost_usd"))
    if cost is not None or any(tokens.values()):
        # the total is cumulative over resumes of a session, the usage is of this process alone
        found.append(
            event(
                "cost",
                where,
                _key(record, "cost"),
                cost_usd_total=cost,
                tokens_run=tokens,
                session=memory.get("session"),
            )
        )
    return found


def _limit(info: dict[str, Any], key: str | None, where: Where, at: str | None) -> Event:
    status = short(info.get("status"), 40)
    return event(
        "limit",
        where,
        key,
        f"{short(info.get('rateLimitType'), 40) or 'limit'}: {status}",
        at=at,
        status=status,
        window=short(info.get("rateLimitType"), 40) or None,
        resets_at=number(info.get("resetsAt")),
        overage=True if info.get("isUsingOverage") is True else None,
    )


def _usage(record: dict[str, Any], message: dict[str, Any], memory: dict[str, Any], where: Where) -> None:
    """Note the tokens of a message: they are repeated with every block, so the greatest counts."""
    usage, name = mapping(message.get("usage")), r.text(message.get("id"))
    if where.get("kind") == "stream" or not usage or name is None or message.get("model") == "<synthetic>":
        return  # the stream tells them half-way; its result record has the sum
    if name in mapping(memory.get("settled")):
        return
    owed = mapping(memory.get("owed"))
    before = mapping(owed.get("tokens")) if owed.get("message") == name else {}
    tokens = {key: max(value, count(before.get(key))) for key, value in _tokens(usage).items()}
    memory["owed"] = {"message": name, "tokens": tokens, "model": short(message.get("model"), 80)}


def _owed(record: dict[str, Any], memory: dict[str, Any], where: Where) -> list[Event]:
    owed = mapping(memory.get("owed"))
    if not owed or mapping(record.get("message")).get("id") == owed.get("message"):
        return []
    return _settle(memory, where)


def _settle(memory: dict[str, Any], where: Where) -> list[Event]:
    owed = mapping(memory.pop("owed", None))
    if not owed:
        return []
    r.remember(memory, "settled", owed["message"], 1, _MESSAGES_KEPT)
    return [event("cost", where, f"usage:{owed['message']}", tokens=owed["tokens"], model=owed.get("model"))]


def _tokens(usage: dict[str, Any]) -> dict[str, int]:
    return {
        "input": count(usage.get("input_tokens")),
        "output": count(usage.get("output_tokens")),
        "cache_read": count(usage.get("cache_read_input_tokens")),
        "cache_write": count(usage.get("cache_creation_input_tokens")),
    }


def _key(record: dict[str, Any], part: str) -> str | None:
    """The record's own uuid, the same in stream and transcript, and which of its events this is."""
    uuid = r.text(record.get("uuid"))
    return f"{uuid}:{part}" if uuid else None


def _turn(record: dict[str, Any]) -> str | None:
    return r.text(record.get("promptId"))


def _raw(record: dict[str, Any], where: Where) -> Event:
    kind = short(record.get("type"), 60)
    sub = short(record.get("subtype"), 60)
    uuid = r.text(record.get("uuid"))
    return event("raw", where, f"{uuid}:raw" if uuid else None, f"{kind} {sub}".strip() or short(list(record), 80))
