"""Folds the events of one session into its state: is the turn open, which tools run, how did the last turn end."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeGuard

from workcell.judgement import repetition

if TYPE_CHECKING:
    from workcell.rundir.schema import AgentEvent as Event
    from workcell.rundir.schema import Detail, EventData, Session

MOST_OPEN = 50
"""Maximum number of tool calls without an answer that are remembered."""
MOST_KEPT = 6
"""Maximum number of errors, refusals and past tool calls that are remembered."""


def empty() -> Session:
    """The state before the first event. Plain data, so that it can be kept between two readings."""
    return {
        "id": None,
        "model": None,
        "version": None,
        "events": 0,
        "last_at": None,
        "turn": None,
        "turn_since": None,
        "said_in_turn": 0,
        "open": {},
        "approval": None,
        "retry": None,
        "limit": None,
        "waits": None,
        "errors": [],
        "denied": [],
        "refused": 0,
        "tool_cut": False,
        "end": None,
        "prompt": None,
        "said": None,
        "did": [],
        "changed": 0,
        "calls": repetition.empty(),
        "idle": False,
        "exited": None,
        "tokens": {},
        "tokens_total": {},
        "cost_usd": None,
    }


def without_settled(hooks: Session, told: Session | None) -> Session:
    """What the hooks tell, without a request for permission that the records show to be over.

    No hook tells that a person said no: the turn ends, and only the records say so. A request is over once the turn
    has ended after it; one that was open when a person interrupted the turn was refused.
    """
    asked = hooks["approval"]
    end = told["end"] if told is not None and told["turn"] == "done" else None
    if asked is None or end is None or (end["at"] or "") <= (asked["at"] or ""):
        return hooks
    refused = end.get("reason") == "interrupted"
    denied = [*hooks["denied"], asked["text"]][-MOST_KEPT:] if refused else hooks["denied"]
    return {**hooks, "approval": None, "turn": "done", "open": {}, "end": end, "denied": denied}


_WORDS = ("id", "model", "version", "last_at", "turn", "turn_since", "waits", "exited")
_COUNTS = ("events", "said_in_turn", "refused")
_BRIEFS = ("approval", "retry", "limit", "end", "prompt", "said")


def is_session(found: Any) -> TypeGuard[Session]:
    """Whether a stored value has the form of a session. It comes from a file that the agent can write."""
    if not isinstance(found, dict) or not set(empty()) <= set(found):
        return False
    return (
        all(found[name] is None or isinstance(found[name], str) for name in _WORDS)
        and all(isinstance(found[name], int) for name in _COUNTS)
        and all(found[name] is None or _is_brief(found[name]) for name in _BRIEFS)
        and all(isinstance(found[name], list) and all(map(_is_brief, found[name])) for name in ("errors", "did"))
        and isinstance(found["denied"], list)
        and all(isinstance(one, str) for one in found["denied"])
        and isinstance(found["open"], dict)
        and all(_is_brief(one) and "question" in one for one in found["open"].values())
        and all(isinstance(found[name], dict) for name in ("tokens", "tokens_total"))
        and all(isinstance(n, int) for name in ("tokens", "tokens_total") for n in found[name].values())
        and isinstance(found["cost_usd"], int | float | None)
    )


def _is_brief(found: Any) -> bool:
    return (
        isinstance(found, dict)
        and isinstance(found.get("text"), str)
        and isinstance(found.get("at"), str | None)
        and isinstance(found.get("id"), str | None)
    )


def fold(session: Session, events: Iterable[Event]) -> Session:
    """The session after these events, each of which is given once."""
    new: Session = {
        **session,
        "open": dict(session["open"]),
        "errors": list(session["errors"]),
        "denied": list(session["denied"]),
        "did": list(session["did"]),
        "tokens": dict(session["tokens"]),
        "tokens_total": dict(session["tokens_total"]),
    }
    for event in events:
        new["events"] += 1
        at = event.get("agent_time")
        if at:
            new["last_at"] = max(new["last_at"] or "", at)
        step = _STEPS.get(event["type"])
        if step:
            step(new, event, event["data"])
    return new


def _brief(event: Event) -> Detail:
    return {"text": event["text"], "at": event["agent_time"], "id": event["id"]}


def _session_started(s: Session, event: Event, data: EventData) -> None:
    s["model"] = data.get("model") or s["model"]
    s["version"] = data.get("version") or s["version"]
    s["id"], s["exited"] = data.get("session") or s["id"], None


def _turn_started(s: Session, event: Event, data: EventData) -> None:
    if s["turn"] == "open" and not s["said_in_turn"] and not s["open"]:
        return  # the start of a program and its first prompt are one turn
    s["turn"], s["turn_since"], s["said_in_turn"] = "open", event["agent_time"], 0
    s["open"], s["errors"], s["denied"], s["refused"] = {}, [], [], 0
    s["approval"] = s["retry"] = s["end"] = None
    s["exited"] = s["waits"] = None
    s["idle"] = False
    s["calls"] = repetition.empty()


def _user_prompt(s: Session, event: Event, data: EventData) -> None:
    s["prompt"] = _brief(event)


def _assistant_message(s: Session, event: Event, data: EventData) -> None:
    if data.get("side"):
        return
    said: Detail = {**_brief(event), "asks": bool(data.get("asks"))}
    s["said"] = said
    s["said_in_turn"] += 1
    s["tool_cut"] = False
    s["retry"] = s["approval"] = None


def _heartbeat(s: Session, event: Event, data: EventData) -> None:
    s["retry"] = None
    if event["text"] and not data.get("side"):
        s["said_in_turn"] += 1


def _tool_call(s: Session, event: Event, data: EventData) -> None:
    s["retry"], s["tool_cut"] = None, False
    s["did"] = [*s["did"][-(MOST_KEPT - 1) :], _brief(event)]
    if not data.get("side"):
        s["calls"] = repetition.count(s.get("calls"), event)
    if s["turn"] == "done":
        return
    call = str(data.get("call") or event["id"])
    s["open"][call] = {**_brief(event), "tool": data.get("tool"), "question": bool(data.get("question"))}
    while len(s["open"]) > MOST_OPEN:
        del s["open"][next(iter(s["open"]))]


def _tool_result(s: Session, event: Event, data: EventData) -> None:
    s["open"].pop(str(data.get("call")), None)
    s["retry"] = s["approval"] = None
    s["tool_cut"] = bool(data.get("failed"))  # perhaps ended together with the agent
    s["refused"] = 1 if data.get("refused") else 0  # a refusal counts only if nothing else was done after it


def _approval_requested(s: Session, event: Event, data: EventData) -> None:
    if data.get("notice") and s["approval"]:
        return  # the notice that comes six seconds after the request knows less than the request
    asked: Detail = {**_brief(event), "question": bool(data.get("question")), "tool": data.get("tool")}
    s["approval"] = asked


def _approval_resolved(s: Session, event: Event, data: EventData) -> None:
    s["approval"] = None
    if data.get("decision") == "denied":
        s["denied"] = [*s["denied"], event["text"]][-MOST_KEPT:]


def _limit(s: Session, event: Event, data: EventData) -> None:
    if data.get("status") == "rejected" and not data.get("overage"):
        s["limit"] = {**_brief(event), **data}
    elif s["limit"] and s["limit"].get("window") == data.get("window"):
        s["limit"] = None


def _retry(s: Session, event: Event, data: EventData) -> None:
    end = s["end"] if s["turn"] == "done" else None
    if end and not (event["agent_time"] and end["at"] and event["agent_time"] > end["at"]):
        return  # read late: the hook told the end before the transcript told the tries
    s["retry"] = {**_brief(event), **data}
    s["turn"] = "open"


def _error(s: Session, event: Event, data: EventData) -> None:
    if not data.get("side"):
        error: Detail = {**_brief(event), **data}
        s["errors"] = [*s["errors"], error][-MOST_KEPT:]


def _turn_completed(s: Session, event: Event, data: EventData) -> None:
    before = s["end"] if s["turn"] == "done" else None
    end: Detail = {**before, **_brief(event), **data} if before else {**_brief(event), **data}
    end["ok"] = bool(data.get("ok")) and (before is None or bool(before.get("ok")))
    s["turn"], s["end"], s["open"] = "done", end, {}
    s["approval"] = s["retry"] = None
    s["denied"] = [*s["denied"], *(data.get("denied") or [])][-MOST_KEPT:]
    if end["ok"]:
        s["limit"] = None


def _session_exited(s: Session, event: Event, data: EventData) -> None:
    s["exited"] = data.get("reason") or "exited"


def _status_changed(s: Session, event: Event, data: EventData) -> None:
    s["idle"] = data.get("status") == "idle"
    if data.get("waits"):
        s["waits"] = event["text"]


def _cost(s: Session, event: Event, data: EventData) -> None:
    for name, value in _kinds(data.get("tokens")):
        s["tokens"][name] = s["tokens"].get(name, 0) + value
    for name, value in _kinds(data.get("tokens_total")):
        s["tokens_total"][name] = max(value, s["tokens_total"].get(name, 0))
    if not s["tokens"]:  # a stream tells the sum of its run once, a transcript each message
        for name, value in _kinds(data.get("tokens_run")):
            s["tokens_total"][name] = s["tokens_total"].get(name, 0) + value
    total = data.get("cost_usd_total")
    if total is not None:  # cumulative over resumes: the greatest is the newest
        s["cost_usd"] = max(total, s["cost_usd"] or 0.0)


def _kinds(tokens: dict[str, int] | None) -> Iterable[tuple[str, int]]:
    """Kind and number of the tokens that a `cost` event tells."""
    return tokens.items() if tokens else ()


_STEPS: dict[str, Callable[[Session, Event, EventData], None]] = {
    "session.started": _session_started,
    "session.exited": _session_exited,
    "turn.started": _turn_started,
    "turn.completed": _turn_completed,
    "user.prompt": _user_prompt,
    "assistant.message": _assistant_message,
    "tool.call": _tool_call,
    "tool.result": _tool_result,
    "approval.requested": _approval_requested,
    "approval.resolved": _approval_resolved,
    "limit": _limit,
    "retry": _retry,
    "error": _error,
    "status.changed": _status_changed,
    "annotation": _status_changed,
    "cost": _cost,
    "heartbeat": _heartbeat,
}


def tokens(session: Session) -> dict[str, int]:
    """The tokens that were spent, by kind: the sum over messages where those are counted, else the running total."""
    return dict(session["tokens"] or session["tokens_total"])
