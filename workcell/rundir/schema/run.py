"""The records of a run as a whole: launch.json, env.json, hold, orders, lease, ledger, events."""

from typing import Literal, NotRequired

from typing_extensions import TypedDict

from workcell.rundir.schema.literals import (
    Asker,
    CheckEnd,
    Confidence,
    Continuation,
    Decision,
    ExitHow,
    Foreign,
    LedgerOrigin,
    OrderKind,
    Outcome,
    Seconds,
    Sha256,
    Time,
)
from workcell.rundir.schema.progress import Exit, Facts, Next, Result, Start, Verify


class Base(TypedDict):
    """The commit that a run began at."""

    head: str | None
    """Commit; null in a repository without one."""
    branch: str | None
    """Name of the branch; null where HEAD is detached."""


class Parent(TypedDict):
    """The attempt that a run was launched from inside of."""

    run: str
    """Id of the run."""
    attempt: int | None
    """Number of its attempt; null where it is not known."""


class Fingerprint(TypedDict):
    """What lay under forbidden paths at launch."""

    entries: dict[str, list[int]]
    """Path to `[size, mtime_ns, inode, mode]`."""
    capped: bool
    """Whether there was more than is listed."""
    unread: list[str]
    """Paths that could not be read."""


class Mark(TypedDict):
    """Where the repository was at launch, to see what was touched since."""

    head: str | None
    branch: str | None
    refs: dict[str, str]
    """Name to commit."""
    reflog: str | None
    """SHA-256 of the last line of HEAD's reflog."""
    dirty: dict[str, list[int] | None]
    """What differed from HEAD already: path to `[size, mtime_ns, inode, mode]`, or null where it was gone."""


class OfPlan(TypedDict):
    """The plan that started a run."""

    id: str
    entry: str
    """The name of its entry."""


class Launch(TypedDict):
    """`launch.json`: what is true of the whole run."""

    schema: Literal["workcell.file.launch/1", "workcell.file.launch/2"]
    id: str
    """Id of the run: UTC, name, four random characters."""
    name: str
    """Name of the run, from the brief."""
    created_at: Time
    """When it was launched."""
    repo: str
    """Top of the tree that the brief names."""
    workspace: str
    """Top of the tree that the agent works in: `repo`, or a worktree."""
    worktree: bool
    """Whether the workspace is a worktree that was made for this run."""
    tree: NotRequired[Literal["none"]]
    """`none` of a run without a tree, which works in `no-tree/` of its directory; absent of any other."""
    snapshot: str | None
    """Ref that keeps what was not committed at launch; null where nothing had to be kept."""
    base: Base | None
    """Null outside of a git repository."""
    git_error: str | None
    """Why git could not be asked."""
    forbidden_before: Fingerprint | None
    """What lay under forbidden paths; null where nothing is forbidden."""
    mark: Mark | None
    """Where the repository was; null where nothing is forbidden."""
    lease: str
    """Name of the lease of the tree; empty without one."""
    group: str | None
    """Label of the runs of one launch file."""
    labels: list[str]
    """Words to find and route the run by."""
    notify: list[str] | None
    """Adapters that are told of the run; null leaves it to the adapters."""
    parent: NotRequired[Parent | None]
    """The attempt that it was launched from inside of; null for one launched from outside."""
    may: NotRequired[list[str]]
    """Operations for a person that it was granted."""
    plan: NotRequired[OfPlan | None]
    """The plan that started it: its end brings that on. Null, or absent, for a run of no plan."""
    workcell: str
    """Version of workcell."""
    python: str
    """Interpreter that launched it."""


class Env(TypedDict):
    """`env.json`: the environment of agent and verify script. It holds keys: it is never shown, copied or sent."""

    schema: Literal["workcell.file.env/1"]
    env: dict[str, str]
    """The whole environment."""
    fixed: NotRequired[list[str]]
    """Names whose values brief, recipe, repository or configuration gave: a later shell does not replace them."""
    umask: int
    """Of the files that agent and verify script make."""


# -- hold, orders, lease


class HoldBy(TypedDict):
    """Who holds a run or an account."""

    who: NotRequired[Asker]
    run: NotRequired[str]
    attempt: NotRequired[int]
    playbook: NotRequired[str | None]


class RunHold(TypedDict):
    """`hold` of a run: words for people. What holds is the order."""

    schema: Literal["workcell.file.hold/1"]
    since: Time
    until_at: Time | None
    """Null for a hold without an end."""
    why: str | None
    by: HoldBy | None


class Order(TypedDict):
    """`orders/<run>/<id>.json`: what a person or a policy ordered."""

    schema: Literal["workcell.file.order/1"]
    id: str
    at: Time
    kind: OrderKind
    sha256: Sha256 | None
    """Of the message that carries the order; null where none does."""
    by: NotRequired[str | HoldBy | None]
    """Who ordered it: `person`, `rule`, `playbook:<name>`, `run:<run>/<attempt>`; of a hold, an object."""
    attempt: NotRequired[int | None]
    grace_seconds: NotRequired[Seconds | None]
    """Of a stop: how long the agent is asked before it is killed."""
    dialog_id: NotRequired[str | None]
    """Of an answer: the dialog that was seen."""
    until_at: NotRequired[Time | None]
    """Of a hold: null for one without an end."""
    why: NotRequired[str | None]
    """Of a hold."""


