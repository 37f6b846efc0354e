"""Makes claims on the end or the standstill of an attempt from the last screens of its agent."""

from workcell.judgement.case import Case, first_reset, names
from workcell.judgement.evidence import More, item
from workcell.judgement.screen import Prompt, Screen

STUCK_SECONDS = 120
"""A spinner's clock that moved on by this much, without one token more, is no progress."""

_REGIONS = {"busy": "status", "notice": "notice", "page": "page"}
"""The region of a signal, by what the screen is."""


def claim(case: Case) -> Screen:
    """Add the claims from the frames of the material, and return the last screen."""
    frames = case.material.get("frames") or []
    if not frames:
        return {"kind": "unknown", "text": ""}
    read = [frame["screen"] for frame in frames]
    last, name = read[-1], frames[-1]["name"]
    case.judged.append(name)
    case.screen = {"frame": name, "kind": last["kind"], "text": last["text"][:600]}
    if last["kind"] == "dialog":
        _dialog(case, last, name, 0.9)
    elif last["kind"] in _REGIONS:
        _words(case, last, name)
    if last["kind"] == "busy" and not last.get("tool") and _no_progress(read):
        case.claim(item("terminal", "stuck", 0.6, "its clock runs on and not one token more came", frame=name))
    if last["kind"] == "idle":
        _idle(case, read, [frame["name"] for frame in frames])
    return last


def _words(case: Case, last: Screen, name: str) -> None:
    """What signals say of the words of a spinner, a notice or a page."""
    fired = case.fire_on_text("screen", last["text"], _REGIONS[last["kind"]])
    if not fired:
        return
    best = fired[0]
    more: More = {
        "signals": names(fired),
        "reset": first_reset(fired),
        "frame": name,
        "waits": last.get("warned"),
        "retrying": True if last["kind"] == "busy" else None,
    }
    sure = min(0.9 if last.get("sure") else 0.8, best["confidence"])
    case.claim(item("terminal", best["verdict"], sure, best["words"], **more))


def _idle(case: Case, read: list[Screen], frames: list[str]) -> None:
    """A program that rests: its turn is over, or a dialog that was up before is gone."""
    if read[-1].get("done") and case.reads:
        words = "its turn is over and it waits for a message"
        case.claim(item("terminal", "ok", 0.55, words, frame=frames[-1]))
    earlier = [(one, name) for one, name in zip(read, frames, strict=True) if one["kind"] == "dialog"]
    if earlier:
        _dialog(case, *earlier[-1], 0.6, "was up earlier: ")


def _dialog(case: Case, dialog: Screen, name: str, sure: float, before: str = "") -> None:
    words = dialog["text"]
    # the options first: they are the program's own words; above them stands what the agent wants
    options = " ".join(f"{o['n']}. {o['text']}" if o["n"] else o["text"] for o in dialog["options"])
    fired = case.fire_on_text("screen", f"{options} | {words}", "dialog")
    says = fired[0]["verdict"] if fired else "prompt"
    safe = next((one["safe"] for one in fired if one["safe"]), None)
    prompt: Prompt = {
        "text": words,
        "question": dialog["question"],
        "options": dialog["options"],
        "safe": _option(dialog, safe) or dialog["safe"],
    }
    more: More = {
        "signals": names(fired) or None,
        "frame": name,
        "prompt": prompt,
        "reset": first_reset(fired),
    }
    case.claim(item("terminal", says, sure, f"{before}{dialog['question'] or words}", **more))


def _no_progress(read: list[Screen]) -> bool:
    """Two frames with one and the same count of tokens, between which the spinner's own clock went far on.

    A program that shows no such count may think for minutes without a word: its clock alone proves nothing.
    """
    busy = [one for one in read if one["kind"] == "busy" and one.get("tokens") is not None]
    if len(busy) < 2 or busy[-1] is not read[-1]:
        return False
    first, last = busy[0], busy[-1]
    ahead = (last["seconds"] or 0) - (first["seconds"] or 0)
    return bool(first["tokens"] == last["tokens"] and ahead >= STUCK_SECONDS)


def _option(dialog: Screen, safe: str | None) -> str | None:
    """The number or the words of the option that a signal calls safe, if the dialog has it."""
    for option in dialog["options"]:
        if safe and option["text"].lower().startswith(safe.lower()):
            return str(option["n"] or option["text"])
    return "Esc" if safe == "Esc" else None
