"""Asking for an operation by its name: every face does it here, so the access class of each is checked for all of them.

The access class of each name stands in `rundir.operations`, which records and grants of runs are checked against.
"""

from __future__ import annotations

from collections.abc import Mapping

from workcell.operations.catalog import OPERATIONS
from workcell.operations.operation import Operation
from workcell.rundir import find, operations
from workcell.rundir.cell import Cell
from workcell.trust import access as callers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def perform(cell: Cell, name: str, request: Any) -> Any:
    """The result of the operation `name`.

    Raises KeyError for a name that there is not, Refused when the caller of the cell may not ask for it, and else what
    the operation raises.
    """
    operation = get(name)
    admit(cell, name, _options(name, request), getattr(request, "run", None))
    return operation.perform(cell, request)


def admit(cell: Cell, name: str, options: Mapping[str, object], run: str | None = None) -> None:
    """Raise Refused when the caller of the cell may not ask for the operation `name` with these options.

    `perform` calls it for every request. A face calls it, too, before it asks a person whether to go on, and for an
    option of its own that changes the access class. `run` is the word for the run that is asked for. Who calls is
    found out only for what is not allowed everywhere, since that reads /proc.
    """
    given = dict(options)
    of_descendants = operations.descendants_only(name, given)
    if operations.access(name, given) != operations.PERSON and not of_descendants:
        return
    caller = cell.caller
    if caller.known and not caller.inside:
        return
    target = find.run(cell.home, run) if of_descendants and run is not None else None
    callers.check(caller, name, given, target)


def get(name: str) -> Operation:
    """The operation of that name. KeyError when there is none."""
    return OPERATIONS[name]()[name]


def access(name: str, request: Any) -> str:
    """The access class of a request: what `rundir.operations` says of the operation with the options that are set."""
    return operations.access(name, _options(name, request))


def _options(name: str, request: Any) -> dict[str, object]:
    """The options of a request that change who may ask for it; one that it has not is an option of a face."""
    names = [option for option, _ in operations.OPTIONS.get(name, ())]
    of_descendants = operations.OF_DESCENDANTS.get(name)
    return {
        option: getattr(request, option, None) for option in [*names, *([of_descendants] if of_descendants else [])]
    }
