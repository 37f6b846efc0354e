"""The records of an inbox: messages, what became of them, and changes of those that wait."""

from typing import Literal, NotRequired

from typing_extensions import TypedDict

from workcell.rundir.schema.literals import (
    Decision,
    InboxVerb,
    MessageKind,
    MessageMode,
    MessagePart,
    SaidState,
    Seconds,
    Time,
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
    """`person`, `rule`, `playbook:<name>`, `run:<run>/<attempt>`, or `watch:<run>/<attempt>` for word of a run that
    is watched."""
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
