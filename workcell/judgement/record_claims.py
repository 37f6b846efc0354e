"""Makes claims on the end of an attempt from the structured records of its agent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workcell.judgement import reset
from workcell.judgement import signals as firing
from workcell.judgement.case import Case, Recorded, first_reset, names
from workcell.judgement.evidence import More, item
from workcell.judgement.reset import Reset
from workcell.judgement.signals import Fired

if TYPE_CHECKING:
    from workcell.judgement.evidence import Claim
    from workcell.rundir.schema import Detail, EvidenceSource, Session

_SURE = {"stream": 0.97, "transcript": 0.95, "hook": 0.9}


def claim(case: Case, record: Recorded) -> None:
    """Add what one record claims."""
    s = record["session"]
    if not s["events"]:
        return
    case.judged.append(record["file"])
    if s["end"] and s["turn"] == "done":
        _turn_over(case, record, s["end"])
    else:
        _turn_not_over(case, record)


def _source(record: Recorded) -> EvidenceSource:
    return "hook" if record["kind"] == "hook" else "transcript"


def _said_at(case: Case, record: Recorded) -> float:
    return record.get("said_at") or case.now


def _turn_over(case: Case, record: Recorded, end: Detail) -> None:
    s, kind, source = record["session"], record["kind"], _source(record)
    sure = _SURE[kind]
    base: More = {"file": record["file"], "kind": kind, "final": True}
    if end.get("deferred"):
        words = "a hook deferred its tool call: a person is to decide"
        case.claim(item(source, "prompt", sure, words, end["at"], **base))
        return
    if end.get("ok"):
        case.claim(_how_it_ended(s, end, source, sure, base))
        return
    if end.get("reason") == "interrupted":
        case.claim(item(source, "partial", 0.7, "a person interrupted it", end["at"], **base))
        return
    if kind == "stream" and _exit_code(case) == 0:
        # both programs end with 1 after such a record; a plain answer may well hold one as text
        words = f"a record says that it failed, its exit code that it did not: {end['text']}"
        case.claim(item(source, "unknown", 0.4, words, end["at"], **base))
        return
    fired = _fired_on(case, s, end, _said_at(case, record))
    if not fired:
        more: More = {**base, "failed": True}
        case.claim(item(source, "unknown", 0.4, f"it failed: {end['text']}", end["at"], **more))
        return
    case.claim(_of_signals(case, record, fired, sure, end["at"], base))


def _exit_code(case: Case) -> int | None:
    ended = case.material.get("exit")
    return ended["code"] if ended else None


def _turn_not_over(case: Case, record: Recorded) -> None:
    s, source = record["session"], _source(record)
    at = s["last_at"]
    base: More = {"file": record["file"], "kind": record["kind"]}
    if s["retry"]:
        fired = case.fire_on_record("retry", s["retry"], _said_at(case, record))
        if fired:
            case.claim(_of_signals(case, record, fired, 0.9, at, {**base, "final": True, "retrying": True}))
            return
    if s["exited"] and s["turn"] == "open":
        case.claim(_left_in_turn(s, source, base))
        return
    if s["approval"]:
        asked = s["approval"]
        case.claim(item(source, "prompt", 0.85, asked["text"] or "it asks for permission", at, **base))
    if s["turn"] == "open":
        case.open.append((s, source))
        words = _what_runs(s) or "the turn is open"
        case.claim(item(source, "unknown", 0.3, words, at, **base))


def _left_in_turn(s: Session, source: EvidenceSource, base: More) -> Claim:
    at = s["last_at"]
    if s["exited"] == "prompt_input_exit":
        return item(source, "partial", 0.6, "a person left in the middle of a turn", at, **base)
    return item(source, "vanished", 0.85, f"the session ended ({s['exited']}) in the middle of a turn", at, **base)


def _fired_on(case: Case, s: Session, end: Detail, said_at: float) -> list[Fired]:
    fired: list[Fired] = []
    # an error before the last one may have been overcome: it counts only where none is final
    for error in [one for one in s["errors"] if one.get("final")] or s["errors"]:
        fired += case.fire_on_record("error", error, said_at)
    fired += case.fire_on_record("turn.completed", end, said_at)
    if s["limit"]:
        fired += case.fire_on_record("limit", s["limit"], said_at)
    return firing.sure_first(fired)


def _of_signals(case: Case, record: Recorded, fired: list[Fired], sure: float, at: str | None, base: More) -> Claim:
    """What the signals that fired on a record claim together: the surest one says why."""
    s, best = record["session"], fired[0]
    resets = _structured_reset(s, case.now) if best["verdict"] == "usage_limit" else None
    more: More = {**base, "signals": names(fired), "reset": resets or first_reset(fired), "waits": s["waits"]}
    return item(_source(record), best["verdict"], min(sure, best["confidence"]), best["words"], at, **more)


def _how_it_ended(s: Session, end: Detail, source: EvidenceSource, sure: float, base: More) -> Claim:
    at = end["at"]
    if s["denied"]:
        return item(source, "partial", min(sure, 0.85), f"refused: {', '.join(s['denied'])}", at, **base)
    if s["refused"]:
        return item(source, "partial", min(sure, 0.8), "the sandbox refused what it tried last", at, **base)
    if end.get("empty") or (not end["text"].strip() and not s["said_in_turn"]):
        return item(source, "partial", min(sure, 0.85), "it ended its turn without a word", at, **base)
    if end.get("asks"):
        return item(source, "partial", min(sure, 0.8), f"it ended with a question: {end['text']}", at, **base)
    if end.get("reason") in ("refusal", "max_tokens"):
        return item(source, "partial", min(sure, 0.8), f"it stopped: {end['reason']}", at, **base)
    return item(source, "ok", sure, f"it ended its turn: {end['text']}", at, **base)


def _structured_reset(s: Session, now: float) -> Reset | None:
    """The reset that a field of a record tells, of the last error that has one, else of the limit."""
    told = [*reversed(s["errors"]), *([s["limit"]] if s["limit"] else [])]
    at = next((one["resets_at"] for one in told if one.get("resets_at")), None)
    if at:
        return reset.epoch(at, min(now, at))
    seconds = s["limit"].get("resets_in_seconds") if s["limit"] else None
    return reset.after(seconds, now) if seconds else None


def _what_runs(s: Session) -> str:
    return f"a tool runs: {list(s['open'].values())[-1]['text']}" if s["open"] else ""
