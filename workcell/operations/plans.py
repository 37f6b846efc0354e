"""The operations of plans; as in the catalog, each is loaded when it is asked for."""

from collections.abc import Callable

from workcell.operations.operation import Operation


def _plan() -> dict[str, Operation]:
    from workcell.together import plan_requests as op
    from workcell.together import plan_results as results

    return {
        "plan ls": Operation(op.ListRequest, op.perform_ls, {results.Listed: "plan-ls"}),
        "plan show": Operation(op.ShowRequest, op.perform_show, {results.Result: "plan"}),
        "plan stop": Operation(op.StopRequest, op.perform_stop, {results.Result: "plan"}),
        "plan retry": Operation(op.RetryRequest, op.perform_retry, {results.Result: "plan"}),
    }


OPERATIONS: dict[str, Callable[[], dict[str, Operation]]] = {
    **dict.fromkeys(("plan ls", "plan show", "plan stop", "plan retry"), _plan),
}
"""A part of the list of operations, by name."""
