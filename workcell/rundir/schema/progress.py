"""What became of one attempt: start.json to result.json, in the order in which they are sealed."""

from typing import Literal, NotRequired

from typing_extensions import TypedDict

from workcell.rundir.schema.approvals import DeferredCall
from workcell.rundir.schema.literals import (
    CgroupKind,
    CheckEnd,
    Confidence,
    Continuation,
    ExitHow,
    HoldEnd,
    HoldScope,
    Isolation,
    NextWhen,
    Outcome,
    Seconds,
    Sha256,
    Time,
    VerdictName,
)


class Identity(TypedDict):
    """A process; a pid alone names none."""

    host: str
    boot: str | None
    """Id of the boot."""
    pidns: str | None
    """Pid namespace."""
    pid: int
    start: int | None
    """Start time in clock ticks."""


# -- start.json, exit.json


class Cgroup(TypedDict):
    """The control group that an attempt is in."""

    kind: CgroupKind
    memory: str | None
    """Directory that limits memory; null where nothing is limited by it."""
    pids: str | None
    """Directory that limits processes."""
    memory_bytes: int | None
    processes: int | None
    unit: NotRequired[str | None]
    """Name of the slice of systemd."""
    instead_of: NotRequired[list[str]]
    """Better ways that failed, and why."""


class Start(TypedDict):
    """`start.json`: sealed while the agent still waits at its gate."""

    schema: Literal["workcell.file.start/1"]
    attempt: int
    started_at: Time
    monotonic: float
    """Seconds on the monotonic clock of the boot."""
    runner: Identity
    agent: Identity
    isolation: Isolation
    cgroup: NotRequired[Cgroup | None]
    """Null without limits on memory and processes."""


class Process(TypedDict):
    """A process and what it had in memory."""

    pid: int
    command: str
    rss_bytes: int


class Exit(TypedDict):
    """`exit.json`: how the agent ended."""

    schema: Literal["workcell.file.exit/1"]
    how: ExitHow
    code: int | None
    """Its exit code; null where a signal ended it, or it was not seen."""
    signal: int | None
    ended_at: Time
    seconds: Seconds | None
    """Duration; null where its end was not seen."""
    cpu_seconds: Seconds | None
    max_rss_kb: int | None
    error: str | None
    """Why it was not started."""
    waited_seconds: NotRequired[Seconds]
    """For how long of these seconds it waited for a person, as far as its wall limit stood still; absent for none."""
    largest: NotRequired[Process | None]
    """With a limit on memory: the largest process that was seen."""


# -- facts.json, verify.json


class GitFacts(TypedDict):
    """The tree as the attempt left it."""

    top: str
    head: str | None
    branch: str | None
    base: str | None
    """Commit that the run began at."""
    clean: bool
    dirty: list[str]
    """At most 50 paths that are not committed."""
    dirty_count: int
    left_by_agent: NotRequired[list[str]]
    """Paths of the recipe's `leaves`: the tree is clean with them."""
    untracked_count: int
    under_way: str | None
    """A merge, rebase or the like that was not ended."""
    commits: int | None
    """Since the base."""
    subjects: list[str]
    """Their first lines, at most 50."""
    files: int | None
    """Files changed since the base."""
    insertions: int | None
    deletions: int | None
    note: str | None
    """Why these figures are not known."""
    tree_hash: str | None
    """Hash of the whole tree, uncommitted files included."""
    tree_hash_error: str | None


class Forbidden(TypedDict):
    """A forbidden path that was touched."""

    path: str
    pattern: str
    where: str
    """`files`, `index`, or the commit."""


class Leftover(TypedDict):
    """A process that the attempt left running."""

    pid: int
    command: str
    why: NotRequired[str | None]
    """Why it was not ended."""


class Leftovers(TypedDict):
    ended: list[Leftover]
    spared: list[Leftover]


