"""The records of a home: holds on accounts, notices and their destinations, trust, the watchdog."""

from typing import Literal, NotRequired

from typing_extensions import TypedDict

from workcell.rundir.schema.literals import (
    ActionStep,
    DeliveryState,
    HoldEnd,
    NoticeClass,
    NoticeEvent,
    Seconds,
    Sha256,
    Time,
    Timer,
)
from workcell.rundir.schema.progress import Identity
from workcell.rundir.schema.run import HoldBy
from workcell.rundir.schema.status import Changed


class AccountHold(TypedDict):
    """`holds/<account>.json`: a pause on every run of one account."""

    schema: Literal["workcell.file.hold/1"]
    account: str
    """A hash of what names the credential."""
    since: Time
    until: HoldEnd
    until_at: Time | None
    """Null for a hold without an end."""
    why: str | None
    by: HoldBy
    login: NotRequired[str | None]
    """A hash of the login file at that time: another one means that a person signed in again."""
    tries: int
    """How often the credential was probed since."""
    checked_at: NotRequired[Time]


class Ack(TypedDict):
    """`acks/<run>.<attempt>`: a person has seen how that attempt ended."""

    schema: Literal["workcell.file.ack/1"]
    run: str
    attempt: int
    at: Time


# -- the outbox


class NoticeFacts(TypedDict, total=False):
    """What a notice tells; each key may be absent."""

    why: str
    """One line."""
    command: str
    """What to type."""
    asks: str
    """For which an approval is asked: the tool and its words, as the agent gave them."""
    choices: str
    """The options of the dialog, such as `1 Yes · 2 No`."""
    prompt: str
    """Of an idle agent: the last words that it got."""
    answer: str
    """Of an idle agent, and of progress: the last words that it said."""
    reply: str
    """How to answer without a window: a command with WORDS or NUMBER to replace."""
    since: Time
    """Of progress: the time from which `turns`, `tool_calls` and `tests` count."""
    turns: int
    """Of progress: turns of the agent that ended since then."""
    tool_calls: int
    """Of progress: calls of tools since then."""
    tests: str
    """Of progress: the last run of tests since then, and how it ended, such as `Bash: make test → exit 0`."""
    objective: str
    commits: int
    """Commits since the run began."""
    files: int
    """Files changed that git knows."""
    untracked: int
    """Files and directories that git does not know; absent where there are none."""
    added: int
    """Lines added."""
    removed: int
    """Lines removed."""
    seconds: Seconds
    cost_usd: float
    attempts: int
    branch: str
    due_at: Time


_Delivery = TypedDict("_Delivery", {"in": NotRequired[str]})
"""`in` is a word of Python: the notice in whose message this one was told."""


class Delivery(_Delivery):
    """What became of a notice at one destination."""

    state: DeliveryState
    tries: NotRequired[int]
    lost: NotRequired[int]
    """How often the answer of the far end was lost."""
    tried_at: NotRequired[Time]
    delivered_at: NotRequired[Time]
    not_before: NotRequired[Time]
    said: NotRequired[str | None]
    """What the far end said, or why it was not sent."""
    told: NotRequired[list[str]]
    """Names of the notices that were told in the same message."""
    unread: NotRequired[bool]
    """Whether the adapter's file had faults when the notice was routed."""


_Classed = TypedDict("_Classed", {"class": NotRequired[NoticeClass]})
"""`class` is a word of Python: with it a notice passes the quiet hours of adapters."""


class Notice(_Classed):
    """`outbox/*/<id>.json`: a notice on its way to people."""

    schema: Literal["workcell.file.notice/1"]
    id: str
    """Run, attempt, event, and what tells edges of one kind apart."""
    run: str
    name: str
    attempt: int
    event: NoticeEvent
    at: Time
    """When it happened."""
    labels: list[str]
    notify: list[str] | None
    """Adapters that are told; null leaves it to the adapters."""
    facts: NoticeFacts
    posted: NotRequired[int]
    """Nanoseconds since the epoch: the order of notices of one time."""
    again_at: NotRequired[Time]
    """When a person had it tried again."""
    to: NotRequired[dict[str, Delivery]]
    """By name of the adapter; added when it is routed."""


class Destination(TypedDict):
    """`outbox/to/<name>.json`: what is known of one destination."""

    schema: Literal["workcell.file.destination/1"]
    name: str
    sent_at: list[Time]
    """The newest tries."""
    failures: int
    """In a row."""
    not_before: Time | None
    tried_at: Time | None
    state: str | None
    """Of the last try that differed."""
    said: str | None


# -- trust


class Trust(TypedDict):
    """`trust/<sha256>.json`: what a person accepted of one repository; names to hashes, the newest last."""

    schema: Literal["workcell.file.trust/1"]
    path: str
    """Git's common directory, or the directory itself."""
    remote: str | None
    """URL of `origin`, without a password."""
    at: Time
    files: dict[str, list[Sha256]]
    """By path relative to the top of the tree."""
    keys: dict[str, list[Sha256]]
    """By key of SUPERVISOR.md."""


# -- the watchdog


