"""The status document of a run."""

from typing import Literal, NotRequired

from typing_extensions import TypedDict

from workcell.rundir.schema.intent import Limits
from workcell.rundir.schema.literals import (
    ActivityState,
    Confidence,
    Continuation,
    EvidenceSource,
    ExitHow,
    Need,
    Outcome,
    Phase,
    Risk,
    Seconds,
    State,
    Time,
    Wait,
)
from workcell.rundir.schema.run import Base, HoldBy, Parent


class EvidenceItem(TypedDict):
    """What one witness says of an agent."""

    source: EvidenceSource
    rank: int
    """1 for the strongest kind of witness, to 5."""
    time: str | None
    """When the agent recorded it."""
    says: str
    """An activity or a verdict."""
    confidence: Confidence
    words: str
    """One line for people."""
    deadline: NotRequired[Time]
    """Until when the agent tries again by itself."""
    until: NotRequired[Time]
    """When the limit resets."""
    frame: NotRequired[str]
    """Name of the frame of the screen."""
    file: NotRequired[str]
    """Name of the record."""
    kind: NotRequired[str]
    """Kind of the record, or of what is on the screen."""
    final: NotRequired[bool]
    """Whether the agent itself said that its turn is over."""
    failed: NotRequired[bool]
    """Whether it said that the turn failed."""
    signal: NotRequired[str]
    """Id of the signal that fired."""
    answered: NotRequired[bool]
    """Whether a question was answered since."""


class Activity(TypedDict):
    """What a live agent is doing."""

    state: ActivityState
    since: str | None
    """Since when, as far as a record tells."""
    confidence: Confidence
    evidence: list[EvidenceItem]
    deadline: NotRequired[Time]
    until: NotRequired[Time]


class Choice(TypedDict):
    """One option of a dialog that is up."""

    text: str
    """The words of the option, as the agent shows them."""
    command: str
    """What to type to choose it."""


class Needs(TypedDict):
    """What a run needs from a person."""

    kind: Need
    command: str
    """What to type."""
    why: NotRequired[str]
    """What it needs it for, in one line."""
    asks: NotRequired[str]
    """Of an approval: the tool and its words that are to be approved, as the records of the agent tell."""
    risk: NotRequired[Risk]
    """Of an approval that waits without a process: what could go wrong when it is allowed."""
    since: NotRequired[Time]
    """Since when that approval waits."""
    options: NotRequired[list[Choice]]
    """The options of the dialog that is up, where they are known."""
    account: NotRequired[str]
    """The account that is held."""
    until_at: NotRequired[Time]
    """When it will be over by itself."""
    dismiss: NotRequired[str]
    """What to type when there is nothing to do about it: then it is not shown as needed any more."""


class Waits(TypedDict):
    """What a run that is not started waits for."""

    what: Wait
    until_at: Time | None
    """When it will be over by itself; null where no time says."""
    why: str | None
    account: str | None
    """The account that is held."""


class StatusExit(TypedDict):
    code: int | None
    signal: int | None
    how: ExitHow | None


class StatusVerify(TypedDict):
    code: int | None
    seconds: Seconds | None


class StatusAttempt(TypedDict):
    """One attempt in the status document."""

    n: int
    recipe: str | None
    started_at: Time | None
    ended_at: Time | None
    exit: StatusExit | None
    verify: StatusVerify | None
    outcome: Outcome | None
    next: Continuation | None
    """How the run went on after it."""


class HoldsWhile(TypedDict):
    """What must still be so for the cached document to be trusted."""

    attempt: int | None
    """The attempt that `current` names."""
    result: bool
    """Whether `result.json` stands."""


class StatusHold(TypedDict):
    """The hold that keeps the watchdog away from the run."""

    until_at: Time | None
    why: str | None
    by: HoldBy | None


class Usage(TypedDict):
    """What the agent reported of the current attempt. Absent is null."""

    model: str | None
    cost_usd: float | None
    """US dollars; of a conversation that goes on, all of it."""
    tokens: dict[str, int] | None
    """By kind: `input`, `output`, `cache_read`, `cache_write`."""
    turns: int | None
    """As the agent counts them."""
    last_word: str | None
    """What it said last, on one line, shortened."""


class Changed(TypedDict):
    """What changed in the tree since the launch."""

    commits: int | None
    files: int | None
    """Files that git knows, committed or not."""
    insertions: int | None
    deletions: int | None
    untracked: NotRequired[int | None]
    """Files and directories that git does not know, without those of the recipe's `leaves`; older records lack it."""


class Status(TypedDict):
    """`status.json` and `ended/<run>`: what the sealed records add up to. Absent is null."""

    schema: Literal["workcell.file.status/1", "workcell.status/1"]
    id: str
    name: str | None
    dir: NotRequired[str]
    """Directory of the run; printed, and kept in no file."""
    state: State
    """One word for tables: the outcome, else the activity, else the phase."""
    phase: Phase
    activity: Activity | None
    """Of a run that is running."""
    outcome: Outcome | None
    reason: str | None
    """Why it is in this state, in one line."""
    needs: Needs | None
    hold: NotRequired[StatusHold | None]
    waits: NotRequired[Waits | None]
    """What a run that is created or scheduled waits for."""
    acknowledged: NotRequired[bool]
    """Whether a person said that this end was seen."""
    attempt: int | None
    """Number of the current attempt."""
    attempts: list[StatusAttempt]
    recipe: str | None
    repo: str | None
    workspace: str | None
    objective: str | None
    base: Base | None
    limits: Limits | None
    parent: Parent | None
    """The attempt that the run was launched from inside of; null for one that a person launched."""
    group: str | None
    labels: list[str] | None
    isolation: str | None
    started_at: Time | None
    ended_at: Time | None
    due_at: Time | None
    """Not before then does a scheduled run go on."""
    written_at: Time | None
    """Time of the newest record that it was made from."""
    checked: NotRequired[bool]
    """Whether a ledger stands behind the records."""
    altered: NotRequired[list[str]]
    """Files that are not what the ledger says."""
    usage: NotRequired[Usage | None]
    """Null where the agent keeps no records that can be read, or told nothing."""
    changed: NotRequired[Changed | None]
    """Null before the attempt has ended, and where git could not be asked."""
    holds_while: HoldsWhile
