"""Reads the end of a rendered screen: a dialog, a spinner, or what the program itself says last."""

import re
from collections.abc import Sequence
from typing import Any

Screen = dict[str, Any]
"""{kind: dialog | busy | notice | idle | page | unknown, text, ...}. `text`: what the program put there, the
line of a spinner, a notice, a dialog's words; never what the agent or its tools printed above."""

TAIL = 60
"""Lines of the screen that are looked at; a dialog with a long diff above it is decided by its last lines."""

_RULE = re.compile(r"^\s*[╭╰]?[─━▔▁═╌-]{20,}[╮╯]?\s*$")
_OPTION = re.compile(r"^(?P<indent>\s*)(?P<mark>[❯›>●▸]\s*)?(?P<n>\d{1,2})[.)]\s+(?P<text>\S.*)$")
_PICK = re.compile(r"^\s*[❯›>▸]\s+(?P<text>\S.*)$")
_KEYS = re.compile(
    r"(?i)\b(enter to (confirm|select|continue|submit)|press enter to|enter continue|esc to cancel|esc back"
    r"|esc to (reject|exit|go back)|tab to amend|to navigate)\b"
)
_SPINNER = re.compile(r"^[·✢✳✶✻✽*✱✲✴]\s+\S")
_DONE = re.compile(r"^[✻✽✶✳✢·*]\s+\S+ for \S.*$|^\s{2}Worked for \S")
_RIGHT = re.compile(r"^\s{20,}\S")
_TIMER = re.compile(r"(?:(\d+)h\s*)?(?:(\d+)m\s*)?(\d+)s\b")
_TOKENS = re.compile(r"[↓↑]\s*([\d.,]+k?)\s*tokens")
_RUNS = re.compile(r"\(ctrl\+b to run in background\)|⎿ Running…")
_GHOST = ("Once fixed, resend your message", "Resend your message to try again")
_REFUSING = re.compile(r"(?i)^(no\b|stop and wait|stop\b|cancel|reject|deny|don.?t|skip|back\b|exit|quit)")


def read(lines: Sequence[str], agent: str) -> Screen:
    """What the last frame says. `lines` are rendered rows, top first; trailing blank rows do not matter."""
    rows = [_unboxed(line.rstrip()) for line in lines[-TAIL:]]
    while rows and not rows[-1]:
        rows.pop()
    if not rows:
        return {"kind": "unknown", "text": ""}
    composer = _claude_composer(rows) if agent == "claude" else _line_composer(rows)
    if composer is None:
        return _dialog(rows) or {"kind": "page", "text": _join(rows)}
    above, typed, below = composer
    while above and (not above[-1] or _RIGHT.match(above[-1])):
        above.pop()
    if agent == "codex":
        return _codex(*_last_paragraph(above), typed)
    return _claude(*_last_block(above), above, typed, below)


def _unboxed(row: str) -> str:
    """A row without the sides of the box that older versions draw around dialogs and composer."""
    return row.strip()[1:-1].rstrip() if row.startswith("│") and row.endswith("│") and len(row) > 1 else row


def _claude_composer(rows: list[str]) -> tuple[list[str], str, list[str]] | None:
    """What is above the composer, what is typed in it, what is below: it lies between the last two rules."""
    rules = [index for index, row in enumerate(rows) if _RULE.match(row) and "─" in row]
    for upper, lower in zip(reversed(rules[:-1]), reversed(rules[1:]), strict=True):
        inside = rows[upper + 1 : lower]
        if inside and inside[0].lstrip().startswith(("❯", ">", "!")) and len(rows) - lower <= 12:
            return (
                rows[:upper],
                " ".join(row.lstrip(" ❯>").strip() for row in inside).strip(),
                rows[lower + 1 :],
            )
    return None


def _line_composer(rows: list[str]) -> tuple[list[str], str, list[str]] | None:
    """The last line that begins with the composer's mark and is not an option of a list."""
    for index in range(len(rows) - 1, max(-1, len(rows) - 15), -1):
        if _OPTION.match(rows[index]):
            return None
        if rows[index].startswith("› "):
            return rows[:index], rows[index][2:].strip(), rows[index + 1 :]
    return None


def _last_block(above: list[str]) -> tuple[str, str]:
    """The last thing said: its first line, and all its lines as one."""
    for index in range(len(above) - 1, -1, -1):
        row = above[index]
        if row and (not row[0].isspace() or row.startswith("  ⎿")):
            return row, _join(above[index:])
    return "", ""


def _last_paragraph(above: list[str]) -> tuple[str, str]:
    """The last lines without a blank one between, and all as one: Codex wraps notices to column 0."""
    first = len(above)
    while first > 0 and above[first - 1]:
        first -= 1
    return (above[first], _join(above[first:])) if first < len(above) else ("", "")


