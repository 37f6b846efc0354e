"""inbox: the messages of runs: what waits, what is being typed, what was refused, what a person has to release."""

import os
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from workcell.cleaning import run_cleaner
from workcell.cleaning.clean import Cleaner
from workcell.rundir import find, inbox, inbox_edits, layout, maildir, turn_checks
from workcell.rundir.cell import Cell

if TYPE_CHECKING:
    from workcell.rundir import schema
    from workcell.rundir.schema.inbox import TurnCheck

OPEN = (inbox.TYPED, inbox.QUEUED, inbox.SUGGESTED, inbox.REFUSED)
"""States of messages that are listed, in this order; the others are asked for."""

EVERY = (*OPEN, inbox.ACCEPTED, inbox.REMOVED)


@dataclass(frozen=True)
class Request:
    run: str | None = None
    """An id, a name, a unique prefix, a path, or `-` for the newest run. Without one: inside a run that run, else all
    runs in which something waits."""
    all: bool = False
    """Also messages that the agent has, and those that were taken out."""


@dataclass(frozen=True)
class Entry:
    """One message. Its texts are cleaned, and secrets in them masked."""

    id: str
    state: str
    """queued, typed, accepted, refused, suggested or removed."""
    kind: str
    mode: str | None
    """Of a text: sequential, important or urgent."""
    by: str
    """`person`, `rule`, `playbook:<name>`, or `run:<run>/<attempt>`."""
    at: str | None
    text: str
    why: str | None
    """Why it waits or was refused, by what it is known to be accepted, or what was done with it."""
    replaces: str | None = None
    """The message in whose place it was put."""
    into: str | None = None
    """Of one that was taken out: the message in its place."""
    check: str | None = None
    """Of one that was sent with `verify`: that its check is yet to come, or how it ended."""
    output: str | None = None
    """The end of the output of that check, where it did not pass."""
    attempts: list[int] = field(default_factory=list)
    """Of one that the agent has: the attempts whose briefs hold it; several where a turn with it did not end."""


@dataclass(frozen=True)
class Box:
    """The messages of one run: what is being typed first, what waits in the order in which it is typed."""

    id: str
    name: str | None
    messages: list[Entry]


@dataclass(frozen=True)
class Result:
    runs: list[Box]


def perform(cell: Cell, request: Request) -> Result:
    """The operation `inbox ls`. Looks only. Raises what `find.run` raises.

    A run that was not named is left out where nothing waits in it.
    """
    if request.run is not None:
        return Result([_box(find.run(cell.home, request.run), request.all)])
    if cell.caller.inside:
        return Result([_box(cell.caller.runs[0], request.all)])
    there = [find.path_of(cell.home, run) for run in find.ids_of(cell.home)]
    boxes = [_box(run, request.all) for run in there if request.all or _waits(run)]
    return Result([box for box in boxes if box.messages])


def _waits(run: str) -> bool:
    """Whether there is anything of which a person would want to know: two or three calls for each run of the home."""
    box = os.path.join(run, layout.INBOX)
    return any(maildir.waiting(box, part) for part in (maildir.NEW, layout.TYPED, layout.SUGGESTED, layout.EDITS))


def _box(run: str, every: bool) -> Box:
    cleaner = run_cleaner.of_run(run)
    checks = _checks(run)
    # first: what is brought to its end meanwhile is met in its place
    brought = inbox_edits.under_way(run)
    told = _told_in(run) if every else {}
    found = [
        _in_briefs(_entry(run, state, name, message, cleaner, checks.get(name)), told.get(str(message.get("id"))))
        for state in (EVERY if every else OPEN)
        for name, message in inbox.in_order(_in_state(run, state, brought))
    ]
    return Box(os.path.basename(run), find.name_of(run), found)


def _in_state(
    run: str, state: str, brought: "list[tuple[str, str, schema.Message]]"
) -> "list[tuple[str, schema.Message]]":
    """The messages in that state, with those that a change that was killed puts there."""
    stand = inbox.in_state(run, state)
    names = {name for name, _ in stand}
    new = [(name, one) for part, name, one in brought if _PARTS[part] == state and name not in names]
    return [*stand, *new]


_PARTS = {maildir.NEW: inbox.QUEUED, layout.SUGGESTED: inbox.SUGGESTED}


def _checks(run: str) -> "dict[str, TurnCheck]":
    """The checks that were asked for with messages, by the file names of these."""
    home, name = layout.home_of(run), os.path.basename(run)
    if not turn_checks.there(home):
        return {}
    known = [*turn_checks.every_done(home, name), *turn_checks.open_requests(home, name)]
    return {one["message"]: one for one in known}


def _entry(
    run: str, state: str, name: str, message: "schema.Message", cleaner: Cleaner, check: "TurnCheck | None" = None
) -> Entry:
    told, taken = inbox.said(run, name), inbox.taken(message)
    if taken is not None:
        why: object = f"{_DONE[taken['verb']]} by {taken['by']} at {taken['at']}"
    else:
        why = told.get("evidence" if state == inbox.ACCEPTED else "why") if told is not None else None
    mode, at, before = message.get("mode"), message.get("at"), message.get("replaces")
    checked, output = _of_check(check, cleaner)
    return Entry(
        id=name.removesuffix(".json"),
        state=state,
        kind=message["kind"],
        mode=cleaner.line(str(mode)) if mode else None,
        by=cleaner.line(str(message.get("by") or "person")),
        at=cleaner.line(str(at)) if at else None,
        text=cleaner.text(str(message.get("text") or message.get("choice") or message["kind"])),
        why=cleaner.line(str(why)) if why else None,
        replaces=cleaner.line(str(before)) if before else None,
        into=cleaner.line(taken["into"]) if taken is not None and taken["into"] else None,
        check=checked,
        output=output,
    )


def _told_in(run: str) -> dict[str, list[int]]:
    """The numbers of the attempts whose briefs hold a message, ascending, by its id."""
    found: dict[str, list[int]] = {}
    try:
        names = os.listdir(os.path.join(run, layout.ATTEMPTS))
    except OSError:
        return found
    for n in sorted(int(name) for name in names if name.isdigit()):
        for key in inbox.in_brief(run, n):
            found.setdefault(key, []).append(n)
    return found


def _in_briefs(entry: Entry, attempts: list[int] | None) -> Entry:
    """The entry with the attempts that were given the message; told in words where there are several."""
    if entry.state != inbox.ACCEPTED or not attempts:
        return entry
    if len(attempts) == 1:
        return replace(entry, attempts=attempts)
    numbers = ", ".join(map(str, attempts[:-1]))
    return replace(entry, attempts=attempts, why=f"in the briefs of attempts {numbers} and {attempts[-1]}")


def _of_check(made: "TurnCheck | None", cleaner: Cleaner) -> tuple[str | None, str | None]:
    """What an entry says of the check that was asked for with its message: (how it stands, the end of its output)."""
    answer = made["answer"] if made is not None else None
    if made is None or answer is None:
        return NOT_YET if made is not None else None, None
    said = cleaner.line(f"{_CHECKED[answer['outcome']]}: {answer['why']}")
    return said, cleaner.text(answer["tail"]) if answer["outcome"] == "failed" else None


NOT_YET = "once its turn has ended"
_CHECKED = {"passed": "passed", "failed": "did not pass", "none": "not run"}


_DONE = {"rm": "removed", "edit": "edited", "first": "put first", "release": "released"}
