"""Types a text into the composer of an agent: pasted, seen to stand there, handed over with Enter."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from workcell.rundir import inbox
from workcell.together import dialog
from workcell.together.agent_terminal import (
    ENTER,
    PASTE_BEGINS,
    PASTE_ENDS,
    AgentTerminal,
    Entered,
    Impossible,
    NotNow,
    Snapshot,
    Unconfirmed,
)

if TYPE_CHECKING:
    from workcell.rundir import schema

ENTERS = 3
"""Times that Enter is pressed at most."""

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def harmless(text: str) -> bytes:
    """The bytes that are pasted for a text: nothing in them can end the paste or steer the program.

    Control characters are shown as their pictures (ESC as U+241B), as no program takes them for keys. A line end
    is the carriage return that a terminal sends for it.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n")
    text = _CONTROL.sub(lambda found: _picture(ord(found[0])), text)
    return text.replace("\n", "\r").encode("utf-8", "replace")


def _picture(code: int) -> str:
    return chr(0x2400 + code) if code < 0x20 else "\u2421" if code == 0x7F else "\ufffd"


def type_text(terminal: AgentTerminal, text: str, mode: schema.MessageMode, stage: Callable[[str], None]) -> str:
    """Type a text when its mode allows it; by what it is known to be taken.

    `stage` is told how far the typing came before each step of it: typing, pasted, entered.
    """
    data = harmless(text)
    if not data:
        raise Impossible("it is empty")
    seen = _empty_composer(terminal, mode)
    if seen.busy and mode == "urgent":
        terminal.interrupt()
        seen = _empty_composer(terminal, mode)
    if not seen.pastes:
        raise NotNow("the program does not take pastes now (?2004 is off)")
    stage("typing")
    terminal.write(PASTE_BEGINS + data + PASTE_ENDS)
    stage("pasted")
    until_shown(terminal)
    return submit(terminal, stage)


def turn_is_open(terminal: AgentTerminal) -> bool:
    """Whether the agent is seen at work, or asks something in the middle of its turn.

    One that only draws may be between two steps: that is for `type_text` to wait for.
    """
    seen = terminal.look()
    return seen.dialog is not None or seen.busy


def _empty_composer(terminal: AgentTerminal, mode: schema.MessageMode) -> Snapshot:
    """A look at a composer that is empty, in a program that takes a message now."""
    seen = terminal.look()
    if seen.dialog:
        raise NotNow(f"a dialog is up: {dialog.title(seen.dialog)}")
    if seen.typed is None:
        raise NotNow("no composer is to be seen")
    if mode == "sequential" and (seen.busy or not terminal.at_rest()):
        raise NotNow("it is at work; the message comes when it is idle")
    if seen.typed:
        raise NotNow(f"a person is typing: {seen.typed[:60]!r} stands in the composer")
    return seen


def until_shown(terminal: AgentTerminal) -> None:
    """Wait until the paste stands in the composer and the screen is quiet."""
    until = time.monotonic() + terminal.patience
    quiet = time.monotonic()
    while time.monotonic() < until:
        if terminal.wait(0.03):
            quiet = time.monotonic()
        seen = terminal.now()
        # a spinner is never quiet: after half of the time it does not matter any more
        halfway = until - time.monotonic() < terminal.patience / 2
        calm = time.monotonic() - quiet >= terminal.settle or (seen.busy and halfway)
        if seen.typed and calm:
            return
        if seen.dialog:
            break
    raise Unconfirmed("it was pasted and is not to be seen in the composer; Enter was not pressed")


def submit(terminal: AgentTerminal, stage: Callable[[str], None]) -> str:
    """Press Enter, alone, until the words have left the composer. Raises Entered where they do not leave it."""
    for pressed in range(ENTERS):
        seen = terminal.now()
        if seen.dialog:
            raise NotNow("it is typed, and a dialog came up before Enter")
        stage(inbox.ENTERED)
        try:
            terminal.write(terminal.queue_key if seen.busy else ENTER)
        except Unconfirmed as why:
            raise (Entered(str(why)) if pressed else why) from None
        until = time.monotonic() + max(1.0, terminal.patience / ENTERS)
        while time.monotonic() < until:
            terminal.wait(0.03)
            seen = terminal.now()
            if seen.typed == "":
                return f"it left the composer after Enter{'; the agent works' if seen.busy else ''}"
            if seen.dialog:
                return "a dialog came up after Enter"
    raise Entered("Enter was pressed, and it still stands in the composer")
