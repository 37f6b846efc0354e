"""The operations on the inboxes of runs: a part of the catalog, loaded when asked for."""

from collections.abc import Callable

from workcell.operations.operation import Operation


def _ls() -> dict[str, Operation]:
    from workcell.views import inbox as op

    return {"inbox ls": Operation(op.Request, op.perform, {op.Result: "inbox-ls"})}


def _change() -> dict[str, Operation]:
    from workcell.together import inbox_change as op

    return {
        "inbox rm": Operation(op.RmRequest, op.rm, {op.Changed: "inbox-rm"}),
        "inbox edit": Operation(op.EditRequest, op.edit, {op.Changed: "inbox-edit", op.Text: "inbox-edit-text"}),
        "inbox first": Operation(op.FirstRequest, op.first, {op.Changed: "inbox-first"}),
        "inbox release": Operation(op.ReleaseRequest, op.release, {op.Changed: "inbox-release"}),
    }


OPERATIONS: dict[str, Callable[[], dict[str, Operation]]] = {
    "inbox ls": _ls,
    **dict.fromkeys(("inbox rm", "inbox edit", "inbox first", "inbox release"), _change),
}
"""By name: what loads it, as in the catalog."""
