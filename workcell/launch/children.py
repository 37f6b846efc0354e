"""A run that is launched inside another run: its limits and grants are at most those of its parent, and how many."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from workcell.base.errors import CannotCreate, Refused, TryAgain, Usage
from workcell.launch import plan
from workcell.launch.options import COMMAND_LINE, Options
from workcell.rundir import child_index, family, find, layout, look, spool, watches
from workcell.trust import access

if TYPE_CHECKING:
    from workcell.rundir import schema


DEPTH = 3
"""Maximum number of runs that stand above a run: a child, its child, and a child of that one may be launched."""

LIVING = 20
"""Maximum number of children of one run that are not over."""

PATIENCE = 120.0
"""Seconds for which a launch waits for others inside the same run: each makes its tree first."""


def narrow(made: plan.Plan, who: access.Caller) -> None:
    """Bring the plan within the limits and grants of the run that it is made in; a plan made outside stays as it is.

    A limit or grant that is cut is told in `made.notes`. Raises Refused when the brief itself asks for more than the
    parent has, unless the parent was granted `launch`.
    """
    if not who.inside:
        return
    lost = [name for name in made.may if name not in who.may]
    if lost:
        made.may = [name for name in made.may if name in who.may]
        made.notes.append(f"not granted, since {who.id} does not have it: {', '.join(lost)}")
    if "launch" in who.may:
        return
    limits = limits_of(who.runs[0])
    if limits is None:
        raise access.refusal(who, "launch", f"the limits of {who.id} cannot be read")
    narrowed: Any = dict(made.limits)
    for key, bound in limits.items():
        name = key.removesuffix("_seconds").removesuffix("_usd").removesuffix("_bytes")
        mine = narrowed[key]
        if mine is not None and mine <= bound:
            continue
        said = made.origins.get(f"limits.{name}")
        if mine is not None and said in (made.brief.path, COMMAND_LINE):
            raise access.refusal(who, "launch", f"limits.{name} of {said} is above that of the run around it")
        narrowed[key] = bound
        made.origins[f"limits.{name}"] = f"run {who.id}"
    made.limits = narrowed


def limits_of(run: str) -> dict[str, float] | None:
    """The limits of the run's current attempt that cap its children; a key is absent where it has no limit.

    None when the attempt's record cannot be read, or is not the one that was sealed.
    """
    attempt = look.at(run).attempt
    if attempt is None:
        return None
    limits = attempt.get("limits")
    if limits is None:
        return {}
    # the idle limit caps nothing: it only ends a silent agent sooner
    caps = {
        "wall_seconds": limits.get("wall_total_seconds") or limits.get("wall_seconds"),
        "person_seconds": limits.get("person_seconds"),
        "attempts": limits.get("attempts"),
        "verify_seconds": limits.get("verify_seconds"),
        "cost_usd": limits.get("cost_usd"),
        "memory_bytes": limits.get("memory_bytes"),
        "processes": limits.get("processes"),
    }
    return {key: value for key, value in caps.items() if isinstance(value, int | float)}


def parent(who: access.Caller) -> schema.Parent | None:
    """`parent` of launch.json for a run that this caller launches; None from outside."""
    return who.named() if who.inside else None


def check_room(home: str, who: access.Caller, asked: int = 1, group: str | None = None) -> None:
    """Raise Refused where the run around the caller may not have `asked` more children; from outside it always may.

    Of the children that are asked for those of `group` may be there already: the same command made them before.
    """
    if not who.inside:
        return
    depth = family.depth(home, who.id) + 1
    if depth > DEPTH:
        raise Refused(
            f"{who.id} stands {depth - 1} runs below the one that a person launched, and {DEPTH} is the most",
            "do this part in the run itself, or ask a person in the handoff to launch it",
        )
    living = [child for child in child_index.of(home, who.id) if _lives(home, child)]
    there = sum(_group(home, child) == group for child in living) if group is not None else 0
    if len(living) + max(0, asked - there) > LIVING:
        raise Refused(
            f"{who.id} has {len(living)} children that are not over, and {LIVING} is the most",
            "workcell children names them; wait for one of them: workcell wait --any RUN RUN",
        )


def _group(home: str, child: str) -> str | None:
    launch = look.read_record(find.path_of(home, child), layout.LAUNCH, [])
    return launch.get("group") if launch is not None else None


def _lives(home: str, child: str) -> bool:
    """Whether the child is not over; one that cannot be asked about counts as living."""
    try:
        return find.is_live(home, child)
    except OSError:
        return True


@contextmanager
def room(home: str, who: access.Caller) -> Iterator[None]:
    """The right to make one more child of the run around the caller; nothing to take from outside.

    Raises Refused as `check_room` does, and TryAgain when other launches keep the right for too long.
    """
    if not who.inside:
        yield
        return
    try:
        held = child_index.lock(home, who.id, PATIENCE)
    except OSError as error:
        raise CannotCreate(
            f"cannot enter a child of {who.id}: {error.strerror}", "free some disk space, or look at workcell doctor"
        ) from error
    if held is None:
        raise TryAgain(f"other launches inside {who.id} go on at this moment", "try again in a few seconds")
    try:
        check_room(home, who)
        yield
    finally:
        os.close(held)


def enter(home: str, who: access.Caller, child: str) -> None:
    """Put the run of that id, which is about to be made, into the index of its parent's children."""
    if who.inside:
        child_index.add(home, who.id, child)


def check_watch(who: access.Caller, *, wanted: bool, within: float | None) -> None:
    """Raise Usage or Refused for a watch on the new run that the caller cannot have."""
    if not wanted:
        if within is not None:
            raise Usage("--within is for --watch", "spawn --watch --within 1h")
        return
    if not who.inside:
        raise Refused(
            "--watch tells the run around the caller, and this was not called from inside one",
            "--wait stays until the run is over",
        )
    watches.check(look.at(who.runs[0]), "leave --watch out, and name the id that spawn prints to 'workcell wait'")


def watch(home: str, who: access.Caller, options: Options, child: str) -> None:
    """Watch the run of that id, which is about to be made, where that was asked for."""
    if options.watch:
        due = None if options.within is None else time.time() + options.within
        watches.place(home, child, who.named(), "done", due)


def unwatch(home: str, options: Options, child: str) -> None:
    """Take back every watch on a run that did not come to be."""
    if options.watch:
        for entry in watches.on(home, child):
            watches.take_back(home, child, entry.name)
        watches.remove_empty(home, child)


def tell(who: access.Caller, child: str, name: str) -> None:
    """Put the event `spawned` into the run around the caller; the index of children is what counts."""
    if who.inside:
        spool.note(who.runs[0], "spawned", id=f"spawned:{child}", attempt=who.attempt, child=child, name=name)
