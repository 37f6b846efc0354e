"""The records of what an agent told, and of messages to it: capture.json, agent events, the inbox, the spool."""

from typing import Literal, NotRequired

from typing_extensions import TypedDict

from workcell.rundir.schema.literals import (
    ActivityState,
    AgentEventType,
    Confidence,
    DecisionWay,
    EventSource,
    EvidenceSource,
    FileTouch,
    Foreign,
    Seconds,
    Time,
)


class TouchedFile(TypedDict):
    """A file that a tool call reads or changes."""

    path: str
    how: FileTouch
    added: int | None
    """Number of lines that are added; null where the call does not tell."""
    removed: int | None


class EventData(TypedDict, total=False):
    """What an event tells beside its text, by type. A key of which the program recorded nothing is absent."""

    hook: str | None
    """Name of the hook that told it."""
    side: bool | None
    """Whether a sub-agent did it: its ends and failures are not those of the conversation."""
    unreadable: bool | None
    """raw: whether the record could not be read."""
    record_bytes: int | None
    """Bytes of the record, where it is so long that its texts were cut before it was read."""

    session: str | None
    """session.started, cost: id of the conversation."""
    model: str | None
    """session.started, cost."""
    version: str | None
    """session.started: version of the program."""
    permission: str | None
    """session.started: what the agent may do without a question."""

    ok: bool | None
    """turn.completed: whether the turn ended well."""
    result: bool | None
    """turn.completed: whether the program's own last record says it."""
    empty: bool | None
    """turn.completed: whether the turn ended without a word."""
    asks: bool | None
    """turn.completed, assistant.message: whether the words end with a question."""
    denied: list[str] | None
    """turn.completed: tools that were refused."""
    turns: float | None
    """turn.completed: number of turns so far."""
    deferred: str | None
    """turn.completed: id of the tool call that a hook deferred; the program ended there, and asks the hook again."""
    terminal: str | None
    """turn.completed, error: the program's own word for how it ended."""
    subtype: str | None
    """turn.completed, error: the program's own class of its last record."""
    reason: str | None
    """turn.completed, session.exited: why."""

    tool: str | None
    """tool.call, tool.result, approval.requested: name of the tool."""
    call: str | None
    """tool.call, tool.result, approval.*: id of the tool call."""
    input: str | None
    """tool.call: hash of tool and input."""
    files: list[TouchedFile] | None
    """tool.call: the files that it reads or changes, at most 20."""
    question: bool | None
    """tool.call, approval.requested: whether the tool asks the person something."""
    failed: bool | None
    """tool.result: whether the tool failed."""
    exit_code: float | None
    """tool.result, heartbeat: exit code of a command."""
    refused: bool | None
    """tool.result: whether the sandbox refused it."""
    notice: bool | None
    """approval.requested: whether only a notice tells it."""
    decision: str | None
    """approval.resolved: `allowed`, `denied`, or `gone` where nothing tells which."""
    through: DecisionWay | None
    """approval.resolved, as the runner writes it: what ended the wait; null where it saw nothing."""

    final: bool | None
    """error: whether it ended the turn."""
    error: str | None
    """error, retry: the program's class of the failure."""
    code: str | None
    """error: code of the service."""
    sort: str | None
    """error: type that the service gave it."""
    details: str | None
    """error: more words."""
    attempt: float | None
    """retry: number of the try."""
    most: float | None
    """retry: maximum number of tries."""
    delay_seconds: float | None
    """retry: seconds to the next try."""
    waits: bool | None
    """annotation, retry: whether the program goes on by itself, after a reset or when the network is back."""
    status: int | str | None
    """error, retry: status of HTTP; limit: `allowed`, `rejected` …; status.changed, annotation: what it does."""

    window: str | None
    """error, limit: which allowance is meant."""
    resets_at: float | None
    """error, limit: when it resets, in epoch seconds."""
    resets_in_seconds: float | None
    """limit: seconds until it resets."""
    used_percent: float | None
    """limit: how much of it is used."""
    minutes: float | None
    """limit: its length."""
    overage: bool | None
    """limit: whether the program goes on beyond it, for money."""

    tokens: dict[str, int] | None
    """cost: tokens of one message, by kind."""
    tokens_total: dict[str, int] | None
    """cost: tokens of the conversation so far, by kind."""
    tokens_run: dict[str, int] | None
    """cost: tokens of this process, by kind."""
    cost_usd_total: float | None
    """cost: US dollars of the conversation so far."""


class Brief(TypedDict):
    """An event in short."""

    text: str
    at: str | None
    """When the agent says that it was."""
    id: str | None
    """Id of the event."""


class Detail(Brief, EventData):
    """An event in short, with what else it tells."""


class Reference(TypedDict):
    """Where an event stands in what the agent recorded."""

    file: str | None
    offset: int | None


