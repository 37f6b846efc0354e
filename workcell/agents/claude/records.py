"""Reads the records of Claude Code: stream-json on standard output, and the transcript of a session.

Invariants:

- One record gives the same events, with the same ids, however often and from whichever of the two files it is read:
  ids are made from the record's own `uuid`, `tool_use_id` or prompt id.
- The tokens of a message are counted once. Every block of a message repeats them, and later blocks have the greater
  numbers; so they are noted in `memory["owed"]` and told when another message begins, or at the end (`tokens`).
- A record of a sub-agent (`side`) never ends the session's turn and never makes its failure final.
- A type that is not known here becomes one event `raw` that names the type.
"""

import os
import re
from collections.abc import Callable, Mapping

from workcell.agents.claude import messages, system, tokens
from workcell.agents.events import Event, Foreign, Memory, Record, Where, digest, event, mapping, number, short, text

_SILENT = frozenset(
    (
        "agent-name",
        "ai-title",
        "api-request",
        "api-request-blob",
        "api-request-shape",
        "atis-latch",
        "attachment",
        "command_lifecycle",
        "control_request",
        "control_response",
        "custom-title",
        "file-history-delta",
        "file-history-snapshot",
        "keep_alive",
        "last-prompt",
        "mode",
        "permission-mode",
        "pr-link",
        "progress",
        "queue-operation",
        "stream_event",
        "summary",
        "tools-used",
        "worktree-state",
    )
)
"""Bookkeeping of 2.1.x that does not tell what the agent does; api-request* hold whole prompts."""


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


def begins(record: Foreign) -> bool:
    """Whether a stream of Claude Code begins with this record."""
    alone = record.get("type") == "result" and isinstance(record.get("session_id"), str)
    return alone or (record.get("type") == "system" and isinstance(record.get("subtype"), str))


def read(record: Foreign, memory: Memory, where: Where) -> list[Event]:
    """The events of one line of the stream or the transcript."""
    kind = record.get("type")
    this = Record(record, memory, where, key=text(record.get("uuid")) or None)
    if not isinstance(kind, str):
        return [_raw(this)]
    session = record.get("sessionId") or record.get("session_id")
    if isinstance(session, str):
        memory["session"] = session
    if kind in _SILENT:
        return []
    owed = tokens.owed(this) if kind in tokens.SETTLES else []
    return [*owed, *_below(record, _READ.get(kind, _unknown)(this))]


def _below(record: Foreign, events: list[Event]) -> list[Event]:
    """The events of a sub-agent with the call that started it as their parent."""
    call = text(record.get("parent_tool_use_id"))
    for one in events if call else ():
        one["parent"] = f"{one['agent']}:call:{call}"
    return events


def close(memory: Memory, where: Where) -> list[Event]:
    """The tokens of the last message, which no later record will settle."""
    return tokens.settle(memory, where)


def _limit(this: Record) -> list[Event]:
    info = mapping(this.body.get("rate_limit_info"))
    status, window = short(info.get("status"), 40), short(info.get("rateLimitType"), 40)
    return [
        this.event(
            "limit",
            f"{window or 'limit'}: {status}",
            part="limit",
            status=status,
            window=window or None,
            resets_at=number(info.get("resetsAt")),
            overage=True if info.get("isUsingOverage") is True else None,
        )
    ]


def _total(this: Record) -> list[Event]:
    total = number(this.body.get("totalCostUSD"))
    name = digest(f"{this.body.get('sessionId')}|{total}")
    return [event("cost", this.where, f"total:{name}", cost_usd_total=total, session=this.memory.get("session"))]


def _system(this: Record) -> list[Event]:
    found = system.read(this)
    return [_raw(this)] if found is None else found


def _unknown(this: Record) -> list[Event]:
    return [_raw(this)]


def _raw(this: Record) -> Event:
    kind, sub = short(this.body.get("type"), 60), short(this.body.get("subtype"), 60)
    return this.event("raw", f"{kind} {sub}".strip() or short(list(this.body), 80), part="raw")


_READ: dict[str, Callable[[Record], list[Event]]] = {
    "assistant": messages.assistant,
    "user": messages.user,
    "result": messages.result,
    "system": _system,
    "rate_limit_event": _limit,
    "cost-state": _total,
}
