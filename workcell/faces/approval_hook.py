"""The hook of an agent program that decides: rules of approvals answer a tool call before it runs.

Run by path as `python -I -S approval_hook.py AGENT RUN ATTEMPT ASK GATE`. It reads one payload from standard input and
prints a decision, or nothing where no rule fires: the program then decides as it would without rules. Hooks fail open,
so with GATE `closed`, which says that a rule denies or asks, it ends with 2 on every failure of its own: that forbids
the call. With GATE `open` it ends with 0 and says nothing then.
"""

import os
import sys

if __package__ in (None, ""):
    # run by path and without site: the package is found beside the standard library, never before it
    sys.path.pop(0) if sys.path and sys.path[0] == os.path.dirname(os.path.abspath(__file__)) else None
    sys.path.append(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))

TYPE_CHECKING = False
if TYPE_CHECKING:
    from workcell.approvals.gate import Heard
    from workcell.base.json_codec import Json

LARGEST = 64 << 20
"""Bytes of a payload that are read: an edit may hold a whole file. A larger one is a failure."""
FORBIDS = 2
CLOSED = "closed"
DECIDES = ("PreToolUse", "PermissionRequest")


def main(words: "list[str] | None" = None) -> int:
    """0, or 2 where something failed and the gate is closed."""
    words = sys.argv[1:] if words is None else words
    closed = words[-1:] == [CLOSED]
    try:
        _decide(words)
    except BaseException as error:
        if not closed:
            return 0
        print(f"workcell could not ask its rules, so this was not allowed: {type(error).__name__}", file=sys.stderr)
        return FORBIDS
    return 0


def _decide(words: "list[str]") -> None:
    from workcell.base import json_codec

    payload = json_codec.decode(_read(0))
    event = payload.get("hook_event_name")
    if event not in DECIDES:
        return
    _, run, attempt, ask, _ = words
    from workcell.approvals import gate, journal
    from workcell.rundir import home_creation, layout

    home_creation.check(layout.home_of(run))
    call = gate.Call(
        str(payload.get("tool_name")),
        payload.get("tool_input"),
        str(payload.get("cwd") or "/"),
        _text(payload, "tool_use_id"),
    )
    # a person is asked at the dialog that follows a PermissionRequest
    asks = ask if event == "PreToolUse" else None
    try:
        heard = gate.hear(run, int(attempt), call, asks)
    except ImportError:
        # the rules of the home are not those that were pinned: they are parsed, by a package that lies elsewhere
        import site

        site.main()
        heard = gate.hear(run, int(attempt), call, asks)
    if heard.told is None:
        return
    os.write(1, json_codec.encode_line(decision(event, heard)))
    if heard.line is not None:
        journal.told(layout.home_of(run), heard.line)


def _text(payload: "Json", key: str) -> "str | None":
    value = payload.get(key)
    return value if isinstance(value, str) else None


def decision(event: str, heard: "Heard") -> "Json":
    """What the program reads."""
    why = reason(heard)
    if event == "PermissionRequest":
        says: Json = {"behavior": heard.told}
        if heard.told == "deny":
            says["message"] = why
        return {"hookSpecificOutput": {"hookEventName": event, "decision": says}}
    said = {"hookEventName": event, "permissionDecision": heard.told, "permissionDecisionReason": why}
    return {"hookSpecificOutput": said}


def reason(heard: "Heard") -> str:
    """Why, for the agent."""
    if heard.by == "person":
        if heard.told == "allow":
            return "allowed by a person, this once"
        return "a person said no to this: do it otherwise, or leave it and say so"
    where = heard.answer.where or "a rule"
    words = f"{where}: {heard.answer.why}" if heard.answer.why else where
    if heard.told == "allow":
        return f"allowed by {words}"
    if heard.answer.answer == "ask" and heard.told == "deny":
        return (
            f"a person has to be asked ({words}), and none can be asked here: do it otherwise, or leave it and say so"
        )
    return f"{'a person is asked' if heard.told in ('ask', 'defer') else 'denied'} by {words}"


def _read(fd: int) -> bytes:
    parts, size = [], 0
    while chunk := os.read(fd, 1 << 16):
        size += len(chunk)
        if size <= LARGEST:
            parts.append(chunk)
    if size > LARGEST:
        raise ValueError("the payload is too large")
    return b"".join(parts)


if __name__ == "__main__":
    status = main()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)  # without the interpreter's own end: an agent waits for this program at every tool call
