"""watch_words: what a run is told of another one that it watches: how it stands, what was done, and the next command.

The words of the watched agent go into the conversation of another: secrets of its run are masked, and no more than
LONGEST characters of them are told.
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from workcell.base import clock
from workcell.cleaning import run_cleaner
from workcell.finish import handoff, read_handoff
from workcell.rundir import look, phase
from workcell.rundir import status as documents
from workcell.texts import compose

if TYPE_CHECKING:
    from workcell.finish.watchers import Standing
    from workcell.rundir import schema

OVER, GONE, UNREADABLE = "over", "gone", "unreadable"
ATTENTION, IDLE, DUE = "attention", "idle", "due"
"""What a watch can be told."""

LONGEST = 1200
"""Maximum characters of the agent's own words."""


def text(standing: Standing, how: str) -> str:
    """The message to a watcher of the run: what has come, by one of the words above."""
    seen = standing.seen
    named = seen.id if seen.name == seen.id else f"{seen.id} ({seen.name})"
    if how == GONE:
        return _joined([f"The run {seen.id}, which you watch, is gone: it was removed, or never began."], ["ls --all"])
    cleaner = run_cleaner.of_run(seen.run)
    if how == OVER:
        first = f"The run {named}, which you watch, is over: {seen.outcome}, {cleaner.line(str(seen.reason or '-'))}."
        return _joined([first, *_done(seen), *_branch(seen)], _next(seen))
    if how == UNREADABLE:
        first = f"The run {named}, which you watch, cannot be read: {cleaner.line(str(seen.why or '-'))}."
        return _joined([first], [f"status {seen.id}"])
    if how == ATTENTION:
        need = standing.needs
        why = cleaner.line(str((need.get("why") if need else None) or "its state says so"))
        told = f"A person can do that: {need['command']}" if need else ""
        first = f"The run {named}, which you watch, needs a person: {why}."
        return _joined([first, *([told] if told else [])], [f"status {seen.id}"])
    if how == IDLE:
        first = f"The run {named}, which you watch, has ended its turn and waits for words."
        return _joined([first, *_said(seen)], [f"send {seen.id} 'TEXT'", f"show {seen.id} --last 1"])
    state = documents.state_of(seen, standing.activity if seen.phase == phase.RUNNING else None)
    first = f"The time for which you watch the run {named} is over. It is {state} at {clock.local(standing.now)}."
    return _joined([first], [f"watch {seen.id} --within 10m", f"status {seen.id}"])


def taken_back(run: str) -> str:
    """The message to a watcher whose watch a person took back."""
    return _joined([f"A person took back your watch on the run {run}: you will not be told of it."], [f"status {run}"])


def _joined(parts: list[str], commands: list[str]) -> str:
    words = [command if command.startswith("git ") else f"workcell {command}" for command in commands]
    return "\n\n".join([*parts, "Next: " + "; or ".join(words)])


def _done(seen: look.Look) -> list[str]:
    """What the handoff says under Done, else what the agent said last; nothing where there is neither."""
    if handoff.agent_words(seen.directory):
        told = compose.handoff_parts(read_handoff.read(seen.run).text).get("Done", "")
        return [f"Done, in its own words:\n{_cut(told)}"] if told.strip() else []
    return _said(seen)


def _said(seen: look.Look) -> list[str]:
    last = run_cleaner.of_run(seen.run).text(handoff.last_message(seen))
    return [f"It said last:\n{_cut(last)}"] if last.strip() else []


def _cut(words: str) -> str:
    words = words.strip()
    return words if len(words) <= LONGEST else f"{words[:LONGEST].rstrip()} … (workcell handoff has all of it)"


def _branch(seen: look.Look) -> list[str]:
    """Where the work is, and how much of it is committed."""
    git = _git(seen)
    if git is None:
        return []
    parts = [f"{_count(git['commits'] or 0, 'commit')} since its launch"]
    if git["dirty_count"]:
        parts.append(f"{_count(git['dirty_count'], 'path')} not committed")
    where = f"Branch: {git['branch']}" if git["branch"] else "No branch"
    return [f"{where}, {', '.join(parts)}, in {seen.cwd}"]


def _git(seen: look.Look) -> schema.GitFacts | None:
    facts = look.facts_at(seen, seen.n)
    return facts.get("git") if facts else None


def _count(number: int, what: str) -> str:
    return f"{number or 'no'} {what}{'' if number == 1 else 's'}"


def _next(seen: look.Look) -> list[str]:
    """The commands that go on from the end of a run."""
    if seen.outcome != "passed":
        return [f"handoff {seen.id}", documents.go_on(seen).removeprefix("workcell ")]
    git = _git(seen)
    if git is None or not git["branch"] or seen.launch is None or not seen.launch.get("worktree"):
        return [f"handoff {seen.id}"]
    steps = []
    if git["dirty_count"]:  # a program whose sandbox keeps .git from it leaves all of its work so
        there = f"git -C {shlex.quote(str(seen.cwd))}"
        steps += [f"{there} add -A", f"{there} commit -m {shlex.quote(seen.name)}"]
    if steps or git["commits"]:
        steps.append(f"git merge {git['branch']}")
    return [*([" && ".join(steps)] if steps else []), f"handoff {seen.id}"]