class AgentEvent(TypedDict):
    """One event of an agent, as a reader makes it; in `events.jsonl` with `n`, `at` and `attempt`."""

    n: NotRequired[int]
    """Number of the line."""
    at: NotRequired[Time]
    """When it was written down."""
    attempt: NotRequired[int]
    id: str
    """The same for two records of one event."""
    type: AgentEventType
    source: EventSource
    agent: NotRequired[str]
    """Name of the agent program."""
    session: NotRequired[str | None]
    """The program's own id of the conversation."""
    parent: NotRequired[str | None]
    """Id of the event that led to it: the tool call of a result, the call that started a sub-agent."""
    agent_time: str | None
    """When the agent says that it was."""
    turn: str | None
    """The turn that it belongs to, by the records or by the event that began it; null outside of a turn."""
    confidence: Confidence
    text: str
    """One line, shortened."""
    ref: Reference
    data: EventData
    """What else it tells, by type."""


class Calls(TypedDict):
    """Tool calls that repeat; see `judgement.repetition`."""

    recent: list[list[str | None]]
    """`[hash of tool and input, time]` of the last calls."""
    ids: list[str]
    """Ids of the last events."""
    same: list[int]
    """Calls in a row that equal the call 1, 2 and 3 places before."""
    since: list[str | None]
    text: str
    """The last call."""


class Session(TypedDict):
    """What the events of one conversation add up to."""

    id: str | None
    model: str | None
    version: str | None
    """Version of the program."""
    events: int
    """Number of events."""
    last_at: str | None
    """Time of the newest event."""
    turn: str | None
    """`open` or `done`; null before the first one."""
    turn_since: str | None
    said_in_turn: int
    open: dict[str, Detail]
    """Tool calls without an answer, by id."""
    approval: Detail | None
    """The permission that it waits for."""
    retry: Detail | None
    limit: Detail | None
    waits: str | None
    """That it waits for a reset by itself, in its words."""
    errors: list[Detail]
    denied: list[str]
    refused: int
    tool_cut: bool
    """Whether the last tool failed, perhaps together with the agent."""
    end: Detail | None
    """How the last turn ended."""
    prompt: Brief | None
    said: Detail | None
    did: list[Brief]
    """The last tool calls."""
    changed: int
    calls: NotRequired[Calls]
    idle: bool
    exited: str | None
    tokens: dict[str, int]
    tokens_total: dict[str, int]
    cost_usd: float | None


class ReadState(TypedDict):
    """How far a file was read."""

    scope: str
    kind: str
    offset: int
    inode: int | None
    skipping: bool
    bad: int
    """Lines that could not be read."""
    memory: Foreign
    """What the reader of that agent has to remember."""


class Source(TypedDict, total=False):
    """One record of an agent, and what it adds up to. `file`, `state`, `copied` are of files, the others of hooks."""

    session: Session
    file: str
    state: ReadState
    last: str
    """Of a file: a hash of the last bytes that were read of it."""
    again: int
    """Of a file that was rotated or cut and is read anew: how far it had been read. Up to there events that stand in
    `events.jsonl` are not told a second time."""
    restarted: bool
    """Of such a file: whether nothing of it was read anew yet."""
    copied: int
    """Bytes that stand in `transcript.jsonl`."""
    memory: Foreign
    """What the reader of hooks has to remember."""
    transcript: str | None
    """Where a hook said that the transcript is."""
    unknown: dict[str, int]
    """Records of a kind that the reader does not know, by kind; at most 50 kinds."""


class Sources(TypedDict):
    hook: Source
    stream: NotRequired[Source]
    transcript: NotRequired[Source]


class Capture(TypedDict):
    """`capture.json`: how far each record of the agent was read, and what they add up to."""

    schema: Literal["workcell.file.capture/1"]
    attempt: int
    at: Time | None
    agent: str
    session: str | None
    """Id of the conversation."""
    earlier: NotRequired[list[str]]
    """Ids of the conversations of the attempt before that one, the newest last; at most 100."""
    journal: int
    """Bytes of `events.jsonl` that were read."""
    told: list[str]
    """Ids of events that stand in the journal already."""
    sources: Sources
    final: bool
    """Whether no more will come."""


class Hook(TypedDict):
    """The payload of a hook in `spool/`."""

    type: Literal["hook"]
    id: str
    attempt: int | None
    source: str
    """Name of the agent program."""
    time: Time
    payload: Foreign
    """What the hook was given, shortened."""


class Hint(TypedDict):
    """`activity.json`: what the agent does, as its runner last heard. Nothing is decided by it."""

    schema: Literal["workcell.file.activity/1"]
    attempt: int
    pid: int
    """Of the runner that wrote it."""
    state: ActivityState
    since: Time
    """When that was heard."""
    source: EvidenceSource
    """What told: a hook, or the best evidence of a judgement of records and screen."""
    words: str


class RunbookStep(TypedDict):
    """One line of `agent/steps.jsonl` of the recipe `runbook`."""

    at: Time
    event: Literal["begin", "end"]
    step: int
    sha256: str
    exit: NotRequired[int]
    seconds: NotRequired[Seconds]
