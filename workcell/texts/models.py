"""The files of format 2 as models: what fsck checks and the JSON Schemas are made from.

Nothing that runs often loads this: readers on the way to a verdict move plain dicts. Unknown keys are kept.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Time = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$", description="RFC 3339, UTC")]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Seconds = Annotated[float, Field(ge=0)]


class Record(BaseModel):
    """Any record: unknown keys are kept, since a newer workcell may have written them."""

    model_config = ConfigDict(extra="allow")


class Identity(Record):
    """Who a process is; a pid alone names nobody."""

    host: str
    boot: str | None
    pidns: str | None
    pid: int
    start: int | None


class Base(Record):
    head: str | None
    branch: str | None


class Parent(Record):
    """The attempt that a run was launched from inside of."""

    run: str
    attempt: int | None


class Launch(Record):
    """What is true of the whole run."""

    schema_: Literal["workcell.file.launch/1", "workcell.file.launch/2"] = Field(alias="schema")
    id: str
    name: str
    created_at: Time
    repo: str
    workspace: str
    base: Base | None
    git_error: str | None
    lease: str
    group: str | None
    labels: list[str]
    notify: list[str] | None
    parent: Parent | None = None
    may: list[str] = []
    workcell: str
    python: str


class Env(Record):
    """The environment of agent and verify script. Holds keys: never shown, copied or sent."""

    schema_: Literal["workcell.file.env/1"] = Field(alias="schema")
    env: dict[str, str]
    fixed: list[str] = []
    umask: int


class AskedBy(Record):
    who: Literal["person", "playbook", "run"]
    playbook: str | None
    run: str | None = None
    attempt: int | None = None


class Limits(Record):
    wall_seconds: Seconds | None
    idle_seconds: Seconds | None
    attempts: int | None
    verify_seconds: Seconds | None
    cost_usd: float | None
    memory_bytes: int | None = None
    processes: int | None = None


class Process(Record):
    """A process and what it had in memory."""

    pid: int
    command: str
    rss_bytes: int


class Step(Record):
    step: int
    title: str
    sha256: Sha256
    text: str


class Attempt(Record):
    """The whole intent of one attempt, sealed before `current` moves to it."""

    schema_: Literal["workcell.file.attempt/1"] = Field(alias="schema")
    attempt: int
    asked_at: Time
    asked_by: AskedBy
    follows: int | None
    start: Literal["now", "later"]
    objective: str
    recipe: dict[str, Any]
    argv: list[str]
    prompt: str
    io: Literal["terminal", "file"]
    stdin: Literal["none", "prompt"]
    stderr: Literal["merge", "separate"]
    terminal: dict[str, Any]
    cwd: str
    env_names: list[str]
    secrets: list[str]
    agent_session: str
    verify: dict[str, Any] | None
    forbid: list[str]
    require: dict[str, Any]
    limits: Limits
    steps: list[Step]
    typing: dict[str, Any] | None = None
    native: bool = False
    seed: dict[str, str] = {}
    messages: list[str] = []
    ignore_repo: bool = False
    policy_sha256: Sha256 | None = None


class PinnedPlaybook(Record):
    """A playbook of the repository, as it was trusted and pinned."""

    name: str
    file: str
    sha256: Sha256
    text: str


class PinnedRepo(Record):
    """What the repository brought when the attempt was opened: paths, relative to its tree, to sha256."""

    top: str
    ignored: bool
    files: dict[str, Sha256]


class Policy(Record):
    """What steers automation in one attempt, beside its recipe."""

    schema_: Literal["workcell.file.policy/1"] = Field(alias="schema")
    playbooks: list[PinnedPlaybook]
    rules: dict[str, Any] | None
    may: list[str] | None
    repo: PinnedRepo


class Trust(Record):
    """What a person accepted of one repository: names to sha256, the newest last."""

    schema_: Literal["workcell.file.trust/1"] = Field(alias="schema")
    path: str
    remote: str | None
    at: Time
    files: dict[str, list[Sha256]]
    keys: dict[str, list[Sha256]]


class Cgroup(Record):
    """The control group that an attempt is in."""

    kind: Literal["scope", "v2", "v1"]
    memory: str | None
    pids: str | None
    memory_bytes: int | None
    processes: int | None
    unit: str | None = None
    instead_of: list[str] = []


class Counts(Record):
    """What the kernel counted in a control group; what could not be read any more is null."""

    kind: Literal["scope", "v2", "v1"]
    memory_bytes: int | None = None
    memory_kills: int | None = None
    memory_peak_bytes: int | None = None
    processes: int | None = None
    processes_refused: int | None = None
    processes_peak: int | None = None
    largest: Process | None = None


class Start(Record):
    """Sealed while the agent still waits at its gate."""

    schema_: Literal["workcell.file.start/1"] = Field(alias="schema")
    attempt: int
    started_at: Time
    monotonic: float
    runner: Identity
    agent: Identity
    isolation: str
    cgroup: Cgroup | None = None


class Exit(Record):
    """How the agent ended."""

    schema_: Literal["workcell.file.exit/1"] = Field(alias="schema")
    how: Literal["reaped", "vanished", "not-started", "limit-wall", "limit-idle", "stopped"]
    code: int | None
    signal: int | None
    ended_at: Time
    seconds: Seconds | None
    cpu_seconds: Seconds | None
    max_rss_kb: int | None
    error: str | None
    largest: Process | None = None


class Forbidden(Record):
    path: str
    pattern: str
    where: str


class Facts(Record):
    """What the attempt left in the tree, read once, before verify."""

    schema_: Literal["workcell.file.facts/1"] = Field(alias="schema")
    at: Time
    git: dict[str, Any] | None
    git_error: str | None
    forbidden: list[Forbidden]
    leftovers: dict[str, list[dict[str, Any]]]
    cgroup: Counts | None = None


class Verify(Record):
    """What the pinned script said."""

    schema_: Literal["workcell.file.verify/1"] = Field(alias="schema")
    attempt: int
    at: Time
    how: Literal["exited", "limit", "tampered", "not-started"]
    code: int | None
    signal: int | None
    seconds: Seconds
    sha256: Sha256 | None
    error: str | None
    dropped_bytes: int | None = None
    cgroup: Counts | None = None


class Next(Record):
    """The run goes on."""

    schema_: Literal["workcell.file.next/1"] = Field(alias="schema")
    attempt: int
    how: str
    reason: str
    playbook: str | None
    not_before: Time | None
    decided_at: Time


class Result(Record):
    """The run is over, as of now."""

    schema_: Literal["workcell.file.result/1"] = Field(alias="schema")
    attempt: int
    outcome: Literal["passed", "failed", "unverified", "stopped", "tampered", "abandoned"]
    reason: str
    ended_at: Time


class Home(Record):
    """Where a ledger was when an attempt began: another inode means that the home is a copy."""

    boot: str | None
    dev: int
    ino: int
    ledger: int


class LedgerLine(Record):
    """One line of ledger/<run>.jsonl; which keys it has says what it tells."""

    schema_: Literal["workcell.file.ledger/2"] | None = Field(alias="schema", default=None)
    run: str | None = None
    at: Time | None = None
    by: Literal["launch", "adopt"] | None = None
    parent: Parent | None = None
    may: list[str] | None = None
    home: Home | None = None
    attempt: int | None = None
    name: str | None = None
    sha256: Sha256 | None = None
    record: dict[str, Any] | None = None
    born: bool | None = None
    foreign: list[str] | None = None
    accepted_foreign: list[str] | None = None
    adopted: dict[str, Sha256] | None = None
    accepted: dict[str, Sha256] | None = None


class Order(Record):
    """What a person or a policy allowed to be done with a run."""

    schema_: Literal["workcell.file.order/1"] = Field(alias="schema")
    id: str
    at: Time
    kind: Literal["stop", "answer", "hold", "release"]
    sha256: Sha256 | None
    by: str | dict[str, Any] | None = None
    attempt: int | None = None
    grace_seconds: Seconds | None = None
    until_at: Time | None = None
    why: str | None = None


class Lease(Record):
    """Which run has a working tree."""

    schema_: Literal["workcell.file.lease/1"] = Field(alias="schema")
    run: str
    top: str
    at: Time


class Activity(Record):
    state: str
    since: str | None
    confidence: float
    evidence: list[dict[str, Any]]


class Needs(Record):
    kind: str
    command: str


class StatusExit(Record):
    code: int | None
    signal: int | None
    how: str | None


class StatusVerify(Record):
    code: int | None
    seconds: float | None


class StatusAttempt(Record):
    n: int
    recipe: str | None
    started_at: Time | None
    ended_at: Time | None
    exit: StatusExit | None
    verify: StatusVerify | None
    outcome: str | None
    next: str | None


class HoldsWhile(Record):
    attempt: int | None
    result: bool


class StatusHold(Record):
    until_at: Time | None
    why: str | None
    by: dict[str, Any] | None


class Status(Record):
    """The projection: every key is there, and null where it is absent. `dir` is printed and never kept in a file."""

    schema_: Literal["workcell.file.status/1", "workcell.status/1"] = Field(alias="schema")
    id: str
    name: str | None
    dir: str | None = None
    state: str
    phase: str
    activity: Activity | None
    outcome: str | None
    reason: str | None
    needs: Needs | None
    hold: StatusHold | None = None
    attempt: int | None
    attempts: list[StatusAttempt]
    recipe: str | None
    repo: str | None
    workspace: str | None
    objective: str | None
    base: Base | None
    limits: Limits | None
    group: str | None
    labels: list[str] | None
    isolation: str | None
    started_at: Time | None
    ended_at: Time | None
    due_at: Time | None
    written_at: Time | None
    checked: bool = False
    altered: list[str] = []
    holds_while: HoldsWhile


class Source(Record):
    """How far one file of the agent's records was read, and what it adds up to."""

    session: dict[str, Any]


class Capture(Record):
    """What was read of the agent's records."""

    schema_: Literal["workcell.file.capture/1"] = Field(alias="schema")
    attempt: int
    at: Time
    agent: str
    session: str | None
    journal: int
    told: list[str]
    sources: dict[str, Source]
    final: bool


class Said(Record):
    """What became of a message for the agent."""

    schema_: Literal["workcell.file.said/1"] = Field(alias="schema")
    at: Time
    state: Literal["waiting", "typed", "accepted", "refused"]
    attempt: int | None = None
    stage: str | None = None
    why: str | None = None
    evidence: str | None = None


class Event(Record):
    """One line of events.jsonl."""

    n: int
    at: Time
    type: str


FILES: dict[str, type[Record]] = {
    "launch": Launch,
    "env": Env,
    "attempt": Attempt,
    "policy": Policy,
    "trust": Trust,
    "start": Start,
    "exit": Exit,
    "facts": Facts,
    "verify": Verify,
    "next": Next,
    "result": Result,
    "capture": Capture,
    "said": Said,
    "lease": Lease,
    "ledger": LedgerLine,
    "order": Order,
    "status": Status,
    "event": Event,
}
"""Every kind of record by the name in its `schema` (an event line has none)."""
