"""Why an attempt ended or hangs: structured records first, then the end of the screen, never a whole log.

Invariants:

- Pure: the same material and signals give the same verdict. `case.Material` says what may be in it.
- Every claim carries where it comes from (`source`, with its rank), how sure it is, and the words it rests on; all
  claims are stored, also those that did not decide.
- A failure that the program recorded goes before a dialog, that before a good end that it recorded, and that before
  what the screen and the exit tell (`_choose`).
- Claims that contradict the one that decides lower its confidence and never change it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NotRequired, TypedDict, cast

from workcell.base import clock
from workcell.judgement import exit_claims, record_claims, screen_claims
from workcell.judgement.case import Case, Ended, LastFrame, Material
from workcell.judgement.evidence import item
from workcell.judgement.screen import Prompt, Screen
from workcell.judgement.signals import Signal

if TYPE_CHECKING:
    from workcell.judgement.evidence import Claim
    from workcell.rundir import schema

__all__ = ["Material", "Verdict", "judge"]


Judged = TypedDict(
    "Judged",
    {
        "agent": str,
        "at": str,
        "zone": str | None,
        "from": list[str],
        "exit": Ended | None,
        "screen": LastFrame | None,
    },
)
"""The material that was read (`from`: names of files and screens), when, and the zone of words that name none."""


class Verdict(TypedDict):
    """Why an attempt ended or hangs."""

    verdict: schema.VerdictName
    confidence: float
    """From 0 to 1."""
    signals: list[str]
    """`id/version` of the signals that fired, and findings."""
    evidence: NotRequired[list[Claim]]
    """All claims; the claim that decided comes first."""
    judged: NotRequired[Judged]
    prompt: NotRequired[Prompt]
    """The dialog that is up."""
    resets_at: NotRequired[str]
    """When a usage or rate limit ends: RFC 3339 in UTC."""
    resets_zone: NotRequired[str]
    """The zone that the agent told it in."""
    waits_itself: NotRequired[bool]
    """Whether the agent goes on by itself then."""
    retrying: NotRequired[bool]
    """Whether the agent tries again by itself."""


CONFLICT = 0.85
"""Factor on the confidence of a verdict, for each claim that contradicts it."""


def judge(material: Material, signals: Sequence[Signal]) -> Verdict:
    """The verdict that the claims of the material come to."""
    case = Case(material, signals)
    if material.get("tampered"):
        return _close(case, case.claim(item("locks", "tampered", 1.0, str(material["tampered"]))))
    for record in material.get("records") or []:
        record_claims.claim(case, record)
    shown = screen_claims.claim(case)
    exit_claims.claim(case)
    return _close(case, _choose(case, shown))


def _choose(case: Case, shown: Screen) -> Claim | None:
    """The claim that decides. A failure that the program recorded goes first, then a dialog that is up,
    then an end that it recorded, then what the screen and the exit tell."""
    chosen = _by_rank(case, shown)
    if chosen and chosen["says"] == "ok" and case.material.get("bounds"):
        # whatever its records say of its end, one of its processes was killed or refused on the way
        return _best(one for one in case.claims if one["says"] == "partial" and one["source"] == "processes")
    return chosen


def _by_rank(case: Case, shown: Screen) -> Claim | None:
    said = [one for one in case.claims if one["says"] != "unknown"]
    if shown["kind"] == "busy":  # while a dialog is up no spinner turns: the question has been answered
        said = [one for one in said if one["says"] != "prompt" or one["source"] == "terminal"]
    recorded = [one for one in case.claims if one.get("final") and one["source"] in ("hook", "transcript")]
    # of two records of one good end, the one with a refusal or a question knows more
    ended = min(recorded, key=_record_order, default=None)
    if ended and ended["says"] == "ok":
        ended = _best(one for one in recorded if one["says"] == "partial") or ended
    gone = _best(one for one in said if one["says"] == "vanished")
    if ended and ended["says"] not in ("ok", "partial", "unknown"):
        return ended
    dialog = _best(one for one in said if one["says"] == "prompt" and one["confidence"] >= 0.7)
    if gone and not (ended and ended["says"] == "partial") and not (ended and gone["confidence"] < 0.85):
        return gone
    if dialog and shown["kind"] in ("dialog", "unknown", "page"):
        return dialog
    if ended and ended["says"] != "unknown":
        return ended
    return _best(said) or ended


def _close(case: Case, best: Claim | None) -> Verdict:
    """The verdict as it is stored: the claim that decided, all claims, and the material that was read."""
    ranked = sorted(case.claims, key=lambda one: (one is not best, one["rank"], -one["confidence"]))
    verdict = cast("schema.VerdictName", best["says"]) if best else "unknown"  # no claim says anything else
    against = sum(
        1 for one in case.claims if best and one["says"] not in (verdict, "unknown") and one["confidence"] >= 0.5
    )
    confidence = best["confidence"] * CONFLICT**against if best else 0.0
    out: Verdict = {
        "verdict": verdict,
        "confidence": round(confidence, 3),
        "evidence": ranked,
        "signals": [name for one in ranked for name in one.get("signals") or []],
        "judged": {
            "agent": case.agent,
            "at": clock.stamp(case.now),
            "zone": str(case.local) if case.local else None,
            "from": case.judged,
            "exit": case.material.get("exit"),
            "screen": case.screen,
        },
    }
    _add_resets(out, ranked)
    prompt = next((one["prompt"] for one in ranked if one.get("prompt")), None)
    if prompt and (verdict == "prompt" or (best and best["source"] != "terminal")):
        out["prompt"] = prompt
    if best and best.get("retrying"):
        out["retrying"] = True
    return out


def _add_resets(verdict: Verdict, ranked: Sequence[Claim]) -> None:
    """Add when a limit ends, and whether the program itself goes on then; any other verdict has neither."""
    word = verdict["verdict"]
    if word not in ("usage_limit", "rate_limit"):
        return
    reset = next((one["reset"] for one in ranked if one["says"] == word and one.get("reset")), None)
    if reset:
        verdict["resets_at"], verdict["resets_zone"] = reset["resets_at"], reset["zone"]
    if any(one.get("waits") for one in ranked):
        verdict["waits_itself"] = True


def _record_order(one: Claim) -> tuple[int, float]:
    """The order of records on the end: the process's own last record, its transcript, its hooks."""
    kinds = {"stream": 0, "transcript": 1, "hook": 2}
    return kinds.get(one.get("kind", "hook"), 2), -one["confidence"]


def _best(claims: Iterable[Claim]) -> Claim | None:
    found = sorted(claims, key=lambda one: (-one["confidence"], one["rank"]))
    return found[0] if found else None
