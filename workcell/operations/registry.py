"""The operations: for each name its request type, its function, and the documents that its results are.

The access class of each name stands in `rundir.operations`, which records and grants of runs are checked against.
`perform` checks it, so that every face does. The imports stand in functions: an operation is loaded when it is asked
for, so that `ls` pays for no other.
"""

from collections.abc import Callable, Mapping
from typing import Any

from workcell.rundir import find, operations
from workcell.rundir.cell import Cell
from workcell.trust import access as callers


class Operation:
    """One operation. It prints nothing and knows no face."""

    __slots__ = ("perform", "request", "results")

    def __init__(
        self, request: type, perform: Callable[[Cell, Any], Any], results: dict[type, str] | None = None
    ) -> None:
        self.request = request
        """A frozen dataclass; its fields are the keys that a face can set."""
        self.perform = perform
        """Takes a Cell and a request."""
        self.results = results or {}
        """Frozen dataclasses that `perform` returns, each with the name of its schema; none where it streams."""


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


def _launch_and_resume() -> dict[str, Operation]:
    from workcell.launch import requests as op

    return {
        "launch": Operation(
            op.LaunchRequest,
            op.perform_launch,
            {
                op.Launched: "launch",
                op.LaunchedAll: "launch",
                op.DryRun: "launch-dry-run",
                op.DryRuns: "launch-dry-run",
            },
        ),
        "resume": Operation(op.ResumeRequest, op.perform_resume, {op.Resumed: "resume"}),
    }


def _stop() -> dict[str, Operation]:
    from workcell.finish import stop as op

    return {"stop": Operation(op.Request, op.perform, {op.Result: "stop"})}


def _wait() -> dict[str, Operation]:
    from workcell.launch import wait as op

    return {"wait": Operation(op.Request, op.perform, {op.Waited: "wait"})}


def _send() -> dict[str, Operation]:
    from workcell.together import send as op

    return {"send": Operation(op.Request, op.perform, {op.Result: "send"})}


def _answer() -> dict[str, Operation]:
    from workcell.together import answer as op

    return {"answer": Operation(op.Request, op.perform, {op.Result: "answer"})}


def _ls() -> dict[str, Operation]:
    from workcell.views import ls as op

    found = Operation(op.Request, op.perform, {op.Result: "ls"})
    return {"ls": found, "top": found}


def _status() -> dict[str, Operation]:
    from workcell.views import status as op

    return {"status": Operation(op.Request, op.perform, {op.Result: "status"})}


def _what() -> dict[str, Operation]:
    from workcell.views import what as op

    return {"what": Operation(op.Request, op.perform, {op.Result: "what"})}


def _why() -> dict[str, Operation]:
    from workcell.views import why as op

    return {"why": Operation(op.Request, op.perform, {op.Result: "why"})}


def _logs() -> dict[str, Operation]:
    from workcell.views import logs as op

    return {"logs": Operation(op.Request, op.perform)}


def _attach() -> dict[str, Operation]:
    from workcell.launch import attach as op

    return {"attach": Operation(op.Request, op.perform)}


def _events() -> dict[str, Operation]:
    from workcell.views import events as op

    return {"events": Operation(op.Request, op.perform)}


def _verify() -> dict[str, Operation]:
    from workcell.finish import verify as op

    return {"verify": Operation(op.Request, op.perform, {op.Result: "verify"})}


def _handoff() -> dict[str, Operation]:
    from workcell.finish import handoff as op

    return {"handoff": Operation(op.Request, op.perform, {op.Result: "handoff"})}


def _salvage() -> dict[str, Operation]:
    from workcell.upkeep import salvage as op

    return {
        "salvage ls": Operation(op.LsRequest, op.perform_ls, {op.Listed: "salvage-ls"}),
        "salvage show": Operation(op.ShowRequest, op.perform_show, {op.Shown: "salvage-show"}),
        "salvage restore": Operation(op.RestoreRequest, op.perform_restore, {op.Restored: "salvage-restore"}),
    }


def _watchdog() -> dict[str, Operation]:
    from workcell.watch import watchdog as op

    return {
        "watchdog tick": Operation(op.TickRequest, op.perform_tick, {op.Ticked: "watchdog-tick"}),
        "watchdog install": Operation(op.InstallRequest, op.perform_install, {op.Installed: "watchdog-install"}),
        "watchdog uninstall": Operation(
            op.UninstallRequest, op.perform_uninstall, {op.Uninstalled: "watchdog-uninstall"}
        ),
        "watchdog status": Operation(op.StatusRequest, op.perform_status, {op.Status: "watchdog-status"}),
    }


def _recover() -> dict[str, Operation]:
    from workcell.watch import recover as op

    return {"recover": Operation(op.Request, op.perform, {op.Result: "recover"})}


def _hold_and_release() -> dict[str, Operation]:
    from workcell.accounts import hold as op

    return {
        "hold": Operation(op.HoldRequest, op.perform_hold, {op.Held: "hold"}),
        "release": Operation(op.ReleaseRequest, op.perform_release, {op.Released: "release"}),
    }