class Counts(TypedDict):
    """What the kernel counted in a control group; null for what could not be read any more."""

    kind: CgroupKind | None
    memory_bytes: NotRequired[int | None]
    memory_kills: NotRequired[int | None]
    memory_peak_bytes: NotRequired[int | None]
    processes: NotRequired[int | None]
    processes_refused: NotRequired[int | None]
    processes_peak: NotRequired[int | None]
    largest: NotRequired[Process | None]
    """The process that was killed, or the largest that was seen."""


class Facts(TypedDict):
    """`facts.json`: what the attempt left in the tree, read once, before the check."""

    schema: Literal["workcell.file.facts/1"]
    at: Time
    git: GitFacts | None
    git_error: str | None
    """Why git could not be asked."""
    forbidden: list[Forbidden]
    forbidden_unread: NotRequired[list[str]]
    """Why it is not known whether forbidden paths were touched."""
    unclaimed: NotRequired[list[str]]
    """At most 50 paths of a shared tree that changed since the launch, and that no run claimed."""
    leftovers: Leftovers
    cgroup: NotRequired[Counts | None]


class Check(TypedDict):
    """How the pinned script ended."""

    how: CheckEnd
    code: int | None
    signal: int | None
    seconds: Seconds
    sha256: Sha256 | None
    """Of the script that was found."""
    error: str | None
    """Why it was not started."""
    dropped_bytes: NotRequired[int | None]
    """Bytes of its output that are not in `verify.log`."""
    beside: NotRequired[list[str]]
    """Runs that were in the middle of a turn in the same tree when the check began, after five minutes of waiting."""
    cgroup: NotRequired[Counts | None]


class Verify(Check):
    """`verify.json`: how the pinned script ended, sealed."""

    schema: Literal["workcell.file.verify/1"]
    attempt: int
    at: Time


# -- next.json, result.json


class VerdictSummary(TypedDict):
    """What is kept of a verdict beside the decision that it led to."""

    verdict: VerdictName
    confidence: Confidence
    signals: list[str]
    words: list[str]
    """At most three pieces of evidence."""
    resets_at: NotRequired[Time | None]
    resets_zone: NotRequired[str | None]
    waits_itself: NotRequired[bool | None]
    retrying: NotRequired[bool | None]


class DecidedHold(TypedDict):
    """The hold that a playbook asked for when an attempt ended."""

    scope: HoldScope
    until: HoldEnd
    until_at: Time | None


class Next(TypedDict):
    """`next.json`: the run goes on."""

    schema: Literal["workcell.file.next/1"]
    attempt: int
    decided_at: Time
    how: Continuation
    reason: str
    playbook: str | None
    fits: NotRequired[list[str]]
    """Why this playbook fits."""
    not_before: Time | None
    when: NotRequired[NextWhen]
    """What it waits for beside its time: `approval`, a person's yes or no; `message`, on standby, a message.
    `not_before` is then the end of the year 9999: a reader that does not know the word leaves the run alone."""
    approval: NotRequired[DeferredCall]
    """What the yes or no is about."""
    hold: NotRequired[DecidedHold | None]
    verdict: NotRequired[VerdictSummary | None]
    findings: NotRequired[list[str]]
    """What the records add up to, as playbooks name it."""
    kept: NotRequired[str | None]
    """Ref of the snapshot of the tree, or why there is none."""
    cost_usd: NotRequired[float | None]


class Result(TypedDict):
    """`result.json`: the run is over, as of now."""

    schema: Literal["workcell.file.result/1"]
    attempt: int
    outcome: Outcome
    reason: str
    ended_at: Time
    playbook: NotRequired[str]
    verdict: NotRequired[VerdictSummary]
    findings: NotRequired[list[str]]
    kept: NotRequired[str]
    verify: NotRequired[Verify]
    """Of a run that was on standby: its check, which `finish` ran."""
    cost_usd: NotRequired[float]
    proposal: NotRequired[str]
    """Id of what its playbook proposes to a person; a proposal about this end that is not named here is void."""
