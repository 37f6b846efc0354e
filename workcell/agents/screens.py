"""Reads the parts that screens of agent programs share: dialogs, the composer, the line of a spinner."""

import re
from collections.abc import Sequence

from workcell.agents.protocol import Agent
from workcell.judgement.composer import Line
from workcell.judgement.screen import Option, Screen

TAIL = 60
"""Lines of the screen that are looked at; a dialog with a long diff above it is decided by its last lines."""

RULE = re.compile(r"^\s*[╭╰]?[─━▔▁═╌-]{20,}[╮╯]?\s*$")
SPINNER = re.compile(r"^[·✢✳✶✻✽*✱✲✴]\s+\S")
DONE = re.compile(r"^[✻✽✶✳✢·*]\s+\S+ for \S.*$|^\s{2}Worked for \S")
RIGHT = re.compile(r"^\s{20,}\S")
"""A hint at the right edge of the row above the composer."""

_OPTION = re.compile(r"^(?P<indent>\s*)(?P<mark>[❯›>●▸]\s*)?(?P<n>\d{1,2})[.)]\s+(?P<text>\S.*)$")
_PICK = re.compile(r"^\s*[❯›>▸]\s+(?P<text>\S.*)$")
_KEYS = re.compile(
    r"(?i)\b(enter to (confirm|select|continue|submit)|press enter to|enter continue|esc to cancel|esc back"
    r"|esc to (reject|exit|go back)|tab to amend|to navigate)\b"
)
_TIMER = re.compile(r"(?:(\d+)h\s*)?(?:(\d+)m\s*)?(\d+)s\b")
_TOKENS = re.compile(r"[↓↑]\s*([\d.,]+k?)\s*tokens")
_REFUSING = re.compile(r"(?i)^(no\b|stop and wait|stop\b|cancel|reject|deny|don.?t|skip|back\b|exit|quit)")
_NUMBERED = re.compile(r"^\s*›\s*\d{1,2}[.)]\s")
_THIN = re.compile(r"^\s*─{20,}\s*$")

Numbered = tuple[int, re.Match[str]]
"""A row, by its number, that is an option of a list."""

FIRST_COLUMN = 2
"""The column of the first letter in a composer: behind the mark and a blank."""


def read(agent: Agent, rows: Sequence[str]) -> Screen:
    """What the screen of that agent says; `unknown` where its reader fails, since a judgement must not end there."""
    try:
        return agent.terminal.read(rows)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError):
        return unknown()


def tail(rows: Sequence[str]) -> list[str]:
    """The last rows, without the sides of a box around them and without blank ones at the end."""
    found = [_unboxed(row.rstrip()) for row in rows[-TAIL:]]
    while found and not found[-1]:
        found.pop()
    return found


def _unboxed(row: str) -> str:
    """A row without the sides of the box that older versions draw around dialogs and composer."""
    return row.strip()[1:-1].rstrip() if row.startswith("│") and row.endswith("│") and len(row) > 1 else row


class Parts:
    """The rows of a screen around its composer: `above` it, what is `typed` in it, and `below` it."""

    def __init__(self, above: list[str], typed: str, below: list[str]) -> None:
        while above and (not above[-1] or RIGHT.match(above[-1])):
            above.pop()
        self.above, self.typed, self.below = above, typed, below


def without_composer(rows: list[str]) -> Screen:
    """What a screen without a composer says: a dialog, or a page that is not known."""
    return dialog(rows) or {"kind": "page", "text": join(rows)}


def unknown() -> Screen:
    """A screen that says nothing."""
    return {"kind": "unknown", "text": ""}


def between_rules(rows: list[str]) -> Parts | None:
    """The rows around a composer that lies between the last two rules of the screen."""
    rules = [index for index, row in enumerate(rows) if RULE.match(row) and "─" in row]
    for upper, lower in zip(reversed(rules[:-1]), reversed(rules[1:]), strict=True):
        inside = rows[upper + 1 : lower]
        if inside and inside[0].lstrip().startswith(("❯", ">", "!")) and len(rows) - lower <= 12:
            typed = " ".join(row.lstrip(" ❯>").strip() for row in inside).strip()
            return Parts(rows[:upper], typed, rows[lower + 1 :])
    return None


def behind_mark(rows: list[str]) -> Parts | None:
    """The rows around a composer that is the last line with the mark `›` and no option of a list."""
    for index in range(len(rows) - 1, max(-1, len(rows) - 15), -1):
        if _OPTION.match(rows[index]):
            return None
        if rows[index].startswith("› "):
            return Parts(rows[:index], rows[index][2:].strip(), rows[index + 1 :])
    return None


def line_between_rules(rows: Sequence[str]) -> Line | None:
    """The composer between the last two rules of the screen, as a place to type."""
    rules = [index for index, row in enumerate(rows) if _THIN.match(row)]
    for upper, lower in zip(reversed(rules[:-1]), reversed(rules[1:]), strict=True):
        inside = list(rows[upper + 1 : lower])
        if inside and inside[0].startswith(("❯", ">", "!")):
            return Line(upper + 1, FIRST_COLUMN, inside)
    return None


def line_behind_mark(rows: Sequence[str]) -> Line | None:
    """The composer as a place to type, from the last mark `›` at the left edge that is not an option of a list, to the
    next blank row."""
    last = max((index for index, row in enumerate(rows) if row.strip()), default=-1)
    for index in range(last, max(-1, last - 30), -1):
        row = rows[index]
        if _NUMBERED.match(row):
            return None
        if row == "›" or row.startswith("› "):
            end = index + 1
            while end < len(rows) and rows[end].strip():
                end += 1
            return Line(index, FIRST_COLUMN, list(rows[index:end]))
    return None


