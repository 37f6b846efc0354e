"""A verb for one run or for several: each is done and shown, and one that fails stops no other."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import typer

from workcell.base.errors import WorkcellError
from workcell.faces.cli import call, out
from workcell.rundir import layout, selection

Runs = Annotated[
    list[str] | None,
    typer.Argument(metavar="[RUN]...", help="Ids, names, unique prefixes, paths, or - for the newest."),
]
Group = Annotated[str | None, typer.Option("--group", help="All runs of this group, too.")]
Label = Annotated[list[str] | None, typer.Option("--label", help="All runs with this label, too; several: with each.")]


Failures = list[dict[str, str | int | None]]


@dataclass(frozen=True)
class Chosen:
    """The runs that a command line names."""

    runs: Sequence[str]
    group: str | None
    labels: Sequence[str]
    live: bool
    """Whether group and label mean runs that are not over; else those that are."""
    passed: bool = True
    """Whether group and label mean runs that passed, too."""

    @property
    def single(self) -> bool:
        """Whether exactly one run was named: then all is as it was for one."""
        return len(self.runs) == 1 and self.group is None and not self.labels


def tell_failures(failed: Failures) -> None:
    """Say for which runs it failed, as each error is said."""
    for one in failed:
        hint = None if one["hint"] is None else str(one["hint"])
        out.error(str(one["code"]), int(one["exit"] or 1), f"{one['run']}: {one['error']}", hint, [], False)


def each(
    chosen: Chosen,
    verb: str,
    one: Callable[[str], Any],
    show: Callable[[Any], object],
    many: Callable[[list[Any], Failures], Any] | None,
) -> int:
    """Do `one` for each run and `show` its result; 1 if one failed. `many`, for --json, makes the one document of all.

    With a single run its error is raised.
    """
    if chosen.single:
        done = one(chosen.runs[0])
        if many is None:
            show(done)
        else:
            call.show(verb, done)
        return 0
    results: list[Any] = []
    failures: Failures = []
    for run in selection.choose(
        layout.home(), chosen.runs, chosen.group, chosen.labels, live=chosen.live, passed=chosen.passed
    ):
        try:
            results.append(one(run))
            if many is None:
                show(results[-1])
        except WorkcellError as error:
            failures.append(selection.failed(run, error))
            if many is None:
                out.error(error.code, error.exit_code, f"{run}: {error.message}", error.hint, error.details, False)
    if many is not None:
        call.show(verb, many(results, failures))
    return 1 if failures else 0
