"""One attempt while it is judged: the material, and the claims that were made from it so far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import tzinfo
from typing import TYPE_CHECKING, Literal, NotRequired, Required, TypedDict

from workcell.judgement import signals as firing
from workcell.judgement.screen import Kind, Screen
from workcell.judgement.signals import Fired, Signal

if TYPE_CHECKING:
    from workcell.judgement.evidence import Claim
    from workcell.judgement.reset import Reset
    from workcell.rundir import schema


class Recorded(TypedDict):
    """One file that the agent's program wrote, or all that its hooks told."""

    file: str
    """Name of the file, for people."""
    kind: schema.CaptureSource
    session: schema.Session
    said_at: NotRequired[float]
    """When its last word was written, in epoch seconds; else it is taken to be now."""


class Frame(TypedDict):
    """One rendered screen, and its reading."""

    name: str
    rows: Sequence[str]
    screen: Screen


class Ended(TypedDict):
    """How the agent's process ended."""

    code: int | None
    signal: int | None
    how: schema.ExitHow | None
    """As in exit.json."""
    ended_by: Literal["time"] | None
    """`time` for one that was ended because its time was up."""
    stopper: NotRequired[str]
    """Of one that was stopped: who asked for it, in words."""


class ExitMeaning(TypedDict):
    """What one exit code of the agent's program means."""

    verdict: str
    confidence: float
    words: str


class Exits(TypedDict):
    """How the agent's program ends."""

    codes: Mapping[int, ExitMeaning]
    noise: Sequence[str]
    """The beginnings of lines of its stderr that say nothing."""
    trying: Sequence[str]
    """Words of its last line while it tries a request again."""


class Left(TypedDict):
    """The processes that an attempt left behind."""

    killed: bool
    left: list[str]
    """A line for each process that lives on."""


class Material(TypedDict, total=False):
    """All that is judged, as plain data. Of the keys that are not required, absent is unknown."""

    agent: Required[str]
    """claude, codex, …"""
    now: Required[float]
    """In epoch seconds."""
    local: tzinfo | None
    """The zone of the agent's words that name none."""
    reader: bool
    """Whether what that agent records can be read; absent is yes. Of any other program exit code 0 proves nothing."""
    records: list[Recorded]
    frames: list[Frame]
    """Oldest first; the last one is the screen as it stands."""
    stdout: str | None
    """The words on stdout that are no records."""
    stdout_asks: bool
    """Whether they end with a question."""
    stderr: str | None
    exit: Ended | None
    """None while it runs."""
    exits: Exits
    processes: Left | None
    bounds: list[str]
    """Words on limits of memory and processes that were hit."""
    tampered: str | None
    """Names the file that was changed."""


class LastFrame(TypedDict):
    """The screen that was judged, in short."""

    frame: str
    kind: Kind
    text: str


class Case:
    """The claims gathered from one material, and what they rest on."""

    def __init__(self, material: Material, signals: Sequence[Signal]) -> None:
        self.material = material
        self.agent = material["agent"]
        self.signals = [signal for signal in signals if signal.holds_for(self.agent)]
        self.reads = bool(material.get("reader", True))
        self.now = material["now"]
        self.local = material.get("local")
        self.claims: list[Claim] = []
        self.open: list[tuple[schema.Session, schema.EvidenceSource]] = []
        """Sessions whose turn is open, each with the source that says so."""
        self.judged: list[str] = []
        """Names of the files and screens that were looked at."""
        self.screen: LastFrame | None = None

    def claim(self, one: Claim) -> Claim:
        """Add a claim, and give it back."""
        self.claims.append(one)
        return one

    def fire_on_text(self, source: str, text: str, region: str | None = None) -> list[Fired]:
        """The signals of this agent that fire on words of stderr, stdout or a region of the screen."""
        return firing.on_text(self.signals, source, text, self.now, self.local, region)

    def fire_on_record(self, kind: schema.AgentEventType, record: schema.Detail, said_at: float) -> list[Fired]:
        """The signals of this agent that fire on an event of that kind."""
        return firing.on_record(self.signals, kind, record, said_at, self.local)


def names(fired: Sequence[Fired]) -> list[str]:
    """`id/version` of each signal."""
    return [f"{one['id']}/{one['version']}" for one in fired]


def first_reset(fired: Sequence[Fired]) -> Reset | None:
    """The reset time that the surest signal with one tells."""
    return next((one["reset"] for one in fired if one["reset"]), None)
