"""Reads the terminal of Codex, whose composer is the last line that begins with `›`."""

from collections.abc import Sequence

from workcell.agents import screens, titles
from workcell.judgement.composer import Line
from workcell.judgement.screen import Screen


def composer(rows: Sequence[str]) -> Line | None:
    """The line in which a person types."""
    return screens.line_behind_mark(rows)


doing = titles.doing


def read(rows: Sequence[str]) -> Screen:
    """What the last frame says. Codex wraps notices to the left edge: the last paragraph is looked at as one."""
    found = screens.tail(rows)
    if not found:
        return screens.unknown()
    parts = screens.behind_mark(found)
    if parts is None:
        return screens.without_composer(found)
    said = screens.last_paragraph(parts.above)
    head, block = said[0] if said else "", screens.join(said)
    if head.startswith(("• ", "◦ ")) and "esc to interrupt" in head:
        return _busy(head, block)
    if head.startswith("■ "):
        return {"kind": "notice", "text": block[2:].strip(), "sure": True}
    return {
        "kind": "idle",
        "text": "",
        "done": bool(screens.DONE.match(head)) or "Worked for" in block,
        "typed": parts.typed,
    }


def _busy(head: str, block: str) -> Screen:
    return {
        "kind": "busy",
        "text": block[2:].strip(),
        "tool": "background terminal" in head,
        "seconds": screens.seconds(head),
        "tokens": screens.tokens(head),
    }
