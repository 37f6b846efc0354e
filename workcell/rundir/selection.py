"""Choosing several runs: those that were named, and those of a group or with a label."""

import os

from workcell.base.errors import NotFound, Usage, WorkcellError
from workcell.rundir import find, layout, ledger, look, phase

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


def failed(run: str, error: WorkcellError) -> "dict[str, str | int | None]":
    """What went wrong for one run: the word by which it was named, and its error as every document tells one."""
    return {"run": run, "error": error.message, "code": error.code, "exit": error.exit_code, "hint": error.hint}


def choose(
    home: str,
    words: "Sequence[str]",
    group: "str | None",
    labels: "Sequence[str]",
    *,
    live: bool,
    passed: bool = True,
) -> list[str]:
    """Words for the runs: `words` as they are, then the ids of the group, or with all `labels`, oldest first.

    Of a group or label only runs that are not over are taken with `live`, else only those that are over, and without
    `passed` none of those that passed. Raises Usage where nothing was asked for, NotFound where no run fits.
    """
    if not words and group is None and not labels:
        raise Usage("no run was named", "name one, or --group GROUP, or --label LABEL")
    found = list(words)
    if group is not None or labels:
        fitting = [run for run in find.ids_of(home) if _fits(home, run, group, labels) and _live(home, run) == live]
        if not passed:
            fitting = [run for run in fitting if look.at(find.path_of(home, run)).outcome != "passed"]
        if not fitting and not words:
            kind = "is not over" if live else "is over" if passed else "ended without passing"
            of = " and ".join([*([f"group {group!r}"] if group else []), *(f"label {one!r}" for one in labels)])
            raise NotFound(f"no run of {of} {kind}", "workcell ls --all")
        found += fitting
    return list(dict.fromkeys(found))


def _fits(home: str, run: str, group: "str | None", labels: "Sequence[str]") -> bool:
    launch = look.read_record(find.path_of(home, run), layout.LAUNCH, [])
    if launch is None:
        return False
    return (group is None or launch.get("group") == group) and set(labels) <= set(launch.get("labels") or ())


def _live(home: str, run: str) -> bool:
    path = find.path_of(home, run)
    return not os.path.exists(ledger.ended_path(path)) and look.at(path).phase != phase.DONE
