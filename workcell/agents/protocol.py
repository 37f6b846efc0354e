"""The facets of one agent program, each of which is a module of its folder or plain data."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, Protocol

from workcell.agents.events import Event, Foreign, Memory, Where
from workcell.agents.session_files import SessionFiles

if TYPE_CHECKING:
    from workcell.judgement import case
    from workcell.judgement.composer import Line
    from workcell.judgement.screen import Screen
    from workcell.judgement.title import Doing

OK, WARN, FAIL = "ok", "warn", "fail"


class Records(Protocol):
    """Reads the records of the program: its output and its transcript, as JSON lines.

    Pure: everything that it keeps from one record to the next is in `memory`, which can be written as JSON.
    """

    def transcripts(self, env: Mapping[str, str], cwd: str, session: str | None) -> list[str]:
        """Path patterns (glob) where the transcript of that session lies, the likeliest first."""

    def begins(self, record: Foreign) -> bool:
        """Whether the program's output begins with such a record; an answer in plain words may hold others."""

    def read(self, record: Foreign, memory: Memory, where: Where) -> list[Event]:
        """The events of one record; one of an unknown type becomes an event `raw`."""

    def close(self, memory: Memory, where: Where) -> list[Event]:
        """The events that are left when no more records will come, e.g. the tokens of the last message."""


class Hooks(Protocol):
    """Reads the payloads that the program gives its hooks. Keys of a payload beyond the common ones stand, one a
    line, in the file `hook_keys` of the folder: `faces/hook.py` brings no others."""

    def read(self, payload: Foreign, memory: Memory, where: Where) -> list[Event]:
        """The events of one hook payload; `where.at` is the time stamp of its arrival."""


class Terminal(Protocol):
    """Reads the program's terminal. Rows are rendered, the top one first."""

    def read(self, rows: Sequence[str]) -> Screen:
        """What the last frame says; see `judgement.screen` for the forms."""

    def composer(self, rows: Sequence[str]) -> Line | None:
        """The line in which a person types; None where there is none, as under a dialog."""

    def doing(self, title: str) -> Doing:
        """What the title of the terminal says."""


@dataclass(frozen=True)
class Finding:
    """One line about a program: `level` ok, warn or fail; `cure` says how to mend what is wrong."""

    level: str
    subject: str
    words: str
    cure: str | None = None


@dataclass(frozen=True)
class Start:
    """How a program would be started: the recipe's name, its command, the environment, and whether in a terminal."""

    recipe: str
    command: Sequence[str]
    env: Mapping[str, str]
    terminal: bool


class SignIn(Protocol):
    """Looks before a launch whether the program can work; reads files and the environment, and sends nothing."""

    def check(self, start: Start) -> list[Finding]:
        """The findings on sign-in, and on the questions that the program would ask first."""


class ExitCode(NamedTuple):
    """The meaning of one exit code of the program, where no signal of a playbook says more."""

    verdict: str
    confidence: float
    words: str


@dataclass(frozen=True)
class Exits:
    """How the program ends: the meaning of exit codes, and of lines on its standard error."""

    codes: Mapping[int, ExitCode] = field(default_factory=dict)
    noise: tuple[str, ...] = ()
    """The beginnings of lines that it writes to standard error in every run: they say nothing of a failure."""
    trying: tuple[str, ...] = ()
    """Words in a last line by which it says that it tries a request again."""

    def as_material(self) -> case.Exits:
        """The same as plain data."""
        codes: dict[int, case.ExitMeaning] = {
            code: {"verdict": meaning.verdict, "confidence": meaning.confidence, "words": meaning.words}
            for code, meaning in self.codes.items()
        }
        return {"codes": codes, "noise": self.noise, "trying": self.trying}


@dataclass(frozen=True)
class Agent:
    """All knowledge of one agent program, except its account (`account.py` of its folder). A facet that it does
    not have is None."""

    name: str
    """The name of its folder, `reader` in recipes and `agents` in signals."""
    title: str
    """Its name for people."""
    terminal: Terminal
    records: Records | None = None
    hooks: Hooks | None = None
    sign_in: SignIn | None = None
    sessions: SessionFiles | None = None
    """Where it keeps the sessions of a person; see `session_files.SessionFiles`."""
    exits: Exits = Exits()
    aliases: tuple[str, ...] = ()
    """Other names of it, e.g. of its package."""
    skills: str | None = None
    """Where it looks for skills, below a repository or the home directory."""
    given_session: bool = False
    """Whether it is told its session id beforehand; else the id is learned from its first record."""
    tools: tuple[str, ...] = ()
    """Names of its tools, as its hooks say them; a newer version of it may have others."""
    may_bound_turn: Callable[[bytes], bool] | None = None
    """Whether a line of a transcript may be a prompt or the end of a turn, by its bytes alone; None: any line may."""
    begun_by: tuple[str, ...] = ()
    """Values of `type` of the records of which a transcript must hold one before the program can continue it; with
    none, any whole record will do."""

    def read(self, record: Foreign, memory: Memory, where: Where) -> list[Event]:
        """The events of one record; see `Records.read`."""
        return self.records.read(record, memory, where) if self.records else []

    def close(self, memory: Memory, where: Where) -> list[Event]:
        """The events that are left at the end; see `Records.close`."""
        return self.records.close(memory, where) if self.records else []

    def hook(self, payload: Foreign, memory: Memory, where: Where) -> list[Event]:
        """The events of one hook payload; see `Hooks.read`."""
        return self.hooks.read(payload, memory, where) if self.hooks else []

    def transcripts(self, env: Mapping[str, str], cwd: str, session: str | None) -> list[str]:
        """Where its transcript lies; see `Records.transcripts`."""
        return self.records.transcripts(env, cwd, session) if self.records else []

    def reads(self) -> bool:
        """Whether anything that it records can be read."""
        return self.records is not None or self.hooks is not None
