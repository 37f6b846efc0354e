"""sessions: the conversations that agent programs had on this machine, started by workcell or not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from workcell.agents import registry
from workcell.agents.session_files import SessionFile
from workcell.base import clock
from workcell.base.errors import Usage
from workcell.cleaning import caller_cleaner, run_cleaner
from workcell.cleaning.clean import Cleaner
from workcell.rundir import find, layout
from workcell.rundir.cell import Cell
from workcell.sessions import begun, known, outline, owners, questions, running, short_records
from workcell.sessions.owners import Owner
from workcell.sessions.running import Running
from workcell.sessions.search_words import Words
from workcell.views.directories import Within

if TYPE_CHECKING:
    from workcell.rundir import schema

LAST = 50
"""Sessions that are shown without being asked for more: only their files are opened."""


PROVED = ("terminal", "headless", "background", "workcell")
"""Through what sessions were begun that were examined with the real programs."""


@dataclass(frozen=True)
class Request:
    agent: str | None = None
    """Only the sessions of this agent."""
    repo: str | None = None
    """Only those that work in this directory or below it: a path, or the name of a directory."""
    since: float | None = None
    """Only those that were written to in the last so many seconds."""
    live: bool = False
    """Only those that a process has open, and the processes whose session is not known."""
    foreign: bool = False
    """Only those that belong to no run and were begun by none."""
    waiting: bool = False
    """Only those that wait for a person."""
    testing: bool = False
    """Only those that run tests now."""
    failing: bool = False
    """Only those whose last turn failed, or had a failure."""
    about: str | None = None
    """Only those that are about these words: in their title, in what was asked or said last, or in what their run was
    about."""
    last: int = LAST
    """Only so many, those that were written to last."""
    everything: bool = False
    """All of them."""


@dataclass(frozen=True)
class Session:
    """One conversation of an agent program, as the two ends of its file tell."""

    agent: str
    id: str
    """The program's own name of it."""
    short: str
    """The shortest beginning of the id that no other session has, of 8 characters or more."""
    path: str
    size: int
    """Bytes of the file."""
    directory: str | None
    """Where the agent works."""
    branch: str | None
    """Of git, at the last record that names one."""
    version: str | None
    """Of the program."""
    model: str | None
    via: schema.SessionVia
    """Through what it was begun."""
    proved: bool
    """Whether sessions that were begun so were examined with the real program; of others the files may tell less."""
    title: str | None
    """The program's own title, else what was asked first; of a session that a run began, also one that was
    removed, the objective of the run, unless a person named it."""
    prompt: str | None
    """What was asked last."""
    said: str | None
    """The last words of the agent."""
    turn: schema.SessionTurn | None
    """How the last turn stands: `open`, `asks`, `ended`, `failed`; null where the end of the file does not tell."""
    started_at: str | None
    changed_at: str
    """When it was last written to."""
    run: str | None
    """The id of the run that had it last; null for a foreign session."""
    attempt: int | None
    processes: list[Running]
    """The processes that have it open; empty where none was found."""
    summary: str | None = None
    """Of a session that a run has: what a command of `summarize` said of its last turns, or what `analysis.json` says
    once the run is over; null without one."""
    topics: list[str] = field(default_factory=list)
    """Of a session of a run that is over: where most was changed, and words of its title."""


@dataclass(frozen=True)
class Result:
    sessions: list[Session]
    """Those that were written to last first."""
    hidden: int
    """Number of sessions that were not looked at, since as many as were asked for are shown."""
    processes: list[Running]
    """With `live`: the processes of agent programs whose session is not known or has no file yet."""


def perform(cell: Cell, request: Request) -> Result:
    """The operation `sessions`. NotFound for an agent that is not known, Usage for no topic. Nothing is written."""
    topic = _topic(request)
    files = known.every(cell.home, cell.environment, request.agent)
    processes = running.every(cell.home, cell.environment)
    open_in: dict[tuple[str, str | None], list[Running]] = {}
    for one in processes:
        open_in.setdefault((one.agent, one.session), []).append(one)
    wanted = [file for file in files if _may_fit(file, request, cell.clock(), open_in)]
    owned = owners.Owners(cell.home)
    if request.foreign:
        wanted = [file for file in wanted if owned.of(file) is None]
    chosen, looked = _chosen(cell, request, wanted, _Fits(cell, request, topic, open_in, owned))
    short = known.short_ids(files, (file for file, _ in chosen))
    cleaner = caller_cleaner.of(cell)
    sessions = [
        _session(file, found, _Owned(short[file.id], owned.of(file), cell.home, found), open_in, cleaner)
        for file, found in chosen
    ]
    shown = {(file.agent, file.id) for file, _ in chosen}
    lost = [one for one in processes if request.live and (one.agent, one.session) not in shown]
    name = None if request.agent is None else registry.resolve_alias(request.agent, cell.home)
    return Result(sessions, len(wanted) - looked, [one for one in lost if name in (None, one.agent)])