class Lease(TypedDict):
    """`leases/<dev>-<ino>`: which run has a working tree."""

    schema: Literal["workcell.file.lease/1"]
    run: str
    top: str
    """Top of the tree, as it was named."""
    at: Time
    shared: NotRequired[bool]
    """Whether the tree is shared: then its members have it, and `run` is the one that came last."""


class PortLease(TypedDict):
    """`leases/port-<number>`: which run has a TCP port of the loopback interface."""

    schema: Literal["workcell.file.port/1"]
    run: str
    port: int
    at: Time


class SessionLease(TypedDict):
    """`leases/session-<agent>-<id>`: which run goes on with a session that no run began."""

    schema: Literal["workcell.file.session/1"]
    run: str
    agent: str
    session: str
    at: Time


_Commits = TypedDict("_Commits", {"from": str, "to": str})
"""`from` is a word of Python: the commits between which the branch moves."""


class Merging(_Commits):
    """`merges/<dev>-<ino>`: a merge into the working tree of that device and inode, while it goes on."""

    schema: Literal["workcell.file.merge/1"]
    top: str
    """Top of the tree."""
    other: str | None
    """Top of the run's tree, where a commit is made there, too."""
    moved: NotRequired[Literal[True]]
    """Another program has moved the branch meanwhile: what was written goes back to what the branch is at now."""


class Home(TypedDict):
    """Where a ledger was when an attempt began: another inode means that the home is a copy."""

    boot: str | None
    dev: int
    ino: int
    ledger: int
    """Inode of the ledger."""


class LedgerLine(TypedDict):
    """One line of `ledger/<run>.jsonl`; which keys it has says what it tells."""

    schema: NotRequired[Literal["workcell.file.ledger/2"]]
    """In the first line alone."""
    run: NotRequired[str]
    at: NotRequired[Time]
    by: NotRequired[LedgerOrigin]
    parent: NotRequired[Parent | None]
    may: NotRequired[list[str] | None]
    home: NotRequired[Home]
    attempt: NotRequired[int]
    """0 for the files of the run itself."""
    name: NotRequired[str]
    sha256: NotRequired[Sha256]
    record: NotRequired[Start | Exit | Facts | Verify | Next | Result]
    """The record itself, of those that are sealed whole."""
    born: NotRequired[bool]
    """The attempt begins."""
    foreign: NotRequired[list[str]]
    """Files that stood there without a line."""
    accepted_foreign: NotRequired[list[str]]
    """Of those, the files that a person accepted."""
    adopted: NotRequired[dict[str, Sha256]]
    accepted: NotRequired[dict[str, Sha256]]


class Slot(TypedDict):
    """`ledger/<run>.slot`: the exit record, before it has its line."""

    attempt: int
    record: Exit


class Event(TypedDict):
    """One line of `events.jsonl`. What else it has depends on its type; an agent's events are AgentEvent."""

    n: int
    """Number of the line."""
    at: Time
    """When it was written down."""
    type: str
    attempt: NotRequired[int]
    id: NotRequired[str]
    """What came twice under one id is there once."""
    source: NotRequired[str]
    by: NotRequired[str]
    why: NotRequired[str | None]
    how: NotRequired[ExitHow | CheckEnd | Continuation]
    pid: NotRequired[int]
    code: NotRequired[int | None]
    error: NotRequired[str]
    outcome: NotRequired[Outcome]
    reason: NotRequired[str]
    playbook: NotRequired[str | None]
    not_before: NotRequired[Time | None]
    files: NotRequired[list[str]]
    bytes: NotRequired[int]
    message: NotRequired[str | None]
    """Id of a message."""
    kind: NotRequired[str | None]
    """Kind of a message."""
    decision: NotRequired[Decision]
    """Of an answer: what its option decides about a permission, where its words say so."""
    evidence: NotRequired[str]
    until_at: NotRequired[Time | None]
    released: NotRequired[list[str]]
    verb: NotRequired[str]
    target: NotRequired[str]
    agent_time: NotRequired[str | None]
    turn: NotRequired[str | None]
    text: NotRequired[str]
    data: NotRequired[Foreign]
    ref: NotRequired[Foreign]
    confidence: NotRequired[Confidence]
    payload: NotRequired[Foreign]
    """Of a hook: what it was given, shortened."""
    agent: NotRequired[str]
    session: NotRequired[str | None]
    parent: NotRequired[str | None]
    time: NotRequired[str]


class ShownEvent(Event):
    """An event as `workcell events` prints it, with what is added for its readers."""

    run: str | None
    """Id of the run; null in `feed` for what happened in a session outside of runs: `agent` and `session` name it."""
    observed_at: Time
    """When it was written down: `at`."""
    created_at: str | None
    """When it happened, as the agent, the hook or the writer of a note says; null where nothing tells."""
    message_kind: NotRequired[str | None]
    """Of an event on a message: its kind, which the file calls `kind`."""
