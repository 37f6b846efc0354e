"""turn_words: what a sender is told of the check after a turn: outcome, duration, output, and what next.

The output goes into the conversation of another agent: secrets of the checked run are masked, and no more than LONGEST
characters of its end are told.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from workcell.base import clock
from workcell.cleaning import run_cleaner
from workcell.rundir import look, phase, safe_open
from workcell.rundir import status as documents
from workcell.terminal import log_reader

if TYPE_CHECKING:
    from typing import Any

    from workcell.rundir import schema
    from workcell.rundir.schema.inbox import TurnAnswer, TurnCheck

LINES, LONGEST = 20, 1500
"""Maximum lines, and characters, of the end of the output."""

_READ = 1 << 16
"""Bytes of the end of the output that are read."""


def how(found: Any, limits: schema.Limits | None) -> str:
    """How a check ended, in a few words."""
    if found["how"] == "limit":
        most = limits.get("verify_seconds") if limits is not None else None
        return f"it took longer than {clock.span(most)}" if most else "it took too long"
    if found["how"] != "exited":
        return str(found["error"] or found["how"])
    if found["signal"] is not None:
        return f"signal {found['signal']} after {clock.span(found['seconds'])}"
    return f"exit code {found['code']} after {clock.span(found['seconds'])}"


def tail(data: bytes, run: str) -> str:
    """The last lines of an output, readable, with the secrets of the run masked."""
    lines = list(run_cleaner.of_run(run).lines(log_reader.readable([data])))[-LINES:]
    text = "\n".join(lines).strip("\n")
    return text if len(text) <= LONGEST else f"… {text[-LONGEST:]}"


def tail_of(path: str, run: str) -> str:
    """The last lines of the output in a file; empty where there is none."""
    try:
        data = safe_open.tail(path, _READ)
    except OSError:
        return ""
    return tail(data or b"", run)


def tail_from(fd: int, run: str) -> str:
    """The last lines of the output in the open file `fd`."""
    size = os.fstat(fd).st_size
    return tail(os.pread(fd, _READ, max(0, size - _READ)), run)


def line(answer: TurnAnswer) -> str:
    """The answer in one line."""
    if answer["outcome"] == "none":
        return f"no check was run: {answer['why']}"
    said = f"its check {'passed' if answer['outcome'] == 'passed' else 'did not pass'}: {answer['why']}"
    return said + ("; the tree changed meanwhile" if answer["tree"] == "changed" else "")


def text(seen: look.Look, made: TurnCheck, answer: TurnAnswer) -> str:
    """The message to the run that asked."""
    named = seen.id if seen.name == seen.id else f"{seen.id} ({seen.name})"
    about = (
        f"You sent {made['message'].removesuffix('.json')} to the run {named} and asked for its check after that turn"
    )
    if answer["outcome"] == "none":
        return "\n\n".join([f"{about}. No check was run: {answer['why']}.", f"Next: workcell status {seen.id}"])
    word = "passed" if answer["outcome"] == "passed" else "did not pass"
    parts = [f"{about}: it {word} ({answer['why']}). {_after(seen, answer)}"]
    parts += _meanwhile(answer)
    if answer["tail"]:
        parts.append(f"The end of its output:\n{answer['tail']}")
    if answer["sha256"]:
        parts.append(f"What ran is the verify.sh that was sealed for this run: sha256 {answer['sha256']}")
    return "\n\n".join([*parts, f"Next: {_next(seen, answer)}"])


def _after(seen: look.Look, answer: TurnAnswer) -> str:
    if seen.phase == phase.DONE:
        return f"The run is over: {seen.outcome}."
    return f"Attempt {answer['attempt']} ended with it; the run goes on." if answer["at_end"] else "The run goes on."


def _meanwhile(answer: TurnAnswer) -> list[str]:
    said = []
    if answer["tree"] == "changed":
        said.append("The tree changed while the check ran, by the check itself or by something else.")
    if answer["turn"]:
        said.append("The agent was in another turn when the check ended.")
    return [" ".join([*said, "So the check may have seen a part of other work."])] if said else []


def _next(seen: look.Look, answer: TurnAnswer) -> str:
    if seen.phase == phase.DONE:
        return f"workcell handoff {seen.id}" + ("" if seen.outcome == "passed" else f"; or {documents.go_on(seen)}")
    if answer["outcome"] == "passed":
        return f"workcell send {seen.id} 'TEXT'; or workcell diff {seen.id}"
    return f"workcell send {seen.id} --verify 'TEXT'; or workcell diff {seen.id}"