def _may_fit(
    file: SessionFile, request: Request, now: float, open_in: Mapping[tuple[str, str | None], list[Running]]
) -> bool:
    """Whether the session is one of those that were asked for, as far as its file tells without being opened."""
    if request.since is not None and file.changed < now - request.since:
        return False
    return not request.live or (file.agent, file.id) in open_in


def _chosen(
    cell: Cell, request: Request, wanted: Sequence[SessionFile], fits: _Fits
) -> tuple[list[tuple[SessionFile, outline.Outline]], int]:
    """(the sessions that were asked for with their outlines, how many were looked at for them)."""
    agents = {name: registry.load(name, cell.home) for name in {file.agent for file in wanted}}
    chosen: list[tuple[SessionFile, outline.Outline]] = []
    for number, file in enumerate(wanted):
        if len(chosen) >= request.last and not request.everything:
            return chosen, number
        found = outline.of(agents[file.agent], file)
        if fits(file, found):
            chosen.append((file, found))
    return chosen, len(wanted)


def _topic(request: Request) -> Words | None:
    try:
        return None if request.about is None else Words(request.about.split())
    except ValueError:
        raise Usage("--about names no word", "workcell sessions --about login") from None


class _Fits:
    """Whether a session is one of those that were asked for, by what its file tells."""

    def __init__(
        self,
        cell: Cell,
        request: Request,
        topic: Words | None,
        open_in: Mapping[tuple[str, str | None], list[Running]],
        owned: owners.Owners,
    ) -> None:
        self._owned, self._home = owned, cell.home
        self._within = Within(request.repo, cell.directory)
        self._request, self._topic, self._open_in = request, topic, open_in

    def __call__(self, file: SessionFile, found: outline.Outline) -> bool:
        asked, open_now = self._request, (file.agent, file.id) in self._open_in
        return (
            self._within(found.about.directory)
            and (not asked.foreign or found.objective is None)
            and (not asked.waiting or questions.waits(found, open_now))
            and (not asked.testing or questions.tests(found, open_now))
            and (not asked.failing or questions.fails(found))
            and (self._topic is None or self._is_about(file, found, self._topic))
        )

    def _is_about(self, file: SessionFile, found: outline.Outline, topic: Words) -> bool:
        """By its own words, else by the topics and the summary of its run."""
        if questions.about(found, topic):
            return True
        return _Owned("", self._owned.of(file), self._home, found).is_about(topic)


class _Owned:
    """What the run that has a session says of it."""

    def __init__(self, short: str, owner: Owner | None, home: str, found: outline.Outline) -> None:
        self.short, self.owner = short, owner
        self.title = owners.title(home, owner, found)
        self.summary: str | None = None
        self.topics: list[str] = []
        run = None if owner is None else find.path_of(home, owner.run)
        directory = None if owner is None or run is None else layout.attempt(run, owner.attempt)
        if run is not None and directory is not None and short_records.any_of(directory):
            cleaner = run_cleaner.of_run(run)
            over = short_records.analysis(directory, cleaner)
            self.summary = short_records.summary_text(directory, cleaner)
            self.topics = over["topics"] if over is not None else []

    def is_about(self, topic: Words) -> bool:
        """Whether title, topics and summary have all the words."""
        return topic.at(" ".join([self.title or "", *self.topics, self.summary or ""])) is not None


def _session(
    file: SessionFile,
    found: outline.Outline,
    owned: _Owned,
    open_in: Mapping[tuple[str, str | None], list[Running]],
    cleaner: Cleaner,
) -> Session:
    """The record of one session, with its secrets masked."""

    via = begun.through(found.about, lost=owned.owner is None and found.objective is not None)

    def masked(text: str | None) -> str | None:
        return None if text is None else cleaner.mask(text)

    return Session(
        agent=file.agent,
        id=file.id,
        short=owned.short,
        path=file.path,
        size=file.size,
        directory=found.about.directory,
        branch=found.about.branch,
        version=found.about.version,
        model=found.about.model,
        via=via,
        proved=via in PROVED,
        title=masked(owned.title),
        prompt=masked(found.last_prompt),
        said=masked(found.said),
        turn=found.turn,
        started_at=found.about.started_at,
        changed_at=clock.stamp(file.changed),
        run=owned.owner.run if owned.owner else None,
        attempt=owned.owner.attempt if owned.owner else None,
        processes=open_in.get((file.agent, file.id), []),
        summary=owned.summary,
        topics=owned.topics,
    )
