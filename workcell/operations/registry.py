"""The operations: for each name its request type, its function, and the documents that its results are.

The access class of each name stands in `rundir.operations`, which records and grants of runs are checked against. The
imports stand in functions: an operation is loaded when it is asked for, so that `ls` pays for no other.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from workcell.rundir import operations
from workcell.rundir.cell import Cell


@dataclass(frozen=True)
class Operation:
    """One operation. `perform` takes a Cell and a request; it prints nothing and knows no face."""

    request: type
    """A frozen dataclass; its fields are the keys that a face can set."""
    perform: Callable[[Cell, Any], Any]
    results: dict[type, str] = field(default_factory=dict)
    """Frozen dataclasses that `perform` returns, each with the name of its schema; none where it returns a stream."""


def perform(cell: Cell, name: str, request: Any) -> Any:
    """The result of the operation `name`. KeyError for a name that there is not; else what the operation raises."""
    return get(name).perform(cell, request)


def get(name: str) -> Operation:
    """The operation of that name. KeyError when there is none."""
    return OPERATIONS[name]()


def access(name: str, request: Any) -> str:
    """The access class of a request: what `rundir.operations` says of the operation with the options that are set."""
    options = {option: getattr(request, option, None) for option, _ in operations.OPTIONS.get(name, ())}
    return operations.access(name, options)


def _ls() -> Operation:
    from workcell.views import ls as op

    return Operation(op.Request, op.perform, {op.Result: "ls"})


def _status() -> Operation:
    from workcell.views import status as op

    return Operation(op.Request, op.perform, {op.Result: "status"})


def _what() -> Operation:
    from workcell.views import what as op

    return Operation(op.Request, op.perform, {op.Result: "what"})


def _why() -> Operation:
    from workcell.views import why as op

    return Operation(op.Request, op.perform, {op.Result: "why"})


def _judge() -> Operation:
    from workcell.evidence import judge as op

    return Operation(op.Request, op.perform, {op.Result: "judge"})


def _logs() -> Operation:
    from workcell.views import logs as op

    return Operation(op.Request, op.perform)


def _events() -> Operation:
    from workcell.views import events as op

    return Operation(op.Request, op.perform)


def _handoff() -> Operation:
    from workcell.finish import handoff as op

    return Operation(op.Request, op.perform, {op.Result: "handoff"})


OPERATIONS: dict[str, Callable[[], Operation]] = {
    "ls": _ls,
    "top": _ls,
    "status": _status,
    "what": _what,
    "why": _why,
    "judge": _judge,
    "logs": _logs,
    "events": _events,
    "handoff": _handoff,
}
"""Every operation by name: the words of its verb on the command line."""
