"""Reads the terminal of Claude Code.

Invariants:

- The composer lies between the last two rules of the screen; below it only the program itself writes.
- Above the composer stands what the agent and its tools printed. It is a notice only where the place shows that the
  program says it: directly under what the user sent, or with the program's own advice in the composer.
"""

import re
from collections.abc import Sequence

from workcell.agents import screens, titles
from workcell.judgement.composer import Line
from workcell.judgement.screen import Screen

_RUNS = re.compile(r"\(ctrl\+b to run in background\)|⎿ Running…")
_ADVICE = ("Once fixed, resend your message", "Resend your message to try again")


def composer(rows: Sequence[str]) -> Line | None:
    """The line in which a person types."""
    return screens.line_between_rules(rows)


doing = titles.doing


def read(rows: Sequence[str]) -> Screen:
    """What the last frame says."""
    found = screens.tail(rows)
    if not found:
        return screens.unknown()
    parts = screens.between_rules(found)
    return around(parts) if parts else screens.without_composer(found)


def around(parts: screens.Parts) -> Screen:
    """What a screen with a composer says."""
    block = screens.last_block(parts.above)
    if "esc to interrupt" in screens.join(parts.below):
        return _busy(parts, block)
    return _warning(parts) or _notice(parts, block) or _idle(parts, block)


def _busy(parts: screens.Parts, block: list[str]) -> Screen:
    status = screens.join(block) if block and screens.SPINNER.match(block[0]) else ""
    return {
        "kind": "busy",
        "text": status,
        "tool": bool(_RUNS.search(screens.join(parts.above[-12:]))),
        "seconds": screens.seconds(status),
        "tokens": screens.tokens(status),
    }


def _warning(parts: screens.Parts) -> Screen | None:
    """A limit that the program names below the composer, with the line above it that says which."""
    warned = next((row.strip() for row in parts.below if row.strip().startswith("⚠ Usage limit reached")), None)
    if not warned:
        return None
    limit = next((row.strip() for row in reversed(parts.above) if row.startswith("  ⎿")), "")
    text = limit.removeprefix("⎿").strip() or warned
    return {"kind": "notice", "text": text, "warned": screens.join(parts.below), "sure": True}


def _notice(parts: screens.Parts, block: list[str]) -> Screen | None:
    head, words, advised = block[0] if block else "", screens.join(block), parts.typed in _ADVICE
    if head.startswith("  ⎿") and (advised or _under_prompt(parts.above)):
        return {"kind": "notice", "text": words.strip().removeprefix("⎿").strip(), "sure": advised}
    if head.startswith(("● ", "⏺ ")) and advised:
        # without the composer's own advice these are words that the agent may have said itself
        return {"kind": "notice", "text": words[2:].strip(), "sure": True}
    return None


def _under_prompt(above: list[str]) -> bool:
    """Whether the last `⎿` hangs directly under what the user sent: there only the program itself answers."""
    rows = [row for row in above if row]
    for index in range(len(rows) - 1, 0, -1):
        if rows[index].startswith("  ⎿"):
            above_it = rows[index - 1]
            while index > 1 and above_it.startswith("  ") and not above_it.startswith("  ⎿"):
                index -= 1
                above_it = rows[index - 1]
            return above_it.startswith("❯ ") and not above_it.startswith("❯ /")
    return False


def _idle(parts: screens.Parts, block: list[str]) -> Screen:
    return {
        "kind": "idle",
        "text": "",
        "done": bool(block and screens.DONE.match(block[0])),
        "typed": "" if parts.typed in _ADVICE else parts.typed,
    }
