"""What the structured records of an agent claim of the end of its attempt."""

from typing import Any

from workcell.judgement import reset
from workcell.judgement import signals as firing
from workcell.judgement.case import Case, first_reset, names
from workcell.judgement.evidence import Evidence, item
from workcell.judgement.session import Session
from workcell.judgement.signals import Fired

_SURE = {"stream": 0.97, "transcript": 0.95, "hook": 0.9}


def claim(case: Case, record: dict[str, Any]) -> None:
    """Add what one record, {file, kind, session, said_at}, claims."""
    s: Session = record["session"]
    if not s["events"]:
        return
    case.judged.append(record["file"])
    source = "hook" if record["kind"] == "hook" else "transcript"
    said_at = record.get("said_at") or case.now
    if s["end"] and s["turn"] == "done":
        _ended(case, s, source, record, said_at)
    else:
        _unended(case, s, source, record, said_at)


def _ended(case: Case, s: Session, source: str, record: dict[str, Any], said_at: float) -> None:
    end, kind = s["end"], record["kind"]
    sure = _SURE[kind]
    base = {"time": end["at"], "file": record["file"], "kind": kind, "final": True}
    if end.get("ok"):
        case.claim(_how_it_ended(s, source, sure, base))
        return
    if end.get("reason") == "interrupted":
        case.claim(item(source, "partial", 0.7, "a person interrupted it", **base))
        return
    if kind == "stream" and (case.material.get("exit") or {}).get("code") == 0:
        # both programs end with 1 after such a record; a plain answer may well hold one as text
        words = f"a record says that it failed, its exit code that it did not: {end['text']}"
        case.claim(item(source, "unknown", 0.4, words, **base))
        return
    fired = _fire(case, s, said_at)
    if not fired:
        case.claim(item(source, "unknown", 0.4, f"it failed: {end['text']}", failed=True, **base))
        return
    case.claim(_fired(case, fired, source, sure, s, base))


def _unended(case: Case, s: Session, source: str, record: dict[str, Any], said_at: float) -> None:
    base = {"time": s["last_at"], "file": record["file"], "kind": record["kind"]}
    if s["retry"]:
        fired = case.fire_on_record("retry", s["retry"], said_at)
        if fired:
            case.claim(_fired(case, fired, source, 0.9, s, {**base, "final": True, "retrying": True}))
            return
    if s["exited"] and s["turn"] == "open":
        case.claim(_left(s, source, base))
        return
    if s["approval"]:
        asked = s["approval"]
        case.claim(item(source, "prompt", 0.85, asked["text"] or "it asks for permission", **base))
    if s["turn"] == "open":
        case.open.append((s, source))
        words = _what_runs(s) or "the turn is open"
        case.claim(item(source, "unknown", 0.3, words, **base))


def _left(s: Session, source: str, base: dict[str, Any]) -> Evidence:
    if s["exited"] == "prompt_input_exit":
        return item(source, "partial", 0.6, "a person left in the middle of a turn", **base)
    return item(source, "vanished", 0.85, f"the session ended ({s['exited']}) in the middle of a turn", **base)


def _fire(case: Case, s: Session, said_at: float) -> list[Fired]:
    fired: list[Fired] = []
    # what was told before the last word may have been got over: it counts only without a last word
    for error in [one for one in s["errors"] if one.get("final")] or s["errors"]:
        fired += case.fire_on_record("error", error, said_at)
    fired += case.fire_on_record("turn.completed", s["end"], said_at)
    if s["limit"]:
        fired += case.fire_on_record("limit", s["limit"], said_at)
    return firing.sure_first(fired)


def _fired(case: Case, fired: list[Fired], source: str, sure: float, s: Session, base: dict[str, Any]) -> Evidence:
    best = fired[0]
    resets = _structured_reset(s, case.now) if best["verdict"] == "usage_limit" else None
    return item(
        source,
        best["verdict"],
        min(sure, best["confidence"]),
        best["words"],
        signals=names(fired),
        reset=resets or first_reset(fired),
        waits=s["waits"],
        **base,
    )


def _how_it_ended(s: Session, source: str, sure: float, base: dict[str, Any]) -> Evidence:
    end = s["end"]
    if s["denied"]:
        return item(source, "partial", min(sure, 0.85), f"refused: {', '.join(s['denied'])}", **base)
    if s["refused"]:
        return item(source, "partial", min(sure, 0.8), "the sandbox refused what it tried last", **base)
    if end.get("empty") or (not end["text"].strip() and not s["said_in_turn"]):
        return item(source, "partial", min(sure, 0.85), "it ended its turn without a word", **base)
    if end.get("asks"):
        return item(source, "partial", min(sure, 0.8), f"it ended with a question: {end['text']}", **base)
    if end.get("reason") in ("refusal", "max_tokens"):
        return item(source, "partial", min(sure, 0.8), f"it stopped: {end['reason']}", **base)
    return item(source, "ok", sure, f"it ended its turn: {end['text']}", **base)


def _structured_reset(s: Session, now: float) -> dict[str, Any] | None:
    for error in reversed(s["errors"]):
        if error.get("resets_at"):
            return reset.epoch(error["resets_at"], min(now, error["resets_at"]))
    limit = s["limit"]
    if limit and limit.get("resets_at"):
        return reset.epoch(limit["resets_at"], min(now, limit["resets_at"]))
    if limit and limit.get("resets_in_seconds"):
        return reset.after(limit["resets_in_seconds"], now)
    return None


def _what_runs(s: Session) -> str:
    return f"a tool runs: {list(s['open'].values())[-1]['text']}" if s["open"] else ""
