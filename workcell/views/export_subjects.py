"""What is exported: the attempts of a run, or a session of an agent program that belongs to none."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from workcell.agents import registry
from workcell.agents.session_files import SessionFile
from workcell.base import clock
from workcell.base.errors import NotFound, Usage
from workcell.cleaning import caller_cleaner, run_cleaner
from workcell.cleaning.counted import Counted
from workcell.rundir import look
from workcell.rundir.cell import Cell
from workcell.sessions import agent_log, conversation, outline, owners
from workcell.sessions.session_reading import SessionTalk
from workcell.views import export_cast, log_lines, recordings
from workcell.views.export_forms import Head, Source


@dataclass(frozen=True)
class Asked:
    """What of it is wanted."""

    attempt: int | None
    raw: bool
    newest: bool
    """Only the current attempt, where none is named."""


class Subject(NamedTuple):
    """One thing to export."""

    id: str
    name: str | None
    attempts: list[int]
    """Empty for a session."""
    head: Head
    sources: list[Source]
    clean: Counted
    cast: Callable[[], Iterator[str]]
    """The lines of an asciicast. Refused where it cannot be played, before any line."""


def of_run(cell: Cell, run: str, asked: Asked) -> Subject:
    """A run. NotFound for an attempt that is not there."""
    seen = look.at(run)
    attempts = [n for n in range(1, seen.n + 1) if agent_log.born(run, n)]
    if asked.attempt is not None:
        if asked.attempt not in attempts:
            raise NotFound(f"{seen.id} has no attempt {asked.attempt}", f"workcell status {seen.id}")
        attempts = [asked.attempt]
    elif asked.newest:
        attempts = attempts[-1:]
    clean = Counted(None if asked.raw else run_cleaner.values(run))
    sources = [_source(seen, n, len(attempts) > 1) for n in attempts]
    head = _run_head(seen, sources, clean, clock.stamp(cell.clock()))

    def cast() -> Iterator[str]:
        return _drawn(recordings.Recording(seen, attempts[-1] if attempts else 0), head, clean)

    return Subject(seen.id, seen.launch.get("name") if seen.launch else None, attempts, head, sources, clean, cast)


def _source(seen: look.Look, n: int, several: bool) -> Source:
    talk = conversation.of_attempt(seen, n)
    lines = iter(()) if talk is not None else log_lines.uncleaned(seen, n)
    return Source(f"Attempt {n}" if several else None, n, talk, lines)


def _drawn(record: recordings.Recording, head: Head, clean: Counted) -> Iterator[str]:
    """An asciicast of one attempt."""
    yield export_cast.header(head, record.columns, record.rows, record.began)
    if not record.drawn:
        yield from export_cast.told(record.lines(clean))
    elif head.redacted:
        yield from export_cast.drawn(record.frames(), record.columns, record.rows)
        clean.taken += record.taken
    else:
        yield from export_cast.raw(record.pieces())


def _run_head(seen: look.Look, sources: list[Source], clean: Counted, now: str) -> Head:
    talks = [source.talk for source in sources if isinstance(source.talk, conversation.Conversation)]
    last = look.Sealed(seen, seen.n) if seen.n else None
    known = {
        "Run": seen.id,
        "Objective": seen.objective,
        "Repository": seen.repo,
        "Recipe": seen.recipe_name,
        "Agent": talks[-1].agent.name if talks else None,
        "Model": last.attempt.get("model") if last and last.attempt else None,
        "Launched": seen.launch.get("created_at") if seen.launch else None,
        "Ended": last.exit.get("ended_at") if last and last.exit else None,
        "Outcome": ": ".join(word for word in (seen.outcome, seen.reason) if word),
    }
    return Head(seen.id, clean.text(seen.name), _facts(known, clean), now, clean.redacts)


def of_session(cell: Cell, file: SessionFile, asked: Asked) -> Subject:
    """A session. Usage for one of its attempts, since it has none; NotFound where its file is gone."""
    if asked.attempt is not None:
        raise Usage("a session has no attempts", f"workcell export {file.agent}:{file.id}")
    agent = registry.load(file.agent, cell.home)
    about = outline.of(agent, file)
    clean = Counted(None if asked.raw else caller_cleaner.of(cell).secrets)
    talk = SessionTalk(agent, file, about.about.directory)
    known = {
        "Session": f"{file.agent}:{file.id}",
        "Directory": about.about.directory,
        "Branch": about.about.branch,
        "Model": about.about.model,
        "Begun": about.about.started_at,
    }
    title = " ".join((owners.title_of(cell.home, file, about) or file.id).split())
    head = Head(file.id, clean.text(title), _facts(known, clean), clock.stamp(cell.clock()), clean.redacts, "session")

    def cast() -> Iterator[str]:
        yield export_cast.header(head, recordings.COLUMNS, recordings.ROWS, recordings.seconds(about.about.started_at))
        yield from export_cast.told(recordings.told(talk, clean))

    return Subject(file.id, head.title, [], head, [Source(None, None, talk, iter(()))], clean, cast)


def _facts(known: dict[str, str | None], clean: Counted) -> dict[str, str]:
    """What is known, on one line each, without what is not."""
    return {label: clean.text(" ".join(str(value).split())) for label, value in known.items() if value}
