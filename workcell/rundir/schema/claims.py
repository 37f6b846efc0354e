"""The records of claims: which run edits which paths of a working tree, and which waits for one."""

from typing import Literal, NotRequired

from typing_extensions import TypedDict

from workcell.rundir.schema.literals import Time


class Claim(TypedDict):
    """`claims/<dev>-<ino>/<sha256 of the path>.json`: a path in a working tree that one run edits."""

    schema: Literal["workcell.file.claim/1"]
    run: str
    attempt: int
    path: str
    """Relative to the top of the tree, symbolic links resolved; `.` is the whole tree."""
    why: str | None
    until: Time | None
    """When it ends; null where it ends with its attempt."""
    at: Time
    auto: NotRequired[bool]
    """Whether the hook of the agent program took it for an edit: it ends with the turn, too."""


class ClaimWait(TypedDict):
    """`claims/<dev>-<ino>/waits/<run>.<pid>`: a process that waits for claims of others, and holds the flock on it."""

    schema: Literal["workcell.file.claim-wait/1"]
    run: str
    paths: list[str]
    """What it wants to claim."""
    holders: list[str]
    """Ids of the runs that it waits for."""
    at: Time


class TakenClaim(TypedDict):
    """A line of `claims/<dev>-<ino>/taken/<run>.<attempt>.jsonl`: a claim that the attempt took."""

    path: str
    at: Time
