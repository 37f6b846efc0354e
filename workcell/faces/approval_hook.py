"""The hook of an agent program that decides before a tool call runs, by rules of approvals and by claims of other runs.

Run by path as `python -I -S approval_hook.py AGENT RUN ATTEMPT ASK GATE [WAIT TREE]`. It reads one payload from
standard input and prints a decision, or nothing where no rule fires: the program then decides as it would without
rules. Hooks fail open, so with GATE `closed`, which says that a rule denies or asks, it ends with 2 on every failure of
its own: that forbids the call. With GATE `open` it ends with 0 and says nothing then; with `none` no rules are asked.
With WAIT and TREE an edit in that tree is claimed for the run: the hook waits that many seconds for a claim in its way,
and then denies the call. What fails about claims forbids nothing.
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
CLOSED, UNRULED = "closed", "none"
DECIDES = ("PreToolUse", "PermissionRequest")


def main(words: "list[str] | None" = None) -> int:
    """0, or 2 where something failed and the gate is closed."""
    words = sys.argv[1:] if words is None else words
    closed = words[4:5] == [CLOSED]
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
    heard = _ruled(words, payload, event) if words[4] != UNRULED else None
    if (heard is None or heard.told in (None, "allow")) and event == "PreToolUse" and len(words) > 5:
        from workcell.faces import claim_hook

        claimed = claim_hook.refusal(words, payload)
        if claimed is not None:
            said = {"hookEventName": event, "permissionDecision": "deny", "permissionDecisionReason": claimed}
            os.write(1, json_codec.encode_line({"hookSpecificOutput": said}))
            return
    if heard is None or heard.told is None:
        return
    os.write(1, json_codec.encode_line(decision(event, heard)))
    if heard.line is not None:
        from workcell.approvals import journal
        from workcell.rundir import layout

        journal.told(layout.home_of(words[1]), heard.line)


def _ruled(words: "list[str]", payload: "Json", event: str) -> "Heard":
    """What the rules answer to the call."""
    run, attempt, ask = words[1:4]
    from workcell.approvals import gate
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
        return gate.hear(run, int(attempt), call, asks)
    except ImportError:
        # the rules of the home are not those that were pinned: they are parsed, by a package that lies elsewhere
        import site

        site.main()
        return gate.hear(run, int(attempt), call, asks)


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
        if heard.answer.why:
            return f"a person said no to this: {heard.answer.why}"
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
