"""Makes claims on the end of an attempt from the exit code and signal of its process and its last lines on stderr."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

from workcell.judgement import signals as firing
from workcell.judgement.case import Case, Ended, first_reset, names
from workcell.judgement.evidence import item
from workcell.judgement.signals import Fired

Step = Callable[[Case, Ended], None]

_HARMLESS = ("network", "server_error")
"""Verdicts that the last line on stderr may give a program that was ended in the middle. That line may be a tool's
output, and a wrong verdict of these costs a pause, while one on a credential or a limit stops a whole account."""

Plain = Literal["stderr", "stdout"]
_PLAIN: tuple[Plain, ...] = ("stderr", "stdout")

_SIGNALS = (129, 130, 131, 134, 137, 139, 143)
"""Exit codes by which a shell says that a signal ended its program."""

_KNOWN = {
    "vanished": ("vanished", 0.9, "its process is gone and its end was not seen"),
    "not-started": ("config_error", 0.85, "the program could not be started at all"),
    "stopped": ("unknown", 0.9, "a person stopped it"),
}
"""By `how` of exit.json: the verdict, its confidence, and the words for it."""


def claim(case: Case) -> None:
    """Add the claims on the end of the process and on processes that were left of it."""
    _killed(case)
    for words in case.material.get("bounds") or []:
        case.claim(item("processes", "partial", 0.86, words))
    ended = case.material.get("exit")
    step = _step(ended) if ended else None
    if ended and step:
        step(case, ended)


def _killed(case: Case) -> None:
    processes = case.material.get("processes")
    if not processes or not processes["killed"]:
        return
    left = processes["left"]
    words = "its terminal was taken away in the middle" if case.open else "its terminal was taken away"
    also = f"; {len(left)} of its processes live on" if left else ""
    case.claim(item("processes", "vanished", 0.85, words + also))


def _step(ended: Ended) -> Step | None:
    """The function that reads such an end; None for one that says nothing."""
    code, how = ended.get("code"), ended.get("how")
    if how in _KNOWN:
        return _ended_by_how
    if ended.get("ended_by") == "time" or how in ("limit-wall", "limit-idle"):
        return _out_of_time
    if ended.get("signal") or (code is not None and (code < 0 or code in _SIGNALS)):
        return _ended_by_signal
    if code:
        return _ended_with_code
    return _ended_with_0 if code == 0 else None


def _ended_by_how(case: Case, ended: Ended) -> None:
    verdict, sure, words = _KNOWN[str(ended["how"])]
    if stopper := ended.get("stopper"):
        words = f"{stopper} stopped it"
    case.claim(item("locks", verdict, sure, words))


def _ended_by_signal(case: Case, ended: Ended) -> None:
    signal = ended.get("signal") or abs(ended["code"] or 0) % 128
    case.claim(item("locks", "vanished", 0.8, f"ended by signal {signal}"))


def _out_of_time(case: Case, ended: Ended) -> None:
    last = _first_and_last_line(case, "stderr")[-1:]
    for line in last:
        fired = case.fire_on_text("stderr", line)
        if fired and fired[0]["verdict"] in _HARMLESS:
            best = fired[0]
            sure = min(0.7, best["confidence"])
            case.claim(item("terminal", best["verdict"], sure, best["words"], signals=names(fired), retrying=True))
            return
    if not any(words in "".join(last) for words in _known_words(case, "trying")):
        for s, source in case.open:
            if not (s["open"] or s["retry"] or s["approval"] or s["tool_cut"]):
                words = "the turn was open, no tool ran and no request was tried again when its time was up"
                case.claim(item(source, "stuck", 0.6, words))
                return
    case.claim(item("locks", "unknown", 0.3, "ended from outside when its time was up"))


def _ended_with_code(case: Case, ended: Ended) -> None:
    code = ended["code"]
    fired: list[Fired] = []
    for source in _PLAIN:
        for line in _first_and_last_line(case, source):
            fired += case.fire_on_text(source, line)
    fired = firing.sure_first(fired)
    exits = case.material.get("exits")
    meaning = exits.get("codes", {}).get(code) if exits and code is not None else None
    if fired:
        best, when = fired[0], first_reset(fired)
        sure = min(0.85, best["confidence"])
        case.claim(item("terminal", best["verdict"], sure, best["words"], signals=names(fired), reset=when, exit=code))
    elif meaning:
        case.claim(item("locks", meaning["verdict"], meaning["confidence"], meaning["words"], exit=code))
    elif case.open:
        case.claim(item("locks", "vanished", 0.5, f"ended with {code} in the middle of a turn"))
    else:
        case.claim(item("locks", "unknown", 0.3, f"ended with {code}"))


def _ended_with_0(case: Case, ended: Ended) -> None:
    text = case.material.get("stdout")
    if text is None or any(one.get("final") for one in case.claims):
        return
    if case.material.get("stdout_asks"):
        case.claim(item("terminal", "partial", 0.7, f"it ended with a question: {_last_line(text)}"))
    elif not case.reads:
        # such programs end with 0 after a refused key, too
        words = "it ended with 0, and its records cannot be read: that says nothing"
        case.claim(item("locks", "unknown", 0.3, words))
    elif not text.strip():
        case.claim(item("terminal", "partial", 0.6, "it ended with 0 and without a word"))
    else:
        case.claim(item("terminal", "ok", 0.7, f"it ended with 0: {_last_line(text)}"))


def _first_and_last_line(case: Case, source: Plain) -> list[str]:
    """The lines where a failing program says why: its first and its last, none between them."""
    noise = tuple(_known_words(case, "noise"))
    lines = [line.strip() for line in (case.material.get(source) or "").splitlines() if line.strip()]
    lines = [line for line in lines if not line.startswith(noise)]
    if source == "stdout" and len(lines) > 2:
        return []  # an answer, not an error message
    return list(dict.fromkeys([*lines[:1], *lines[-1:]]))


def _known_words(case: Case, name: Literal["noise", "trying"]) -> Sequence[str]:
    exits = case.material.get("exits")
    return exits.get(name, ()) if exits else ()


def _last_line(text: str) -> str:
    """The last line that says something, shortened at a blank."""
    line = next((" ".join(one.split()) for one in reversed(text.splitlines()) if one.strip()), "")
    return line if len(line) <= 200 else "… " + line[-200:].partition(" ")[2]
