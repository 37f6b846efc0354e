"""search: words in what was asked, said and done in all conversations, and in briefs and handoffs of runs.

The files themselves are searched, those that were written to last first; there is no index, and hits come as they are
found. A text that stands in several attempts of a run is told once, of the one that was written to last.
"""

from __future__ import annotations

import heapq
import itertools
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workcell.agents import registry
from workcell.agents.protocol import Agent
from workcell.agents.session_files import SessionFile
from workcell.base import clock
from workcell.base.errors import Usage
from workcell.cleaning import caller_cleaner, run_cleaner
from workcell.cleaning.clean import Cleaner
from workcell.rundir import find, start_place, vocabulary
from workcell.rundir.cell import Cell
from workcell.sessions import known, outline, owners, search_file
from workcell.sessions.search_words import Words
from workcell.views import run_texts
from workcell.views.directories import Within

if TYPE_CHECKING:
    from workcell.rundir import schema

LAST = 50
"""Hits that are shown without being asked for more."""


@dataclass(frozen=True)
class Request:
    words: tuple[str, ...]
    """All of them are in one and the same text; one with blanks in it stands there as it is. Case does not count."""
    kinds: tuple[str, ...] = ()
    """Only in these: prompt, answer, command, error, brief, handoff."""
    since: float | None = None
    """Only what was written in the last so many seconds."""
    repo: str | None = None
    """Only where the agent worked in this directory or below it: a path, or the name of a directory."""
    agent: str | None = None
    """Only of this agent."""
    last: int = LAST
    """Maximum number of hits."""


@dataclass(frozen=True)
class Hit:
    """One text that has all the words."""

    kind: schema.FoundIn
    text: str
    """The part of it around the first of the words, on one line."""
    at: str | None
    """When it was written, as its record says; null where it does not."""
    show: str
    """What `workcell show` calls the conversation: the id of a run, or `AGENT:ID` with a unique beginning."""
    title: str | None
    """The name of the run; the title of the session, as `sessions` has it."""
    agent: str | None
    session: str | None
    """The program's own name of the conversation; null where only the run is known."""
    run: str | None
    attempt: int | None
    directory: str | None
    """Where the agent worked."""
    changed_at: str
    """When its file was last written to."""
    path: str
    offset: int | None
    """Where its record begins in that file, in bytes; null in a brief and in a handoff."""


def perform(cell: Cell, request: Request) -> Iterator[Hit]:
    """The operation `search`. Usage for no words and for a kind that there is not, NotFound for an unknown agent."""
    unknown = [kind for kind in request.kinds if kind not in vocabulary.FOUND_IN]
    if unknown:
        raise Usage(f"nothing is searched in {unknown[0]!r}", f"one of: {', '.join(vocabulary.FOUND_IN)}")
    try:
        words = Words(request.words)
    except ValueError as error:
        raise Usage(str(error), "workcell search WORDS") from None
    agent = None if request.agent is None else registry.load(request.agent, cell.home).name
    return itertools.islice(_Search(cell, request, words, agent).hits(), request.last)


@dataclass(frozen=True)
class _Place:
    """What the hits in one file have in common."""

    path: str
    changed: float
    cleaner: Cleaner
    show: str
    title: str | None
    agent: str | None
    session: str | None
    run: str | None
    attempt: int | None
    directory: str | None

    def hit(self, kind: schema.FoundIn, text: str, at: str | None, offset: int | None) -> Hit:
        return Hit(
            kind=kind,
            text=self.cleaner.mask(text),
            at=at,
            show=self.show,
            title=None if self.title is None else self.cleaner.mask(self.title),
            agent=self.agent,
            session=self.session,
            run=self.run,
            attempt=self.attempt,
            directory=self.directory,
            changed_at=clock.stamp(self.changed),
            path=self.path,
            offset=offset,
        )