class Tick(TypedDict):
    """`watchdog/last.json`: the last tick, on all clocks."""

    schema: Literal["workcell.file.tick/1"]
    at: Time
    host: str
    boot: str | None
    monotonic: float
    boottime: float
    """Seconds on the clock that also counts suspend."""
    wall: float
    """Seconds since the epoch."""
    grace: str | None
    """Why nothing that was counted before holds any more."""
    first: NotRequired[float]
    """`monotonic` of the first tick of the series: of this boot, with no gap of ten minutes."""
    regular: NotRequired[bool]
    """Whether ticks come again and again: for 30 seconds in this series, or in the one before a reboot."""
    live: NotRequired[int]
    """Number of runs that are not over."""
    done: NotRequired[int]
    """Number of runs that are over."""
    unread: NotRequired[int]
    """Number of runs that could not be asked about."""
    did: NotRequired[int]
    """Number of things that the tick did."""
    actions: NotRequired[int]
    """Size of `actions.jsonl`."""
    pruned_at: NotRequired[float | None]
    """When the notices that were sent were last looked through."""


class TickFailed(TypedDict):
    """`watchdog/failed.json`: why the last tick failed."""

    schema: Literal["workcell.file.tick-failed/1"]
    at: Time
    error: str
    cure: str
    """The command that tells more."""


class Ping(TypedDict):
    """`watchdog/ping.json`: what came of the GET after the last tick that went well."""

    schema: Literal["workcell.file.ping/1"]
    at: Time
    ok: bool
    said: str
    """Its status, or why there is none; never the address."""
    seconds: Seconds
    """How long it took."""
    failing_since: Time | None
    """The first of the pings that failed one after the other."""


class RunFigures(TypedDict):
    """Figures of a live run at one look. Where two looks found the same, nothing was done between them."""

    records: int
    """Events that the agent recorded in this attempt."""
    log: int
    """Bytes of the log, of a program whose records cannot be read and that draws no screen; 0 of any other."""
    changed: Changed | None
    """Null where git could not be asked."""


class ProgressRun(TypedDict):
    """When a live run was last told of, or first looked at."""

    n: int
    since: Time
    """When it was last told of; before that, when the attempt began."""
    looked_at: Time
    figures: RunFigures | None
    """Null before the first look."""


class Progress(TypedDict):
    """`watchdog/progress.json`: what the notices `progress` count from."""

    schema: Literal["workcell.file.progress/1"]
    runs: dict[str, ProgressRun]


class SeenLoop(TypedDict):
    """A loop of tool calls, when it was first seen."""

    key: str
    times: int
    at: float


class SeenIdle(TypedDict):
    """What ticks remember of an agent that waits for its next message."""

    period: str
    """Names the turn that ended."""
    since: float
    told: int
    """How many of the notices `idle` and `idle_long` were due."""
    next: float | None
    """When the next one is due."""


class SeenRun(TypedDict):
    """What ticks remember of one live run. Times are seconds on the monotonic clock of the boot."""

    n: int
    phase: str
    first: float
    """When it was first seen in this phase of this attempt."""
    sizes: NotRequired[list[int]]
    """Bytes of log and journal."""
    still: NotRequired[float]
    """When they were first seen so."""
    look_at: NotRequired[float]
    """Silence at which it is looked at again."""
    read: NotRequired[int]
    """Bytes of the journal that were looked through."""
    read_at: NotRequired[float]
    read_sizes: NotRequired[list[int]]
    open: NotRequired[str]
    """The incident that a playbook is at work on."""
    opened: NotRequired[float]
    quiet: NotRequired[dict[str, float]]
    """Until when a finding is left alone."""
    taken_up: NotRequired[bool]
    """Whether its agent was seen to do anything."""
    loop: NotRequired[SeenLoop]
    idle: NotRequired[SeenIdle]
    reminded: NotRequired[Time]
    """Since when the approval had waited that was told again."""


class SeenTrouble(TypedDict):
    """Trouble of the tmux server, when it was first seen."""

    word: str
    first: float


class SeenTmux(TypedDict, total=False):
    """What ticks remember of the tmux server."""

    socket: str
    ask: list[str]
    """The command that asks it."""
    server: Identity
    trouble: SeenTrouble


class Seen(TypedDict):
    """`watchdog/seen.json`: what ticks remember."""

    schema: Literal["workcell.file.seen/1"]
    boot: str | None
    tmux: SeenTmux
    runs: dict[str, SeenRun]


_Action = TypedDict("_Action", {"is": Literal["intent", "result"]})
"""`is` is a word of Python: whether the line was written before the act, or after it."""


class Action(_Action):
    """One line of `watchdog/actions.jsonl`."""

    n: int
    at: Time
    boot: str | None
    monotonic: float
    of: NotRequired[int]
    """Of a result: the number of its intent."""
    state: NotRequired[str]
    """Of a result: done, failed, refused, and others."""
    words: NotRequired[str]
    settled: NotRequired[bool]
    """Whether the result was added by a later tick."""
    run: NotRequired[str | None]
    attempt: NotRequired[int]
    step: NotRequired[ActionStep]
    index: NotRequired[int]
    """Number of the step in its playbook, from 0."""
    playbook: NotRequired[str | None]
    edge: NotRequired[str]
    """Names the incident."""
    account: NotRequired[str | None]
    message: NotRequired[str]
    """Id of the message that the act sends."""
    how: NotRequired[str | None]
    why: NotRequired[str | list[str]]
    until: NotRequired[float]


_Installed = TypedDict("_Installed", {"with": Timer})
"""`with` is a word of Python: the timer."""


class Installed(_Installed):
    """`watchdog/installed.json`: the timer that starts the watchdog."""

    schema: Literal["workcell.file.installed/1"]
    at: Time
    boot: str | None
    monotonic: float
    host: str
    command: list[str]
    environment: dict[str, str]
