"""approvals.jsonl of a home: every decision of a rule or a person, on disk before the agent program hears of it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workcell.approvals import request
from workcell.base import clock, digest, ids, json_codec
from workcell.rundir import deferred, layout, locks, safe_open

if TYPE_CHECKING:
    from typing import Final

    from workcell.approvals.decide import Answer
    from workcell.rundir import schema
    from workcell.rundir.schema.literals import DecidedBy, RuleResult

SCHEMA: Final = "workcell.file.approval/1"
PATIENCE = 1.0
"""Seconds to wait for the lock: an agent waits meanwhile."""
ROLL = 8_000_000
"""Bytes at which the journal begins anew; one older part is kept."""
MOST_WORDS = 4000


class Busy(Exception):
    """Another process kept the lock."""


@dataclass(frozen=True)
class Decided:
    """What was decided about one tool call of a run."""

    run: str
    """Id of the run."""
    attempt: int
    tool: str
    given: object
    """The input of the tool."""
    call: str | None
    """Id of the tool call."""
    answer: Answer
    told: str
    """What the program is told."""
    by: DecidedBy = "rule"


@dataclass(frozen=True)
class Result:
    """What came of an answer that was typed into a dialog."""

    result: RuleResult
    why: str | None = None
    """Of a refused one, why it was not typed or not seen to be taken."""


def intent(home: str, made: schema.ApprovalLine) -> str:
    """Write down a decision, and have it on disk; its id. Busy and OSError: it was not written, so do not tell it."""
    lock = _locked(home)
    try:
        _append(deferred.path_of(home), json_codec.encode_line(made))
    finally:
        os.close(lock)
    return made["id"]


def decide(home: str, made: schema.ApprovalLine) -> schema.ApprovalLine:
    """Write down what a person decided about a deferred call, unless that was decided before; the line that counts.

    Raises as `intent`.
    """
    lock = _locked(home)
    try:
        before = deferred.decision_of(home, made["run"], made["decides"])
        if before is None:
            _append(deferred.path_of(home), json_codec.encode_line(made))
        return before or made
    finally:
        os.close(lock)


def spend(home: str, decided: schema.ApprovalLine, attempt: int) -> bool:
    """Write down that a person's decision is told to the program in that attempt; False where it was told before.

    Raises as `intent`: then it must not be told.
    """
    lock = _locked(home)
    try:
        if any(line.get("of") == decided["id"] for line in deferred.lines_of(home, decided["run"])):
            return False
        _append(deferred.path_of(home), json_codec.encode_line(_told({**decided, "attempt": attempt})))
        return True
    finally:
        os.close(lock)


def _locked(home: str) -> int:
    lock = locks.take(os.path.join(home, layout.APPROVALS_LOCK), PATIENCE)
    if lock is None:
        raise Busy
    return lock


def told(home: str, made: schema.ApprovalLine, came: Result | None = None) -> bool:
    """Write down that a decision was told, or what came of one that was typed into a dialog; whether it was written.

    A line that cannot be written says that the program perhaps did not hear of it.
    """
    line = _told(made)
    if came is not None:
        line["result"], line["why"] = came.result, came.why
    try:
        intent(home, line)
    except (Busy, OSError):
        return False
    return True


def _told(made: schema.ApprovalLine) -> schema.ApprovalLine:
    return {
        "schema": SCHEMA,
        "id": ids.unique(),
        "at": clock.stamp(),
        "run": made["run"],
        "attempt": made["attempt"],
        "of": made["id"],
    }


def line(decided: Decided) -> schema.ApprovalLine:
    """The line of a decision."""
    answer, words = decided.answer, request.words(decided.tool, decided.given)
    assert answer.answer is not None
    return {
        "schema": SCHEMA,
        "id": ids.unique(),
        "at": clock.stamp(),
        "run": decided.run,
        "attempt": decided.attempt,
        "tool": decided.tool,
        "words": words if len(words) <= MOST_WORDS else words[: MOST_WORDS - 1] + "…",
        "sha256": fingerprint(decided.tool, decided.given),
        "call": decided.call,
        "answer": answer.answer,
        "told": decided.told,
        "risk": answer.risk,
        "rule": answer.where,
        "why": answer.why,
        "by": decided.by,
    }


def fingerprint(tool: str, given: object) -> str:
    """The sha256 of a tool and its input as one line of JSON."""
    return digest.sha256(json_codec.encode_line({"input": given, "tool": tool}))


def read(home: str) -> list[schema.ApprovalLine]:
    """Every line of the journal, its older part first; what cannot be read is left out."""
    found: list[schema.ApprovalLine] = []
    for path in (deferred.path_of(home) + ".1", deferred.path_of(home)):
        lines = map(deferred.read, (safe_open.read(path, deferred.LARGEST) or b"").split(b"\n"))
        found += [line for line in lines if line is not None]
    return found


def _append(path: str, data: bytes) -> None:
    fd = safe_open.append(path)
    try:
        size = os.fstat(fd).st_size
        if size and os.pread(fd, 1, size - 1) != b"\n":
            data = b"\n" + data  # its writer was killed in the middle of a line
        written = os.write(fd, data)
        if written < len(data):
            os.ftruncate(fd, size)
            raise OSError(28, "no room for the journal of approvals")
        os.fdatasync(fd)
    finally:
        os.close(fd)
    if size > ROLL:
        os.rename(path, path + ".1")
