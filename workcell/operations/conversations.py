"""The operations on conversations, and on what happens in all runs: a part of the catalog, loaded when asked for."""

from collections.abc import Callable

from workcell.operations.operation import Operation


def _sessions() -> dict[str, Operation]:
    from workcell.views import sessions as op

    return {"sessions": Operation(op.Request, op.perform, {op.Result: "sessions"})}


def _search() -> dict[str, Operation]:
    from workcell.views import search as op

    return {"search": Operation(op.Request, op.perform, {op.Hit: "search-hit"})}


def _adopt() -> dict[str, Operation]:
    from workcell.launch import adopt as op

    return {"adopt": Operation(op.Request, op.perform, {op.Result: "adopt", op.DryRun: "adopt-dry-run"})}


def _feed() -> dict[str, Operation]:
    from workcell.views import feed as op

    return {"feed": Operation(op.Request, op.perform)}


OPERATIONS: dict[str, Callable[[], dict[str, Operation]]] = {
    "adopt": _adopt,
    "sessions": _sessions,
    "search": _search,
    "feed": _feed,
}
"""By name: what loads it, as in the catalog."""
