"""The operations about messages and the runs that wait for them."""

from collections.abc import Callable

from workcell.operations.operation import Operation


def _finish() -> dict[str, Operation]:
    from workcell.together import finish as op

    return {"finish": Operation(op.Request, op.perform, {op.Result: "finish"})}


def _own_commands() -> dict[str, Operation]:
    from workcell.together import own_command as op

    return {
        "clear": Operation(op.ClearRequest, op.clear, {op.Result: "clear"}),
        "compact": Operation(op.CompactRequest, op.compact, {op.Result: "compact"}),
    }


def _send() -> dict[str, Operation]:
    from workcell.together import send as op

    return {"send": Operation(op.Request, op.perform, {op.Result: "send", op.Results: "send-several"})}


def _tell_and_note() -> dict[str, Operation]:
    from workcell.together import note, tell

    return {
        "tell": Operation(tell.Request, tell.perform, {tell.Result: "tell"}),
        "note": Operation(note.Request, note.perform, {note.Result: "note"}),
    }


OPERATIONS: dict[str, Callable[[], dict[str, Operation]]] = {
    "finish": _finish,
    "send": _send,
    **dict.fromkeys(("clear", "compact"), _own_commands),
    **dict.fromkeys(("tell", "note"), _tell_and_note),
}
"""As `catalog.OPERATIONS`."""
