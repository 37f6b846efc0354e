"""What the list says of an operation: what it did, or why it did not."""

from typing import Any

from workcell.base.errors import WorkcellError
from workcell.faces.cli import out
from workcell.faces.tui import details

DONE = {"stop": "stopped", "resume": "resumed", "ack": "acknowledged", "rm": "removed"}
"""What an operation has done to a run, in a word."""


def error_lines(error: Exception) -> list[details.Line]:
    """What was wrong, and the cure."""
    if not isinstance(error, WorkcellError):
        return [("workcell:", out.safe(f"{type(error).__name__}: {error}")), ("hint:", "workcell doctor")]
    lines = [("workcell:", out.safe(error.message))]
    return [*lines, ("hint:", out.safe(error.hint))] if error.hint else lines


def error_text(error: Exception) -> str:
    return "\n".join(f"{label} {words}" for label, words in error_lines(error))


def outcome(operation: str, run: str, done: Any) -> str:
    """One line on what was done."""
    match operation:
        case "hold":
            return f"{run} is held; h releases it"
        case "release":
            return f"{run} is held no more: {' and '.join(done.released)}" if done.released else f"{run} was not held"
        case "resume":
            return f"{run} attempt {done.attempt}"
        case "stop":
            return f"{run} {done.outcome or done.phase}" + (f"; {out.safe(done.note)}" if done.note else "")
        case _:
            return f"{run} {DONE[operation]}"
