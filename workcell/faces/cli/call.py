"""Asking for an operation from a process of the command line: its context, its result, and its JSON document."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping

from workcell.base import spelling
from workcell.base.errors import NoSuchRun, Usage
from workcell.faces.cli import out
from workcell.operations import registry
from workcell.rundir import find, layout, operations
from workcell.rundir.cell import Cell, ignore
from workcell.trust import access

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

MOST_OTHERS = 3
"""Maximum number of other runs of the same name that are named."""

NEAR = 200
"""The newest runs among whose names a near one is looked for."""


def perform(
    name: str, request: Any, progress: Callable[[str, Any], None] | None = None, output: int | None = None
) -> Any:
    """The result of an operation that this process asks for. Where no run is found, the hint is the nearest name.

    `output` takes raw bytes in place of standard output.
    """
    made = cell(progress)
    made.output = made.output if output is None else output
    # looking and waiting may last, so it is said first; what changes a run may refuse a name that several have
    first = name == "wait" or registry.access(name, request) == operations.LOOK
    chosen = [line for word in _named(request) if (line := _chosen(made.home, word))]
    if first:
        _say(chosen)
    try:
        result = registry.perform(made, name, request)
    except NoSuchRun as error:
        raise with_near_name(error, name) from None
    if not first:
        _say(chosen)
    return result


def _named(request: Any) -> list[str]:
    """The words of a request that name runs."""
    runs, run = getattr(request, "runs", ()), getattr(request, "run", None)
    return [word for word in (*runs, run) if isinstance(word, str)]


def _say(lines: list[str]) -> None:
    for line in lines:
        out.say("\n".join(out.wrapped(line, out.columns(sys.stderr))))


def _chosen(home: str, word: str) -> str | None:
    """Which of several runs of one name is meant, and how to name another one; None where one run has the name.

    For before the operation: a run that has ended since may leave the name to another one.
    """
    found = find.namesakes(home, word)
    if found is None:
        return None
    chosen, others = found
    more = len(others) - MOST_OTHERS
    shown = ", ".join(others[:MOST_OTHERS]) + (f" and {more} more" if more > 0 else "")
    return f"{len(others) + 1} runs are named {word!r}; this is {chosen}. Another one is named by its id: {shown}"


def directory_of(run: str) -> str:
    """The directory of the run that a person means. Where none is found, the hint is the nearest name."""
    line = _chosen(layout.home(), run)
    _say([line] if line else [])
    try:
        return find.run(layout.home(), run)
    except NoSuchRun as error:
        raise with_near_name(error) from None


def admit(name: str, options: Mapping[str, object]) -> None:
    """Raise Refused when this process may not ask for the operation; for a verb that shows or asks something first."""
    registry.admit(cell(), name, options)


def cell(progress: Callable[[str, Any], None] | None = None) -> Cell:
    """The context of this process."""
    home = layout.home()
    try:
        directory = os.getcwd()
    except OSError:
        directory = "/"  # it was deleted: what needs no directory works all the same
    made = Cell(home, os.environ, directory, ask_caller=lambda: access.caller(home), progress=progress or ignore)
    made.output = _standard_output()
    return made


def _standard_output() -> int | None:
    try:
        return sys.stdout.fileno()
    except (AttributeError, OSError, ValueError):
        return None  # it was closed, or something else stands in its place


def show(name: str, result: Any) -> None:
    """Print the result of an operation as its one JSON document. OSError when standard output takes it not."""
    from workcell.operations import encode

    sys.stdout.buffer.write(out.encoded(encode.document(name, result)))
    sys.stdout.buffer.flush()


def with_near_name(error: NoSuchRun, operation: str = "") -> NoSuchRun:
    """The same error; its hint is the nearest name of a run, where one is near.

    A word that names a plan is said to. `operation` is what was asked for.
    """
    home = layout.home()
    planned = _of_plan(error.word, home, operation)
    if planned is not None:
        return planned
    names = [find.name_of(find.path_of(home, entry)) for entry in reversed(find.ids_of(home)[-NEAR:])]
    known = list(dict.fromkeys(name for name in names if name))
    begun = [name for name in known if name.startswith(error.word)]
    near = begun[0] if begun else spelling.nearest(error.word, known)
    if near is not None:
        error.hint = f"did you mean {near!r}? 'workcell ls' shows all"
    return error


def _of_plan(word: str, home: str, operation: str) -> NoSuchRun | None:
    """The error for a word that names a plan; None where it names none."""
    from workcell.rundir import plans

    try:
        plan = plans.named(home, word)
    except Usage:
        return None
    if plan is None:
        return None
    made = plans.read(home, plan)
    hint = f"workcell plan show {plan}"
    if operation == "watch" and made is not None:
        import shlex

        hint = f"of its live runs: workcell watch --group {shlex.quote(made['name'])}"
    return NoSuchRun(f"{word!r} is a plan, and not a run", hint, word=word)
