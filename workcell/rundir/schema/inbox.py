"""The records of an inbox: messages, what became of them, and changes of those that wait."""

from typing import Literal, NotRequired

from typing_extensions import TypedDict

from workcell.rundir.schema.literals import (
    CheckEnd,
    Decision,
    InboxVerb,
    MessageKind,
    MessageMode,
    MessagePart,
    SaidState,
    Seconds,
    Sha256,
    Time,
    TurnOutcome,
)


class TakenOut(TypedDict):
    """That a message was taken out before it was typed, and what stands in its place."""

    verb: InboxVerb
    at: Time
    by: str
    """`person`, or `run:<run>/<attempt>`."""
    into: str | None
    """The id of the message in its place; null where none is."""


class Message(TypedDict):
    """A message in `inbox/`."""

    schema: Literal["workcell.message/1"]
    kind: MessageKind
    id: NotRequired[str]
    at: NotRequired[Time]
    by: NotRequired[str]
    """`person`, `rule`, `playbook:<name>`, `run:<run>/<attempt>`, `watch:<run>/<attempt>` for word of a run that is
    watched, or `check:<run>/<attempt>` for word of a check that was asked for with a message to that run."""
    attempt: NotRequired[int | None]
    mode: NotRequired[MessageMode]
    """Of a text. Of a `clear`: `urgent` cuts an open turn off, `sequential` is refused in one."""
    text: NotRequired[str | None]
    """Of a text, or the words of an answer. Of `clear` and `compact`: what is typed, by the recipe of the attempt."""
    choice: NotRequired[str | None]
    """Of an answer: the option that is taken."""
    dialog_id: NotRequired[str | None]
    """Of an answer: the dialog that was seen."""
    decision: NotRequired[Decision]
    """Of an answer: what the option decides about a permission, where its words say so."""
    grace_seconds: NotRequired[Seconds | None]
    """Of a stop: how long the agent is asked before it is killed."""
    replaces: NotRequired[str]
    """The id of the message in whose place it was put."""
    taken: NotRequired[TakenOut]
    """Of a message in `inbox/edited/`: what was done with it."""


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
    entered_at: NotRequired[Time]
    """Of an accepted one that was typed: when Enter was about to be pressed."""


class InboxEdit(TypedDict):
    """`inbox/edits/<name>`: a change of the waiting message of that name, until it is done."""

    schema: Literal["workcell.file.inbox-edit/1"]
    at: Time
    verb: InboxVerb
    by: str
    """`person`, or `run:<run>/<attempt>`."""
    part: MessagePart
    """The directory that the message waits in."""
    into: str | None
    """The file name of the message that takes its place; null where none does."""
    message: Message | None
    """That message; null where none does, and for a release, which changes nothing of it."""


class TurnAnswer(TypedDict):
    """How the check after the turn of a message ended."""

    at: Time
    attempt: int
    outcome: TurnOutcome
    why: str
    how: CheckEnd | None
    """Null where no check was run; so are the next five."""
    code: int | None
    signal: int | None
    seconds: Seconds | None
    sha256: Sha256 | None
    """Of the script that was run: the one that was sealed at the launch."""
    error: str | None
    tail: str
    """The last lines of its output, cleaned; empty where none were kept."""
    tree: Literal["same", "changed", "unknown"]
    """Whether what git does not ignore changed between the begin of the check and its end."""
    turn: bool
    """Whether the agent was in another turn when the check ended."""
    at_end: bool
    """Whether it is the check of the end of an attempt."""


class TurnCheck(TypedDict):
    """`checks/<run>/<id>.json` of the home: a sender wants to know how the check ends after the turn of a message."""

    schema: Literal["workcell.file.turn-check/1"]
    id: str
    """Also the id of the message that tells it."""
    run: str
    """Id of the run that is checked."""
    attempt: int
    """Its attempt when the message was sent."""
    message: str
    """The file name of the message in its inbox."""
    by: str
    """`person`, or `run:<run>/<attempt>`: who is told."""
    at: Time
    answer: TurnAnswer | None
    """Null until it is known."""