def _claude(head: str, block: str, above: list[str], typed: str, below: list[str]) -> Screen:
    footer = _join(below)
    warned = next((row.strip() for row in below if row.strip().startswith("⚠ Usage limit reached")), None)
    busy = "esc to interrupt" in footer
    if busy:
        status = block if _SPINNER.match(head) else ""
        tool = bool(_RUNS.search(_join(above[-12:])))
        return {"kind": "busy", "text": status, "footer": footer, "tool": tool, **_progress(status)}
    if warned:
        # below the composer only the program itself writes
        limit = next((row.strip() for row in reversed(above) if row.startswith("  ⎿")), "")
        return {
            "kind": "notice",
            "text": limit.removeprefix("⎿").strip() or warned,
            "warned": _join(below),
            "sure": True,
        }
    ghost = typed in _GHOST
    if head.startswith("  ⎿") and (ghost or _under_prompt(above)):
        return {"kind": "notice", "text": block.strip().removeprefix("⎿").strip(), "sure": ghost}
    if head.startswith(("● ", "⏺ ")) and ghost:
        # without the composer's own advice these are words that the agent may have said itself
        return {"kind": "notice", "text": block[2:].strip(), "sure": True}
    return {
        "kind": "idle",
        "text": "",
        "done": bool(_DONE.match(head)),
        "typed": "" if ghost else typed,
        "empty": not block,
    }


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


def _codex(head: str, block: str, typed: str) -> Screen:
    if head.startswith(("• ", "◦ ")) and "esc to interrupt" in head:
        return {
            "kind": "busy",
            "text": block[2:].strip(),
            "footer": "",
            "tool": "background terminal" in head,
            **_progress(head),
        }
    if head.startswith("■ "):
        return {"kind": "notice", "text": block[2:].strip(), "sure": True}
    done = bool(_DONE.match(head)) or "Worked for" in block
    return {
        "kind": "idle",
        "text": "",
        "done": done,
        "typed": typed,
        "empty": not head,
        "said": head.startswith("• "),
    }


def _dialog(rows: list[str]) -> Screen | None:
    """A list of at least two options, one marked, or a marked line beside others, with its keys below."""
    foot = next(
        (index for index in range(len(rows) - 1, max(-1, len(rows) - 6), -1) if _KEYS.search(rows[index])),
        None,
    )
    tail = rows[: foot if foot is not None else len(rows)]
    numbered = [(index, found) for index, row in enumerate(tail) if (found := _OPTION.match(row))]
    run = _last_run(numbered)
    marked = [found for _, found in run if found["mark"]]
    if len(run) >= 2 and len(marked) == 1 and (foot is not None or run[-1][0] >= len(rows) - 4):
        options = [
            {"n": found["n"], "text": found["text"].strip(), "selected": bool(found["mark"])} for _, found in run
        ]
        return _asked(rows, run[0][0], options, foot)
    if foot is None:
        return None
    picks = [index for index in range(max(0, foot - 10), foot) if _PICK.match(tail[index])]
    if len(picks) != 1:
        return None
    column = len(tail[picks[0]]) - len(tail[picks[0]].lstrip(" ❯›>▸"))
    first = last = picks[0]
    while first > 0 and _begins_at(tail[first - 1], column):
        first -= 1
    while last + 1 < len(tail) and _begins_at(tail[last + 1], column):
        last += 1
    words = [tail[index].strip().lstrip("❯›>▸ ") for index in range(first, last + 1)]
    if len(words) < 2:
        return None
    options = [{"n": None, "text": word, "selected": first + at == picks[0]} for at, word in enumerate(words)]
    return _asked(rows, first, options, foot)


def _begins_at(row: str, column: int) -> bool:
    """Whether the words of a row begin where those of the marked option do."""
    return len(row) > column and not row[:column].strip() and not row[column].isspace()


def _last_run(numbered: list[Any]) -> list[Any]:
    """The last options that count up by one from 1; their own lines of explanation may lie between."""
    run: list[Any] = []
    for place, found in reversed(numbered):
        if run and (int(found["n"]) != int(run[0][1]["n"]) - 1 or run[0][0] - place > 6):
            break
        run.insert(0, (place, found))
    return run if run and run[0][1]["n"] == "1" else []


def _asked(rows: list[str], first: int, options: list[dict[str, Any]], foot: int | None) -> Screen:
    start = first
    while start > 0 and first - start < 14 and not (_RULE.match(rows[start - 1]) and "╌" not in rows[start - 1]):
        start -= 1
    words = [row.strip() for row in rows[start:first] if row.strip() and not _RULE.match(row)]
    lines = [word for word in words if word.endswith("?")]
    asked = lines or re.findall(r"(?:^|(?<=[.!?] ))[^.!?]*\?(?=\s|$)", " ".join(words))
    question = asked[-1].strip() if asked else words[-1] if words else ""
    keys = rows[foot].strip() if foot is not None else ""
    refusing = next((o for o in options if _REFUSING.match(o["text"])), None)
    safe = refusing["n"] or refusing["text"] if refusing else "Esc" if re.search(r"(?i)\besc\b", keys) else None
    return {
        "kind": "dialog",
        "text": " ".join(words)[-600:],
        "question": question,
        "options": options,
        "keys": keys,
        "safe": safe,
        "safe_text": refusing["text"] if refusing else None,
    }


def _progress(status: str) -> dict[str, Any]:
    """Seconds on the spinner's clock and the tokens it counts; the clock alone is no progress."""
    inside = re.search(r"\(([^()]*)\)", status)
    timer, tokens = _TIMER.search(inside[1]) if inside else None, _TOKENS.search(status)
    seconds = None
    if timer:
        hours, minutes, rest = (int(part or 0) for part in timer.groups())
        seconds = hours * 3600 + minutes * 60 + rest
    return {"seconds": seconds, "tokens": tokens[1] if tokens else None}


def _join(rows: Sequence[str]) -> str:
    return " ".join(" ".join(rows).split())
