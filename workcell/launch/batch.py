"""Several briefs asked for at once: all are checked, and every fault of every file is told, before the first starts."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from workcell.base import digest
from workcell.base.errors import NotFound, WorkcellError
from workcell.launch import children, entries, launch, plan
from workcell.launch.options import Options
from workcell.rundir import no_tree, phase
from workcell.texts import launch_file
from workcell.texts.document import Fault, Faulty
from workcell.trust import access
from workcell.trust.trust import Untrusted

Key = tuple[str, str, str, str]


@dataclass(frozen=True)
class Request:
    """`files` are briefs and launch files; `options` is what the command line says for all of them."""

    home: str
    files: list[str]
    options: Options = field(default_factory=Options)
    window: bool = True
    prepare: bool = False
    max_live: int | None = None
    again: bool = False
    """New runs, also for briefs that have one in the group already."""
    caller: access.Caller = access.OUTSIDE
    now: bool = False
    """Start them also while their accounts are held."""


@dataclass
class Entry:
    """One brief of the batch: how it is launched, its plan, and its run once there is one."""

    request: launch.Request
    made: plan.Plan
    at: str
    """Where it was asked for, `night.yaml:7` or the brief's path: for words."""
    run: str | None = None
    waits_for: str | None = None
    """The run that has its tree at this moment."""
    found: bool = False
    """Whether the run was there already."""
    state: str = phase.CREATED
    """Its phase, or its outcome once it is over."""
    error: WorkcellError | None = None
    """Why it could not be created or started."""
    notes: list[str] = field(default_factory=list)

    @property
    def alone(self) -> bool:
        """Whether it has the tree to itself: two such entries of one tree cannot live at the same time."""
        return self.made.worktree is None and self.made.share is None


@dataclass(frozen=True)
class _Asked:
    """One brief as it was asked for."""

    at: str
    path: str
    options: Options


Further = Callable[[list[Entry | None]], list[Fault]]
"""Finds faults of the entries together, in their order; None stands for one that has faults of its own."""


@dataclass(frozen=True)
class Batch:
    group: str | None
    max_live: int | None
    entries: list[Entry]


def check(request: Request, *, preview: bool = False, in_turn: bool = False, further: Further | None = None) -> Batch:
    """Every brief's plan. Faulty with all faults of all files when there is any; nothing is written.

    `in_turn`: of entries in one tree the later ones wait, whatever `max_live` says. `further` finds more faults.

    Raises Untrusted for the first repository that brings what no person has trusted, unless it is for a preview.
    Errors that are no fault of a file are told with the line of the launch file that asked.
    """
    asked, faults, groups, limits, missing = _asked(request)
    made: list[Entry | None] = []
    for one in asked:
        entry = _planned(request, one, first=not any(made), preview=preview)
        made.append(entry if isinstance(entry, Entry) else None)
        if not isinstance(entry, Entry):
            faults += entry.faults if isinstance(entry, Faulty) else [Fault(one.at, None, entry.message, entry.hint)]
            missing += isinstance(entry, NotFound) and one.at == one.path
    entries = [entry for entry in made if entry is not None]
    max_live = request.max_live or min(limits, default=None)
    faults += _doubles(entries, in_turn=in_turn or max_live is not None)
    faults += further(made) if further is not None else []
    if faults and missing == len(faults):
        # no file is wrong: they are not there
        raise NotFound("; ".join(fault.message for fault in faults), faults[0].cure)
    if faults:
        raise Faulty(list(dict.fromkeys(faults)), "nothing was started; mend them all, then give the same command")
    group = request.options.group or (groups[0] if len(set(groups)) == 1 else None)
    if group is None and max_live is not None:
        # without a label the same command could not find its runs again
        paths = "\n".join(sorted(os.path.abspath(entry.request.brief) for entry in entries))
        group = "batch-" + hashlib.sha256(os.fsencode(paths)).hexdigest()[:8]
    children.check_room(request.home, request.caller, 1 if in_turn else len(entries), None if request.again else group)
    for entry in entries:
        if entry.made.group is None:
            entry.made.group = group
    return Batch(group, max_live, entries)


def _planned(request: Request, asked: _Asked, *, first: bool, preview: bool) -> Entry | WorkcellError:
    """The entry with its plan, or why it has none. Raises Untrusted."""
    one = launch.Request(
        request.home,
        asked.path,
        asked.options,
        window=request.window and first,
        prepare=request.prepare,
        now=request.now,
        caller=request.caller,
    )
    try:
        return Entry(replace(one, window=request.window), launch.check(one, preview=preview), asked.at)
    except Untrusted:
        raise
    except WorkcellError as error:
        return error


def _asked(request: Request) -> tuple[list[_Asked], list[Fault], list[str], list[int], int]:
    """(every entry, faults, groups, limits of the launch files, how many are not there)."""
    missing = 0
    asked: list[_Asked] = []
    faults: list[Fault] = []
    groups: list[str] = []
    limits: list[int] = []
    for path in request.files:
        if not launch_file.is_one(path):
            asked.append(_Asked(path, path, request.options))
            continue
        try:
            read = launch_file.read(path)
        except Faulty as error:
            faults += error.faults
            continue
        except WorkcellError as error:
            faults.append(Fault(path, None, error.message, error.hint))
            missing += isinstance(error, NotFound)
            continue
        faults += read.faults
        groups.append(request.options.group or read.group)
        limits += [read.max_live] if read.max_live else []
        for entry in read.entries:
            if entry["brief"]:
                at = f"{path}:{entry['line']}"
                brief = os.path.join(read.directory(), os.path.expanduser(entry["brief"]))
                brief = os.path.relpath(brief) if not os.path.isabs(path) else os.path.normpath(brief)
                asked.append(_Asked(at, brief, entries.options(request.options, read, entry, brief)))
    return asked, faults, groups, limits, missing


def _doubles(entries: list[Entry], *, in_turn: bool) -> list[Fault]:
    """The same thing asked for twice, and two runs that would share a tree at the same time."""
    faults = []
    keys: dict[Key, Entry] = {}
    trees: dict[str, Entry] = {}
    for entry in entries:
        first = keys.setdefault(key_of(entry.made), entry)
        if first is not entry:
            faults.append(
                Fault(entry.at, None, f"asks for the same run as {first.at}", "remove one, or name them apart")
            )
        elif not in_turn and entry.alone:
            other = trees.setdefault(os.path.realpath(entry.made.top), entry)
            if other is not entry:
                words = f"works in the same tree as {other.at}: {entry.made.top}"
                faults.append(Fault(entry.at, None, words, "give one a tree of its own, or launch with --max-live"))
    return faults


def key_of(made: plan.Plan) -> Key:
    """What makes two requests the same: the brief's bytes, the repository, the name and the recipe."""
    repo = no_tree.NONE if made.no_tree else os.path.realpath(made.repo)
    return (digest.sha256(made.brief.data), repo, made.name, made.recipe.name)
