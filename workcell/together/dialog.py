"""Chooses an option of the dialog that an agent shows, and sees that the dialog goes away."""

from __future__ import annotations

import time
from collections.abc import Callable

from workcell.judgement import composer
from workcell.judgement.screen import Screen
from workcell.together.agent_terminal import DOWN, ENTER, UP, AgentTerminal, Impossible, Unconfirmed

REDRAWN = 1.0
"""Seconds within which a program has drawn its dialog anew after a key."""


def choose(
    terminal: AgentTerminal, wanted: str | None, choice: str | None, text: str | None, begin: Callable[[], None]
) -> str:
    """Choose the option that `choice`, a number, or `text`, the begin of its words, names; by what it is known.

    `wanted` is the id of the dialog that the sender saw. `begin` is called before the first key.
    """
    dialog = terminal.look().dialog
    if dialog is None:
        raise Impossible("no dialog is up any more")
    if wanted and wanted != composer.dialog_id(dialog):
        raise Impossible(f"another dialog is up now: {title(dialog)}")
    target = find_option(dialog, choice, text)
    if target is None:
        names = "; ".join(f"{one['n'] or '-'} {one['text']}" for one in dialog["options"])
        raise Impossible(f"no option fits; there are: {names}")
    same = composer.dialog_id(dialog)
    begin()
    _move_mark(terminal, dialog, target, same)
    terminal.write(ENTER)
    until = time.monotonic() + terminal.patience
    while time.monotonic() < until:
        terminal.wait(0.03)
        shown = terminal.now().dialog
        if shown is None or composer.dialog_id(shown) != same:
            return f"the dialog went away after {dialog['options'][target]['text']!r}"
    raise Unconfirmed("Enter was pressed, and the dialog is still up")


def title(dialog: Screen) -> str:
    """The question of a dialog, or its words where it asks none."""
    return dialog["question"] or dialog["text"]


def find_option(dialog: Screen, choice: str | None, text: str | None) -> int | None:
    """The place of the option that a number or the begin of its words names, if it names one."""
    wanted = str(choice if choice is not None else text or "").strip().lower()
    options = dialog["options"]
    if wanted.isdigit():
        numbered = [i for i, one in enumerate(options) if one["n"] == wanted]
        if not numbered and not any(one["n"] for one in options) and 1 <= int(wanted) <= len(options):
            return int(wanted) - 1
        return numbered[0] if numbered else None
    found = [i for i, one in enumerate(options) if wanted and str(one["text"]).lower().startswith(wanted)]
    exact = [i for i in found if str(options[i]["text"]).lower() == wanted]
    if exact:
        return exact[0]
    return found[0] if len(found) == 1 else None


def _shown(terminal: AgentTerminal, same: str) -> Screen | None:
    """The dialog of that id as it is drawn; None once it is not there for REDRAWN: half of a drawing shows another."""
    now = terminal.now().dialog
    until = time.monotonic() + REDRAWN
    while now is None or composer.dialog_id(now) != same:
        if time.monotonic() > until:
            return None
        now = terminal.look().dialog
    return now


def _move_mark(terminal: AgentTerminal, dialog: Screen, target: int, same: str) -> None:
    """Move the dialog's mark to an option, a key at a time, and see it move."""
    for _ in range(2 * len(dialog["options"])):
        at = next((i for i, one in enumerate(dialog["options"]) if one["selected"]), 0)
        if at == target:
            return
        terminal.write(DOWN if target > at else UP)
        until = time.monotonic() + terminal.patience  # on a busy machine a program takes seconds to draw
        while time.monotonic() < until:
            terminal.wait(0.03)
            now = _shown(terminal, same)
            if now is None:
                raise Unconfirmed("the dialog changed before it was answered; Enter was not pressed")
            if not now["options"][at]["selected"]:
                dialog = now
                break
        else:
            raise Unconfirmed("the mark of the dialog did not move; Enter was not pressed")
    raise Unconfirmed("the mark of the dialog does not come to the option; Enter was not pressed")
