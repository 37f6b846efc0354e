"""The records of plans: runs that need each other, what was done for them, and who won a race."""

from typing import Literal, NotRequired

from typing_extensions import TypedDict

from workcell.rundir.schema.literals import PlanAct, PlanAnswer, PlanFailure, PlanWhen, Sha256, Time
from workcell.rundir.schema.run import Parent


class PlanOptions(TypedDict):
    """How one entry of a plan is launched: what the command line and the launch file said of it."""

    recipe: str | None
    repo: str
    """The working tree, as an absolute path."""
    dir: str | None
    tree: NotRequired[Literal["none"] | None]
    """`none` of a run without a tree; its `repo` counts for nothing."""
    worktree: str | None
    """A branch; empty for one named after the run; null to work in the tree itself."""
    dirty: str | None
    labels: list[str]
    group: str
    model: str | None
    args: list[str]
    limits: dict[str, float]
    env: dict[str, str | None]
    ports: dict[str, int]
    notify: list[str] | None
    ignore_repo: bool
    share: bool | None
    """Whether the run shares the tree with others that do."""
    standby: bool | None
    watch: NotRequired[bool]
    """Whether the run around the launch is told when this one is over."""
    within: NotRequired[float]
    """With `watch`: seconds after the start of the run until it is told in any case."""
    said_by: dict[str, str]
    """Who says a value, in words."""


class PlanEntry(TypedDict):
    """One entry of a plan: a brief, what it needs, and how it is launched."""

    name: str
    at: str
    """File and line of the launch file."""
    brief: str
    """Path that the brief was read from."""
    text: str
    """The brief itself, filled in with its parameters."""
    script: str | None
    """The check itself; null for none."""
    options: PlanOptions
    needs: list[str]
    """Names of the entries that come before."""
    when: PlanWhen
    base: str | None
    """The entry on whose work it starts; null for the commit of the tree."""
    merge: list[str]
    """Entries whose work is merged in before the start."""
    race: list[str]
    """Recipes that race for it; empty for one run."""
    cost_usd: float | None
    """The limit of its cost; null for none."""


class Plan(TypedDict):
    """`plans/<id>/plan.json`: the whole intent of a plan."""

    schema: Literal["workcell.file.plan/1"]
    id: str
    name: str
    at: Time
    file: str
    """The launch file, as an absolute path."""
    key: Sha256
    """Of what was asked for: the same launch again finds the same plan."""
    parent: Parent | None
    """The attempt that it was launched from inside of; null for one launched from outside."""
    inside: list[str]
    """Directories of the runs that it was launched from inside of, nearest first."""
    may: list[str]
    """Operations that those runs were granted."""
    window: bool
    """Whether its runs get windows in tmux."""
    max_live: int | None
    budget_usd: float | None
    on_failure: PlanFailure
    entries: list[PlanEntry]


class PlanAction(TypedDict):
    """One line of `plans/<id>/actions.jsonl`."""

    n: int
    at: Time
    act: PlanAct
    entry: NotRequired[str]
    lane: NotRequired[str]
    """Of a race: the recipe."""
    run: NotRequired[str]
    """The id of the run, chosen before it is made."""
    cost_usd: NotRequired[float | None]
    """Of a launch: the most that the run may cost. Of an end: what it reported."""
    of: NotRequired[int]
    """Of a result: the number of its launch."""
    state: NotRequired[PlanAnswer]
    attempt: NotRequired[int | None]
    """Of an end: the attempt that it was the end of."""
    outcome: NotRequired[str]
    """Of an end: how the run ended."""
    ended_at: NotRequired[str | None]
    why: NotRequired[str | None]
    hint: NotRequired[str | None]
    files: NotRequired[list[str]]
    """Files in conflict."""
    entries: NotRequired[list[str]]
    """Of a retry: the entries that are launched anew."""
    budget_usd: NotRequired[float | None]
    """Of a retry: the budget from now on."""
    by: NotRequired[str]


class PlanWinner(TypedDict):
    """`plans/<id>/races/<entry>/winner.json`: the run that won a race."""

    schema: Literal["workcell.file.plan-winner/1"]
    plan: str
    entry: str
    recipe: str
    run: str
    at: Time


class PlanStopped(TypedDict):
    """`plans/<id>/stopped.json`: nothing of the plan is started any more."""

    schema: Literal["workcell.file.plan-stopped/1"]
    plan: str
    at: Time
    by: str
    """`person`, or `run:<run>/<attempt>`."""
    grace_seconds: float


FILES = {
    "plan": Plan,
    "plan-action": PlanAction,
    "plan-winner": PlanWinner,
    "plan-stopped": PlanStopped,
}
"""Every kind of record of a plan, by the name of its schema."""
