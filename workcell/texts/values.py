"""The checked values of each kind of file that people write, as types: one key for each field of the file's table.

`fields.check` gives a key its checked value, or the default of its field; a key without either is null.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypedDict

if TYPE_CHECKING:
    from workcell.texts.adapter_keys import Secret
    from workcell.texts.document import Foreign
    from workcell.texts.params import Param

LimitName = Literal["wall", "idle", "person", "attempts", "verify", "cost", "memory", "processes"]

Limits = dict[LimitName, float | None]
"""Limits as a file gives them: seconds, a number of attempts, US dollars, bytes, a number of processes."""

Environment = dict[str, str | None]
"""Names of variables to values; null takes the value from the shell of the person who launches."""

Dirty = Literal["refuse", "allow", "snapshot"]
"""What is done about uncommitted work."""


class RequireValues(TypedDict):
    clean: bool | None


class ClaimsSettings(TypedDict):
    """What brief or config.yaml say of claims."""

    wait: float | None


class ConfigClaims(TypedDict):
    """The same of config.yaml, which has a default."""

    wait: float


class BriefValues(TypedDict):
    """The front matter of a brief."""

    objective: str | None
    name: str | None
    params: list[Param]
    """None of a brief that was made with values for them."""
    repo: str | None
    dir: str | None
    """A directory below the top of the tree, with single slashes."""
    recipe: str | Foreign | None
    """The name of a recipe, or `extends` with keys of a recipe."""
    model: str | None
    args: list[str] | None
    verify: str | Literal[False] | None
    """False for a run without a check, also where the repository has tests."""
    limits: Limits
    env: Environment
    ports: dict[str, int]
    """Variables, and how many ports each."""
    secrets: list[str]
    forbid: list[str]
    require: RequireValues | None
    dirty: Dirty | None
    tree: Literal["none"] | None
    worktree: str | None
    """A branch; empty for one that is named after the run."""
    standby: bool | None
    share: bool | None
    claims: ClaimsSettings
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


class RecipeSettings(TypedDict):
    """What config.yaml says for every use of one recipe."""

    model: str | None
    args: list[str] | None
    progress_every: float | None


class WatchdogSettings(TypedDict):
    """What config.yaml says of the watchdog."""

    ping: str | None


class SummarizeSettings(TypedDict):
    """What config.yaml says of summaries: command lines."""

    local: str | None
    cloud: str | None


class ConfigValues(TypedDict):
    """config.yaml of a home."""

    recipe: str
    recipes: dict[str, RecipeSettings]
    """By name of the recipe."""
    limits: Limits
    env: Environment
    secrets: list[str]
    dirty: Dirty
    idle_after: float
    idle_long_after: float
    progress_every: float | None
    ready_end_after: float
    notify: list[str] | None
    open: str | None
    """A preset or a command, as it was written."""
    claims: ConfigClaims
    watchdog: WatchdogSettings
    summarize: SummarizeSettings


class SharedValues(TypedDict):
    """The keys that an entry and the `defaults` of a launch file have in common."""

    repo: str | None
    recipe: str | None
    worktree: str | None
    """A branch; empty for one that is named after the run."""
    share: bool | None
    dirty: Dirty | None
    labels: list[str] | None
    limits: Limits
    model: str | None
    standby: bool | None


class EntryValues(SharedValues):
    """One brief of a launch file."""

    brief: str | None
    """Null where it is missing, which is a fault."""
    name: str | None
    set: dict[str, str]
    """Values of the brief's parameters."""
    dir: str | None
    tree: Literal["none"] | None
    args: list[str] | None
    verify: str | Literal[False] | None
    env: Environment | None
    ports: dict[str, int]
    notify: list[str] | None
    needs: list[str]
    when: Literal["passed", "ended"] | None
    base: str | None
    merge: list[str]
    race: list[str]
    line: int | None
    """Its line in the launch file."""
    lines: dict[str, int]
    """The lines of its keys that make the file a plan."""


class LaunchFileValues(TypedDict):
    group: str | None
    max_live: int | None
    budget: float | None
    on_failure: Literal["stop", "continue"] | None
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
