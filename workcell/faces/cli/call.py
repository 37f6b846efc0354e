"""Asking for an operation from a process of the command line: its context, its result, and its JSON document."""

import os
import sys
from collections.abc import Callable, Mapping
from typing import Any

from workcell.base.errors import NoSuchRun
from workcell.faces.cli import out
from workcell.operations import registry
from workcell.rundir import find, layout
from workcell.rundir.cell import Cell, ignore
from workcell.trust import access

NEAR = 200
"""The newest runs among whose names a near one is looked for."""


def perform(name: str, request: Any, progress: Callable[[str, Any], None] | None = None) -> Any:
    """The result of an operation that this process asks for. Where no run is found, the hint is the nearest name."""
    try:
        return registry.perform(cell(progress), name, request)
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


def with_near_name(error: NoSuchRun) -> NoSuchRun:
    """The same error; its hint is the nearest name of a run, where one is near."""
    home = layout.home()
    names = [find.name_of(find.path_of(home, entry)) for entry in reversed(find.ids_of(home)[-NEAR:])]
    known = list(dict.fromkeys(name for name in names if name))
    begun = [name for name in known if name.startswith(error.word)]
    near = begun[0] if begun else out.nearest(error.word, known)
    if near is not None:
        error.hint = f"did you mean {near!r}? 'workcell ls' shows all"
    return error
