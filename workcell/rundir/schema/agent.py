"""The records of what an agent told, and of messages to it: capture.json, agent events, the inbox, the spool."""

from typing import Any, Literal, NotRequired

from typing_extensions import TypedDict

from workcell.rundir.schema.literals import (
    AgentEventType,
    Confidence,
    EventSource,
    MessageKind,
    MessageMode,
    SaidState,
    Seconds,
    Time,
)

Detail = dict[str, Any]
"""Text, time and id of an event, and what else that event had: programs differ in what they record."""


class Reference(TypedDict):
    """Where an event stands in what the agent recorded."""

    file: str | None
    offset: int | None


class AgentEvent(TypedDict):
    """One event of an agent, as a reader makes it; in `events.jsonl` with `n`, `at` and `attempt`."""

    id: str
    """The same for two records of one event."""
    type: AgentEventType
    source: EventSource
    agent_time: str | None
    """When the agent says that it was."""
    turn: str | None
    confidence: Confidence
    text: str
    """One line, shortened."""
    ref: Reference
    data: dict[str, Any]
    """What else the record tells, by type."""


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
    prompt: Detail | None
    said: Detail | None
    did: list[Detail]
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
    memory: dict[str, Any]
    """What the reader of that agent has to remember."""


class Source(TypedDict, total=False):
    """One record of an agent, and what it adds up to. `file`, `state`, `copied` are of files, the others of hooks."""

    session: Session
    file: str
    state: ReadState
    copied: int
    """Bytes that stand in `transcript.jsonl`."""
    memory: dict[str, Any]
    """What the reader of hooks has to remember."""
    transcript: str | None
    """Where a hook said that the transcript is."""


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
    journal: int
    """Bytes of `events.jsonl` that were read."""
    told: list[str]
    """Ids of events that stand in the journal already."""
    sources: Sources
    final: bool
    """Whether no more will come."""


class Message(TypedDict):
    """A message in `inbox/`."""

    schema: Literal["workcell.message/1"]
    kind: MessageKind
    id: NotRequired[str]
    at: NotRequired[Time]
    by: NotRequired[str]
    """`person`, `playbook:<name>`, or `run:<run>/<attempt>`."""
    attempt: NotRequired[int | None]
    mode: NotRequired[MessageMode]
    """Of a text."""
    text: NotRequired[str | None]
    """Of a text, or the words of an answer."""
    choice: NotRequired[str | None]
    """Of an answer: the option that is taken."""
    dialog_id: NotRequired[str | None]
    """Of an answer: the dialog that was seen."""
    grace_seconds: NotRequired[Seconds | None]
    """Of a stop: how long the agent is asked before it is killed."""


class Said(TypedDict):
    """`inbox/said/<id>.json`: what became of a message."""

    schema: Literal["workcell.file.said/1"]
    at: Time
    state: SaidState
    attempt: NotRequired[int]
    stage: NotRequired[str]
    """How far its typing came."""
    why: NotRequired[str]
    """Why it was refused, or still waits."""
    evidence: NotRequired[str]
    """By what it is known to be accepted."""


class Hook(TypedDict):
    """The payload of a hook in `spool/`."""

    type: Literal["hook"]
    id: str
    attempt: int | None
    agent: str
    time: Time
    payload: dict[str, Any]
    """What the hook was given, shortened."""


class RunbookStep(TypedDict):
    """One line of `agent/steps.jsonl` of the recipe `runbook`."""

    at: Time
    event: Literal["begin", "end"]
    step: int
    sha256: str
    exit: NotRequired[int]
    seconds: NotRequired[Seconds]