def last_block(above: list[str]) -> list[str]:
    """The rows of the last thing said, from a row that is not indented, or a `⎿`, to the end."""
    for index in range(len(above) - 1, -1, -1):
        row = above[index]
        if row and (not row[0].isspace() or row.startswith("  ⎿")):
            return above[index:]
    return []


def last_paragraph(above: list[str]) -> list[str]:
    """The last rows without a blank one between them."""
    first = len(above)
    while first > 0 and above[first - 1]:
        first -= 1
    return above[first:]


def dialog(rows: list[str]) -> Screen | None:
    """A list of at least two options, one marked, or a marked line beside others, with its keys below."""
    last = range(len(rows) - 1, max(-1, len(rows) - 6), -1)
    foot = next((index for index in last if _KEYS.search(rows[index])), None)
    return _numbered_dialog(rows, foot) or (_marked_dialog(rows, foot) if foot is not None else None)


def _numbered_dialog(rows: list[str], foot: int | None) -> Screen | None:
    """A dialog with numbers; `foot` is the row of its keys. Without one its last option must be near the end."""
    above = rows if foot is None else rows[:foot]
    run = _last_run([(index, found) for index, row in enumerate(above) if (found := _OPTION.match(row))])
    marked = [found for _, found in run if found["mark"]]
    if len(run) < 2 or len(marked) != 1 or (foot is None and run[-1][0] < len(rows) - 4):
        return None
    options: list[Option] = [
        {"n": found["n"], "text": found["text"].strip(), "selected": bool(found["mark"])} for _, found in run
    ]
    return _dialog_screen(rows, run[0][0], options, foot)


def _marked_dialog(rows: list[str], foot: int) -> Screen | None:
    """A dialog without numbers: one line above its keys has a mark, the others begin in the same column."""
    picks = [index for index in range(max(0, foot - 10), foot) if _PICK.match(rows[index])]
    if len(picks) != 1:
        return None
    column = len(rows[picks[0]]) - len(rows[picks[0]].lstrip(" ❯›>▸"))
    first = last = picks[0]
    while first > 0 and _begins_at(rows[first - 1], column):
        first -= 1
    while last + 1 < foot and _begins_at(rows[last + 1], column):
        last += 1
    if first == last:
        return None
    options: list[Option] = [
        {"n": None, "text": rows[index].strip().lstrip("❯›>▸ "), "selected": index == picks[0]}
        for index in range(first, last + 1)
    ]
    return _dialog_screen(rows, first, options, foot)


def _begins_at(row: str, column: int) -> bool:
    """Whether the words of a row begin where those of the marked option do."""
    return len(row) > column and not row[:column].strip() and not row[column].isspace()


def _last_run(numbered: list[Numbered]) -> list[Numbered]:
    """The last options that count up by one from 1; their own lines of explanation may lie between."""
    run: list[Numbered] = []
    for place, found in reversed(numbered):
        if run and (int(found["n"]) != int(run[0][1]["n"]) - 1 or run[0][0] - place > 6):
            break
        run.insert(0, (place, found))
    return run if run and run[0][1]["n"] == "1" else []


def _dialog_screen(rows: list[str], first: int, options: list[Option], foot: int | None) -> Screen:
    """The dialog whose options begin at the row `first`, with the words above them, back to a rule."""
    start = first
    while start > 0 and first - start < 14 and not (RULE.match(rows[start - 1]) and "╌" not in rows[start - 1]):
        start -= 1
    words = [row.strip() for row in rows[start:first] if row.strip() and not RULE.match(row)]
    keys = rows[foot].strip() if foot is not None else ""
    refusing = next((option for option in options if _REFUSING.match(option["text"])), None)
    escape = "Esc" if re.search(r"(?i)\besc\b", keys) else None
    return {
        "kind": "dialog",
        "text": " ".join(words)[-600:],
        "question": _question(words),
        "above": ["" if RULE.match(row) else row.strip() for row in rows[start:first]],
        "options": options,
        "keys": keys,
        "safe": refusing["n"] or refusing["text"] if refusing else escape,
    }


def _question(words: list[str]) -> str:
    """The last row that ends with a question mark, else the last such sentence, else the last row."""
    lines = [word for word in words if word.endswith("?")]
    asked = lines or re.findall(r"(?:^|(?<=[.!?] ))[^.!?]*\?(?=\s|$)", " ".join(words))
    return asked[-1].strip() if asked else words[-1] if words else ""


def seconds(status: str) -> int | None:
    """Seconds on the clock in a spinner's line, as in `(1h 2m 5s · ↓ 1.2k tokens)`."""
    inside = re.search(r"\(([^()]*)\)", status)
    timer = _TIMER.search(inside[1]) if inside else None
    if not timer:
        return None
    hours, minutes, rest = (int(part or 0) for part in timer.groups())
    return hours * 3600 + minutes * 60 + rest


def tokens(status: str) -> str | None:
    """The tokens that a spinner's line counts, as they stand there."""
    found = _TOKENS.search(status)
    return found[1] if found else None


def join(rows: Sequence[str]) -> str:
    """The rows as one line, with single blanks."""
    return " ".join(" ".join(rows).split())
