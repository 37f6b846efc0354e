"""Who calls an operation, and whether they may: from inside a run, what is for a person is refused."""

from __future__ import annotations

import os
from collections.abc import Mapping

from workcell.base.errors import Refused
from workcell.rundir import caller as places
from workcell.rundir import family, layout, operations, spool

Caller = places.Caller
OUTSIDE = places.OUTSIDE


def caller(home: str, pid: int | None = None) -> Caller:
    """Where this process, or the process `pid`, calls from.

    Grants count only for runs of `home`: a run of another home has no rights here.
    """
    me = os.getpid() if pid is None else pid
    place = places.place_of(me, home)
    if not place.runs:
        named = os.environ.get(places.MARK) if pid is None else None
        return Caller(home, known=place.known or not named)
    own = os.path.join(os.path.realpath(home), layout.RUNS)
    grants = [
        family.granted_to(home, os.path.basename(run)) if os.path.dirname(run) == own else frozenset[str]()
        for run in place.runs
    ]
    return Caller(home, tuple(place.runs), place.attempt, frozenset.intersection(*grants))


def check(who: Caller, operation: str, options: Mapping[str, object], target: str | None = None) -> None:
    """Raise Refused, with an event in the caller's run, when the caller may not ask for the operation.

    `target` is the directory of the run that is asked for; it counts for operations that reach only descendants.
    """
    given = dict(options)
    kind = operations.access(operation, given)
    if kind == operations.PERSON:
        option = operations.for_a_person(operation, given)
        words = operation if option is None else f"{operation} --{option.replace('_', '-')}"
        require(who, operation, f"'workcell {words}' is for a person", without=option)
    elif operations.descendants_only(operation, given) and who.inside and target is not None:
        run = os.path.basename(target)
        own = operation in operations.ALSO_OWN
        if operation not in who.may and not reaches(who, target, own=own):
            more = ", and the run itself" if own else ""
            raise refusal(who, operation, f"'workcell {operation}' reaches only runs that this run launched{more}", run)


def require(who: Caller, operation: str, why: str, *, without: str | None = None) -> None:
    """Raise Refused, with an event in the caller's run, unless the caller is outside or was granted the operation.

    `without` names an option, by its Python name, without which the operation is allowed.
    """
    if not who.known:
        raise Refused(
            f"{why}, and it cannot be asked whether this was called from inside a run",
            f"if no run is around you, unset {places.MARK} and try again",
        )
    if who.inside and operation not in who.may:
        error = refusal(who, operation, why)
        if without is not None:
            error.hint = f"leave out --{without.replace('_', '-')}, or {error.hint}"
        raise error


def refusal(who: Caller, operation: str, why: str, target: str | None = None) -> Refused:
    """The error for an operation that is refused to a caller inside a run; the event in that run is written here."""
    told = {"target": target} if target else {}
    spool.note(who.runs[0], "access.refused", attempt=who.attempt, verb=operation, why=why, **told)
    return Refused(
        f"{why}, and this was called from inside {who.id}",
        f"ask a person in the handoff, or launch the run with 'may: [{operation}]' in its brief",
    )


def reaches(who: Caller, target: str, *, own: bool = False) -> bool:
    """Whether the run in the directory `target` descends from every run that the caller is inside of.

    With `own`, it may also be such a run itself.
    """
    home, run = os.path.dirname(os.path.dirname(os.path.realpath(target))), os.path.basename(target)
    return all(
        family.directory(home, os.path.basename(one)) == one
        and ((own and run == os.path.basename(one)) or family.descends_from(home, run, os.path.basename(one)))
        for one in who.runs
    )