class _Search:
    """One search, and what is known of the runs and sessions that it came to."""

    def __init__(self, cell: Cell, request: Request, words: Words, agent: str | None) -> None:
        self._cell, self._words, self._agent = cell, words, agent
        self._kinds = request.kinds or vocabulary.FOUND_IN
        self._within = Within(request.repo, cell.directory)
        self._since = None if request.since is None else cell.clock() - request.since
        self._files = known.every(cell.home, cell.environment, agent)
        self._short: dict[str, str] = {}
        self._owners = owners.Owners(cell.home)
        self._agents: dict[str, Agent] = {}
        self._cleaners: dict[str, Cleaner] = {}
        self._told: set[str] = set()
        """Ids of the events that were told: the copy in a run and the program's own file hold the same."""
        self._attempts: dict[tuple[str, str, str], int | None] = {}
        """By run, kind and text: the attempt of which it was told. Prompts and briefs repeat what came before."""

    def hits(self) -> Iterator[Hit]:
        """All hits, those in the files that were written to last first."""
        sources: list[Sequence[SessionFile | run_texts.Texts]] = [self._files, run_texts.every(self._cell.home)]
        for source in heapq.merge(*sources, key=lambda one: -one.changed):
            if self._since is not None and source.changed < self._since:
                return
            found = self._session(source) if isinstance(source, SessionFile) else self._attempt(source)
            yield from (hit for hit in found if self._wanted(hit))

    def _wanted(self, hit: Hit) -> bool:
        """Whether it is one of those that were asked for, and no other attempt of its run has the same text."""
        if hit.kind not in self._kinds or not self._young(hit):
            return False
        return hit.run is None or self._attempts.setdefault((hit.run, hit.kind, hit.text), hit.attempt) == hit.attempt

    def _young(self, hit: Hit) -> bool:
        try:
            return self._since is None or hit.at is None or clock.parse(hit.at) >= self._since
        except ValueError:
            return True

    def _session(self, file: SessionFile) -> Iterator[Hit]:
        """The hits in the program's own file. What it is about is read once there is a hit."""
        agent = self._agents.get(file.agent) or registry.load(file.agent, self._cell.home)
        self._agents[file.agent] = agent
        if not self._within.any and not self._within(outline.of(agent, file).about.directory):
            return
        place: _Place | None = None
        for found in self._new(search_file.search(agent, file.path, self._words)):
            place = place or self._of_session(agent, file)
            yield place.hit(found.kind, found.excerpt, found.event["agent_time"], found.event["ref"]["offset"])

    def _new(self, texts: Iterator[search_file.Found]) -> Iterator[search_file.Found]:
        for found in texts:
            if found.event["id"] not in self._told:
                self._told.add(found.event["id"])
                yield found

    def _of_session(self, agent: Agent, file: SessionFile) -> _Place:
        about, owner = outline.of(agent, file), self._owners.of(file)
        self._short = self._short or known.short_ids(self._files, self._files)
        return _Place(
            path=file.path,
            changed=file.changed,
            cleaner=caller_cleaner.of(self._cell),
            show=f"{file.agent}:{self._short[file.id]}",
            title=owners.title(self._cell.home, owner, about),
            agent=file.agent,
            session=file.id,
            run=owner.run if owner else None,
            attempt=owner.attempt if owner else None,
            directory=about.about.directory,
        )

    def _attempt(self, texts: run_texts.Texts) -> Iterator[Hit]:
        """The hits in brief, handoff and records of one attempt."""
        attempt = texts.attempt()
        agent = None if attempt is None else registry.find(str(attempt["reader"]), self._cell.home)
        directory = None if attempt is None else start_place.path(attempt)
        if not self._within(directory) or (self._agent is not None and (agent is None or agent.name != self._agent)):
            return
        for path, kind, text in texts.written():
            excerpt = self._words.excerpt(text)
            if excerpt is not None:
                yield self._of_attempt(texts, agent, directory, path).hit(kind, excerpt, None, None)
        if agent is None or texts.records is None:
            return
        for found in self._new(search_file.search(agent, texts.records, self._words)):
            place = self._of_attempt(texts, agent, directory, texts.records)
            yield place.hit(found.kind, found.excerpt, found.event["agent_time"], found.event["ref"]["offset"])

    def _of_attempt(self, texts: run_texts.Texts, agent: Agent | None, directory: str | None, path: str) -> _Place:
        run = os.path.basename(texts.run)
        return _Place(
            path=path,
            changed=texts.changed,
            cleaner=self._cleaner(texts.run),
            show=run,
            title=find.name_of(texts.run),
            agent=agent.name if agent else None,
            session=None,
            run=run,
            attempt=texts.n,
            directory=directory,
        )

    def _cleaner(self, run: str) -> Cleaner:
        if run not in self._cleaners:
            self._cleaners[run] = run_cleaner.of_run(run)
        return self._cleaners[run]
