"""One attempt while it is judged: the material, and the claims that were made of it so far."""

from collections.abc import Mapping, Sequence
from datetime import tzinfo
from typing import Any

from workcell.judgement import signals as firing
from workcell.judgement.evidence import Evidence
from workcell.judgement.session import Session
from workcell.judgement.signals import Fired, Signal

Material = dict[str, Any]
"""All that is judged, as plain data:

agent       claude, codex, …
reader      whether what that agent records can be read; absent is yes. Of any other program exit 0 proves nothing
records     [{file, kind: stream | transcript | hook, session, said_at: epoch}]
frames      [{name, rows, screen}] rendered screens and what they say, oldest first; the last one is how it stands
stdout      the words on stdout that are no records, or None
stdout_asks whether they end with a question
stderr      its text, or None
exit        {code, signal, how: as in exit.json, ended_by: time | None} or None while it runs
exits       {codes: {code: {verdict, confidence, words}}, noise: [words], trying: [words]}: what the agent's exit codes
            mean, how lines of its stderr begin that say nothing, and what its last line says while it tries again
processes   {killed: bool, left: [words]} or None
bounds      [words] on limits of memory and processes that were hit; may be absent
tampered    what was changed, or None
now         epoch; `local` the zone that the agent's words without a zone are in
"""


class Case:
    """The claims gathered from one material, and what they rest on."""

    def __init__(self, material: Material, signals: Sequence[Signal]) -> None:
        self.material = material
        self.signals = signals
        self.agent: str = material["agent"]
        self.reads = bool(material.get("reader", True))
        self.now: float = material["now"]
        self.local: tzinfo | None = material.get("local")
        self.claims: list[Evidence] = []
        self.open: list[tuple[Session, str]] = []
        """Sessions whose turn is open, each with the source that says so."""
        self.judged: list[str] = []
        """Names of the files and screens that were looked at."""
        self.screen: dict[str, Any] | None = None

    def claim(self, one: Evidence) -> Evidence:
        """Add a claim, and give it back."""
        self.claims.append(one)
        return one

    def fire_on_text(self, source: str, text: str, region: str | None = None) -> list[Fired]:
        """The signals of this agent that fire on words of stderr, stdout or a region of the screen."""
        return firing.on_text(self.signals, self.agent, source, text, self.now, self.local, region)

    def fire_on_record(self, kind: str, record: Mapping[str, Any], said_at: float) -> list[Fired]:
        """The signals of this agent that fire on an event of that kind."""
        return firing.on_record(self.signals, self.agent, kind, record, said_at, self.local)


def names(fired: Sequence[Fired]) -> list[str]:
    """`id/version` of each signal."""
    return [f"{one['id']}/{one['version']}" for one in fired]


def first_reset(fired: Sequence[Fired]) -> dict[str, Any] | None:
    """The reset time that the surest signal with one tells."""
    return next((one["reset"] for one in fired if one["reset"]), None)