def _judge() -> dict[str, Operation]:
    from workcell.evidence import judge as op

    return {"judge": Operation(op.Request, op.perform, {op.Result: "judge"})}


def _brief() -> dict[str, Operation]:
    from workcell.launch import briefs as op

    return {
        "brief new": Operation(op.NewRequest, op.perform_new, {op.Written: "brief-new"}),
        "brief lint": Operation(op.LintRequest, op.perform_lint, {op.LintResult: "brief-lint"}),
    }


def _recipe() -> dict[str, Operation]:
    from workcell.upkeep import recipe_catalog as op

    return {
        "recipe ls": Operation(op.LsRequest, op.perform_ls, {op.Listed: "recipe-ls"}),
        "recipe show": Operation(op.ShowRequest, op.perform_show, {op.Shown: "recipe-show", op.ByHand: "recipe-show"}),
        "recipe lint": Operation(op.LintRequest, op.perform_lint, {op.LintResult: "recipe-lint"}),
    }


def _notify() -> dict[str, Operation]:
    from workcell.channels import requests as op

    return {
        "notify ls": Operation(op.LsRequest, op.perform_ls, {op.Listed: "notify-ls"}),
        "notify test": Operation(op.TestRequest, op.perform_test, {op.Tested: "notify-test"}),
        "notify lint": Operation(op.LintRequest, op.perform_lint, {op.LintResult: "notify-lint"}),
    }


def _playbook() -> dict[str, Operation]:
    from workcell.upkeep import playbook_catalog as op

    return {
        "playbook ls": Operation(op.LsRequest, op.perform_ls, {op.Listed: "playbook-ls"}),
        "playbook show": Operation(op.ShowRequest, op.perform_show, {op.Shown: "playbook-show"}),
        "playbook lint": Operation(op.LintRequest, op.perform_lint, {op.LintResult: "playbook-lint"}),
        "playbook test": Operation(op.TestRequest, op.perform_test, {op.TestResult: "playbook-test"}),
    }


def _trust() -> dict[str, Operation]:
    from workcell.trust import requests as op

    return {
        "trust add": Operation(op.AddRequest, op.perform_add, {op.Added: "trust"}),
        "trust ls": Operation(op.LsRequest, op.perform_ls, {op.Listed: "trust-ls"}),
        "trust show": Operation(op.ShowRequest, op.perform_show, {op.Shown: "trust-show"}),
        "trust rm": Operation(op.RmRequest, op.perform_rm, {op.Removed: "trust-rm"}),
    }


def _init() -> dict[str, Operation]:
    from workcell.upkeep import init as op

    return {"init": Operation(op.Request, op.perform, {op.Result: "init"})}


def _doctor() -> dict[str, Operation]:
    from workcell.watch import doctor_request as op

    return {"doctor": Operation(op.Request, op.perform, {op.Result: "doctor"})}


def _skill() -> dict[str, Operation]:
    from workcell.upkeep import install_skill as op

    return {
        "skill show": Operation(op.ShowRequest, op.perform_show, {op.Shown: "skill-show"}),
        "skill install": Operation(op.Request, op.perform, {op.Result: "skill-install"}),
    }


def _fsck() -> dict[str, Operation]:
    from workcell.upkeep import fsck as op

    return {"fsck": Operation(op.Request, op.perform, {op.Result: "fsck"})}


def _gc() -> dict[str, Operation]:
    from workcell.upkeep import gc as op

    return {"gc": Operation(op.Request, op.perform, {op.Result: "gc"})}


OPERATIONS: dict[str, Callable[[], dict[str, Operation]]] = {
    "launch": _launch_and_resume,
    "resume": _launch_and_resume,
    "stop": _stop,
    "wait": _wait,
    "send": _send,
    "answer": _answer,
    "ls": _ls,
    "top": _ls,
    "status": _status,
    "what": _what,
    "why": _why,
    "logs": _logs,
    "attach": _attach,
    "events": _events,
    "verify": _verify,
    "handoff": _handoff,
    "salvage ls": _salvage,
    "salvage show": _salvage,
    "salvage restore": _salvage,
    "watchdog tick": _watchdog,
    "watchdog install": _watchdog,
    "watchdog uninstall": _watchdog,
    "watchdog status": _watchdog,
    "recover": _recover,
    "hold": _hold_and_release,
    "release": _hold_and_release,
    "judge": _judge,
    "brief new": _brief,
    "brief lint": _brief,
    "recipe ls": _recipe,
    "recipe show": _recipe,
    "recipe lint": _recipe,
    "notify ls": _notify,
    "notify test": _notify,
    "notify lint": _notify,
    "playbook ls": _playbook,
    "playbook show": _playbook,
    "playbook lint": _playbook,
    "playbook test": _playbook,
    "trust add": _trust,
    "trust ls": _trust,
    "trust show": _trust,
    "trust rm": _trust,
    "init": _init,
    "doctor": _doctor,
    "skill show": _skill,
    "skill install": _skill,
    "fsck": _fsck,
    "gc": _gc,
}
"""Every operation by name, the words of its verb on the command line, and what loads it with those of its module."""
