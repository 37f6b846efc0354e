"""The operations on watches: a part of the catalog, loaded when asked for."""

from collections.abc import Callable

from workcell.operations.operation import Operation


def _watches() -> dict[str, Operation]:
    from workcell.together import watching as op
    from workcell.views import watches

    return {
        "watch": Operation(op.WatchRequest, op.perform_watch, {op.WatchResult: "watch"}),
        "unwatch": Operation(op.UnwatchRequest, op.perform_unwatch, {op.UnwatchResult: "unwatch"}),
        "watches": Operation(watches.Request, watches.perform, {watches.Result: "watches"}),
    }


OPERATIONS: dict[str, Callable[[], dict[str, Operation]]] = dict.fromkeys(("watch", "unwatch", "watches"), _watches)
"""By name: what loads it, as in the catalog."""
