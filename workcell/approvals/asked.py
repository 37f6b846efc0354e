"""The tool call that the dialog on a terminal asks permission for, where a hook and the screen say exactly the same.

Invariants:
- A hook says what is asked, with its whole input; the screen says that this dialog is about it. Either alone is not
  enough: a hook does not say which of two dialogs is up, and a screen may show a part of a command.
- What was cut, by the hook or on the screen, is no exact call, and neither is a tool of another kind.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from workcell.approvals.gate import Call
from workcell.base import json_codec
from workcell.judgement.screen import Screen
from workcell.rundir import events, layout, look

if TYPE_CHECKING:
    from collections.abc import Container

    from workcell.rundir.schema.literals import Foreign

RECENT = 1 << 20
"""Bytes at the end of the events in which the requests of this turn are looked for."""

MOST_KEYS = 24
"""Keys of an input from which on the hook may have left some out."""

_CUT = "…"
_SHELLS = frozenset(("Bash", "shell", "exec_command", "local_shell"))
_FILES = frozenset(("Edit", "Write"))
_BAR = "│"

_REASON = ["This command requires approval"]
"""What Claude Code writes between a command and its question. A dialog with another reason is left to a person."""

_BEGINS = frozenset(("SessionStart", "UserPromptSubmit", "Stop", "StopFailure", "SessionEnd"))
"""Hooks after which no request of before is open."""
_ENDS = frozenset(("PostToolUse", "PostToolUseFailure", "PermissionDenied"))
"""Hooks that say that the request for the same call is over."""


@dataclass(frozen=True)
class Asked:
    """A request for permission."""

    id: str
    """Id of the event of its hook."""
    call: Call


def open_requests(seen: look.Look, answered: Container[str] = ()) -> list[Asked]:
    """The requests of this turn that no event ends and that are not `answered`, the oldest first.

    Raises OSError where the events cannot be read.
    """
    path = os.path.join(seen.run, layout.EVENTS)
    start = max(0, os.stat(path).st_size - RECENT)
    lines = [event for _, event in events.read(path, start) if event is not None]
    return [one for one in _open(lines, seen.n) if one.id not in answered]


def _open(lines: Iterable[Foreign], attempt: int) -> list[Asked]:
    found: list[Asked] = []
    for line in lines:
        payload: Any = line.get("payload")
        if line.get("type") != "hook" or line.get("attempt") != attempt or not isinstance(payload, dict):
            continue
        event = payload.get("hook_event_name")
        if event in _BEGINS:
            found = []
        elif event in _ENDS:
            over = next((one for one in found if _same(one.call, _call(payload))), None)
            found = [one for one in found if one is not over]
        elif event == "PermissionRequest" and isinstance(line.get("id"), str):
            found.append(Asked(line["id"], _call(payload)))
    return found


def _call(payload: Foreign) -> Call:
    return Call(str(payload.get("tool_name")), payload.get("tool_input"), str(payload.get("cwd") or "/"))


def _same(call: Call, other: Call) -> bool:
    """Whether both do the same; what is described in other words does not make it another."""
    return call.tool == other.tool and _essence(call.given) == _essence(other.given)


def _essence(given: object) -> bytes:
    known = {key: value for key, value in given.items() if key != "description"} if isinstance(given, dict) else given
    return json_codec.encode_line({"given": known})


def is_exact(call: Call) -> bool:
    """Whether all is known of what the call does: one command of a shell, or one file."""
    given = call.given
    if not isinstance(given, dict) or len(given) >= MOST_KEYS:
        return False
    if call.tool in _SHELLS:
        return all(isinstance(value, str | int | float | None) for value in given.values()) and _whole(given, "command")
    return call.tool in _FILES and _whole(given, "file_path")


def _whole(given: Foreign, key: str) -> bool:
    value = given.get(key)
    return isinstance(value, str) and bool(value.strip()) and _CUT not in value


def of_dialog(requests: Sequence[Asked], dialog: Screen) -> Asked | None:
    """The one of the open `requests` that the dialog shows; None where that is not sure. Of the same again, the newest.

    It is not sure where another one is not known exactly, or has in it what the dialog shows: that may be its dialog.
    """
    fits = [one for one in requests if is_exact(one.call) and shows(dialog, one.call)]
    if not fits:
        return None
    found = fits[-1]
    others = [one for one in requests if not _same(one.call, found.call)]
    if any(not is_exact(one.call) or _key(found.call) in _text(one.call) for one in others):
        return None
    return found


def shows(dialog: Screen, call: Call) -> bool:
    """Whether the dialog shows that exact call, whole: its command stands last above the question, a file first."""
    paragraphs = [list(rows) for blank, rows in groupby(dialog["above"], key=lambda row: not row) if not blank]
    given: Any = call.given
    if call.tool in _SHELLS:
        told = [rows for rows in paragraphs if not rows[-1].endswith("?") and rows != _REASON]
        command, more = _squeezed(given["command"]), _squeezed(str(given.get("description") or ""))
        return bool(told) and _squeezed("".join(_bare(told[-1]))) in (command, f"${command}", command + more)
    if not paragraphs or len(paragraphs[0]) != 2:
        return False
    named = os.path.normpath(os.path.join(call.cwd, paragraphs[0][1]))
    path = os.path.normpath(given["file_path"])
    return named == path and dialog["question"].endswith(f" {os.path.basename(path)}?")


def _bare(rows: list[str]) -> list[str]:
    """Rows without the bar that Claude Code draws before each row of a long command. They are joined without blanks: a
    program breaks lines where its terminal ends, within words, too."""
    return [row[1:] for row in rows] if all(row.startswith(_BAR) for row in rows) else rows


def _key(call: Call) -> str:
    """What a dialog shows of an exact call."""
    given: Any = call.given
    return _squeezed(given["command"] if call.tool in _SHELLS else os.path.basename(given["file_path"]))


def _text(call: Call) -> str:
    """All that a dialog may show of an exact call."""
    given: Any = call.given
    return "".join(_squeezed(str(value)) for value in given.values())


def _squeezed(text: str) -> str:
    return "".join(text.split())
