"""launch and spawn: one run, several, or a plan, where the entries of a launch file need each other."""

from workcell.base.errors import Refused
from workcell.launch import requests
from workcell.rundir.cell import Cell

ENDINGS = (".yaml", ".yml")


def perform_launch(cell: Cell, request: requests.LaunchRequest) -> object:
    """The operation `launch`; its result is that of `requests.perform_launch` or, of a plan, of `plan_requests.launch`.

    Raises what those raise.
    """
    if any(path.endswith(ENDINGS) for path in request.briefs):
        from workcell.together import plan_create

        read = plan_create.asked(request.briefs)
        if read is not None:
            from workcell.together import plan_requests

            return plan_requests.launch(cell, request, read)
    return requests.perform_launch(cell, request)


def perform_spawn(cell: Cell, request: requests.SpawnRequest) -> object:
    """The operation `spawn`: what `launch` does from inside a run. Raises Refused outside of all runs."""
    if not cell.caller.inside:
        raise Refused(
            "'workcell spawn' launches a child of the run around the caller, and this was not called from inside one",
            "outside of a run 'launch' takes the same words",
        )
    return perform_launch(cell, request)
