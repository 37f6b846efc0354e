"""The checked values of each kind of file that people write, as types: one key for each field of the file's table.

`fields.check` gives a key its checked value, or the default of its field; a key without either is null.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypedDict

if TYPE_CHECKING:
    from workcell.texts.adapter_keys import Secret
    from workcell.texts.document import Foreign

LimitName = Literal["wall", "idle", "attempts", "verify", "cost", "memory", "processes"]

Limits = dict[LimitName, float | None]
"""Limits as a file gives them: seconds, a number of attempts, US dollars, bytes, a number of processes."""

Environment = dict[str, str | None]
"""Names of variables to values; null takes the value from the shell of the person who launches."""

Dirty = Literal["refuse", "allow", "snapshot"]
"""What is done about uncommitted work."""


class RequireValues(TypedDict):
    clean: bool | None


class BriefValues(TypedDict):
    """The front matter of a brief."""

    objective: str | None
    name: str | None
    repo: str | None
    recipe: str | Foreign | None
    """The name of a recipe, or `extends` with keys of a recipe."""
    verify: str | None
    limits: Limits
    env: Environment
    secrets: list[str]
    forbid: list[str]
    require: RequireValues | None
    dirty: Dirty | None
    worktree: str | None
    """A branch; empty for one that is named after the run."""
    carry: list[str]
    notify: list[str] | None
    labels: list[str]
    may: list[str]


class SupervisorValues(TypedDict):
    """The front matter of SUPERVISOR.md."""

    tests: list[str] | None
    deploy: list[str]
    forbid: list[str]
    setup: list[str]
    limits: Limits
    env: Environment
    secrets: list[str]
    recipe: str | None
    dirty: Dirty | None
    carry: list[str]
    require: RequireValues | None


SupervisorKey = Literal["setup", "tests", "env", "recipe", "carry", "limits", "dirty"]
"""The keys of SUPERVISOR.md that steer or widen."""

SupervisorValue = str | list[str] | Environment | Limits
"""What such a key gives."""


class ConfigValues(TypedDict):
    """config.yaml of a home."""

    recipe: str
    limits: Limits
    env: Environment
    secrets: list[str]
    dirty: Dirty
    notify: list[str] | None


class SharedValues(TypedDict):
    """The keys that an entry and the `defaults` of a launch file have in common."""

    repo: str | None
    recipe: str | None
    worktree: str | None
    """A branch; empty for one that is named after the run."""
    dirty: Dirty | None
    labels: list[str] | None


class EntryValues(SharedValues):
    """One brief of a launch file."""

    brief: str | None
    """Null where it is missing, which is a fault."""
    name: str | None
    line: int | None
    """Its line in the launch file."""


class LaunchFileValues(TypedDict):
    group: str | None
    max_live: int | None
    defaults: SharedValues | None
    briefs: list[EntryValues] | None


QuietValues = TypedDict("QuietValues", {"from": int, "to": int, "zone": str | None, "except": frozenset[str]})
"""Quiet hours of an adapter, in minutes of the day."""


class DailyValues(TypedDict):
    """The daily summary of an adapter, in minutes of the day."""

    at: int
    zone: str | None
    events: frozenset[str]


class AdapterValues(TypedDict):
    """The keys that every adapter may have."""

    name: str
    uses: str
    enabled: bool
    events: frozenset[str]
    labels: list[str]
    at_most: int
    per: float
    expire: float | None
    quiet: QuietValues | None
    daily: DailyValues | None


class LoginValues(TypedDict):
    """What adapters of mail and ntfy log in with."""

    user: str | None
    password: Secret | None


class MailValues(LoginValues):
    """The keys of an adapter of mail that depend on each other."""

    to: list[str]
    host: str | None
    security: Literal["starttls", "tls", "none"]


class OpenclawValues(TypedDict):
    """The keys of an adapter of OpenClaw that depend on each other."""

    method: Literal["cli", "http"]
    url: str | None
    token: Secret | None
