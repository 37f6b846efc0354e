"""send: a message for the agent, typed by its runner when it fits, or put into the next attempt's brief."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from workcell.base.errors import Refused, Usage
from workcell.finish import settle
from workcell.rundir import find, inbox, look, phase
from workcell.rundir.cell import Cell
from workcell.system import control

if TYPE_CHECKING:
    from typing import Required, TypedDict

    from workcell.rundir import schema

    class Outgoing(TypedDict, total=False):
        """A message for the agent: the keys of `schema.Message` that its sender knows."""

        kind: Required[schema.MessageKind]
        by: str
        attempt: int
        mode: schema.MessageMode
        text: str
        choice: str
        dialog_id: str
        decision: schema.Decision


PATIENCE = 15.0
"""Seconds to wait for a word on what became of the message."""

MOST = 16 << 20


@dataclass(frozen=True)
class Request:
    run: str
    """An id, a name, a unique prefix, a path, or `-` for the newest run."""
    text: str
    mode: Literal["sequential", "important", "urgent"] = "sequential"
    """When: once the agent is idle, after the turn that runs, or at once, interrupting it."""

    @property
    def urgent(self) -> bool:
        return self.mode == "urgent"


@dataclass(frozen=True)
class Result:
    id: str
    message: str
    """Its file name in the inbox."""
    state: str
    """queued, typed, accepted or refused."""
    why: str | None
    """The evidence of an accepted message, or the reason of one that waits or was refused."""


def perform(cell: Cell, request: Request) -> Result:
    """The operation `send`. Raises what `find.run` and `send` raise, and Refused when the message was refused."""
    return raise_if_refused(
        send(find.run_to_change(cell.home, request.run), request.text, request.mode, cell.caller.word())
    )


def raise_if_refused(done: Result) -> Result:
    """The same result; raises Refused when the message was refused."""
    if done.state == inbox.REFUSED:
        raise Refused(f"the message to {done.id} was refused: {done.why}", f"workcell what {done.id}")
    return done


def send(
    run: str, text: str, mode: schema.MessageMode = "sequential", by: str = "person", patience: float = PATIENCE
) -> Result:
    """Bring a text to the agent: `sequential` when it is idle, `important` after this turn, `urgent` at once.

    Usage for an empty text, Refused for a run that nothing can be sent to. Returns as soon as something is known
    of the message, at the latest after `patience` seconds; it stays in the inbox whatever is known.
    """
    if not text.strip():
        raise Usage("the message is empty", "workcell send RUN TEXT, or - to read it from standard input")
    if len(text.encode("utf-8", "surrogateescape")) > MOST:
        raise Usage(f"the message has more than {MOST >> 20} MiB", "put it into a file, and send the file's path")
    return deliver(run, {"kind": "text", "mode": mode, "text": text, "by": by}, patience)


def deliver(run: str, message: Outgoing, patience: float) -> Result:
    """Put a message into the inbox of a run, and wait for word of it."""
    seen = settle.settle(run)
    if seen.phase == phase.CORRUPT:
        raise Refused(f"{seen.id} cannot be read: {seen.why}", f"workcell fsck {seen.id}")
    live = seen.phase in (phase.RUNNING, phase.STARTING)
    types = live and seen.screen != "none" and seen.io == "terminal"
    if message["kind"] != "text" and not types:
        raise Refused(f"{seen.id} has no terminal to press keys in: it is {seen.phase}", f"workcell status {seen.id}")
    if message["kind"] != "text":
        message = {**message, "attempt": seen.n}
    name = inbox.post(run, {**message})
    if not types:
        recipe = seen.recipe_name
        why = f"recipe {recipe!r} takes no messages while it runs" if live else f"the run is {seen.phase}"
        return Result(seen.id, name, inbox.QUEUED, f"{why}: the next attempt's brief will hold it")
    control.notify_runner(run)
    return _word(seen, run, name, time.monotonic() + patience)


def _word(seen: look.Look, run: str, name: str, until: float) -> Result:
    pause = 0.01
    while True:
        state, said = inbox.state(run, name)
        why = said and (said.get("evidence") if state == inbox.ACCEPTED else said.get("why"))
        # words on an end stand before the file is moved: until then they are no answer
        waits = said is not None and said.get("why") and said.get("state") not in (inbox.ACCEPTED, inbox.REFUSED)
        known = state in (inbox.ACCEPTED, inbox.REFUSED, None) or waits
        if known or time.monotonic() > until:
            return Result(seen.id, name, state or inbox.QUEUED, why or "nothing is known of it yet")
        time.sleep(pause)
        pause = min(pause * 1.5, 0.1)


def read(path: str) -> str:
    """A text from a descriptor or file, as it is."""
    with open(path if path != "-" else 0, "rb", closefd=path != "-") as file:
        return os.fsdecode(file.read(MOST + 1))
