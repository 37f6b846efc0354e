"""claim and unclaim: a run says which paths of its tree it edits, so that others in that tree leave them alone."""

from __future__ import annotations

import os
from dataclasses import dataclass, field

from workcell.base import clock
from workcell.base.errors import InputOutput, NotFound, Refused, TryAgain, Usage
from workcell.rundir import claim_waits, claim_words, claims, find, look
from workcell.rundir.cell import Cell

LONGEST_WHY = 200
"""Maximum characters of the reason of a claim."""

MOST_PATHS = 1000
"""Maximum number of paths in one request."""


@dataclass(frozen=True)
class Request:
    paths: tuple[str, ...] = ()
    """Files and directories in the tree of the run; none for the whole tree."""
    why: str | None = None
    """What for, for those who find it claimed."""
    seconds: float | None = None
    """How long it holds; null for as long as the attempt lives."""
    wait: float = 0.0
    """Maximum seconds to wait for claims of other runs that are in the way."""


@dataclass(frozen=True)
class Result:
    run: str
    tree: str
    """The top of the working tree."""
    paths: list[str]
    """What is claimed, relative to the top."""
    until: str | None
    """When it ends; null where it ends with the attempt."""
    waited: float
    """Seconds."""


@dataclass(frozen=True)
class DropRequest:
    paths: tuple[str, ...] = ()
    """Files and directories in the tree of the run; none for all that it claims."""
    run: str | None = None
    """The run whose claims they are; inside a run that run alone."""


@dataclass(frozen=True)
class Dropped:
    run: str
    tree: str
    paths: list[str]
    """What was claimed and is not any more, relative to the top."""
    missing: list[Missing] = field(default_factory=list)
    """What was named and the run did not claim."""


@dataclass(frozen=True)
class Missing:
    """A path that was to be given back, and that its run does not claim."""

    path: str
    """Relative to the top."""
    run: str | None
    """The run that claims it, a directory above it or something below it; null where none does."""
    claimed: str | None
    """What that run claims there, relative to the top."""


def perform(cell: Cell, request: Request) -> Result:
    """The operation `claim`.

    Raises Refused outside of a run, and where the run in the way waits for this one; TryAgain, with the holder's name,
    where another run has a path; Usage for a path outside of the tree.
    """
    if not cell.caller.inside:
        raise Refused(
            "'workcell claim' speaks for the run around the caller, and this was not called from inside one",
            "workcell claims shows what runs claim in the tree around you",
        )
    if request.seconds is not None and request.seconds <= 0:
        raise Usage("a claim that holds for no time is none", "leave --for out, or: --for 20m")
    run, attempt = cell.caller.id, cell.caller.attempt
    tree = _tree(cell.home, run)
    if attempt is None:
        attempt = look.at(find.path_of(cell.home, run)).n
    until = None if request.seconds is None else clock.stamp(cell.clock() + request.seconds)
    why = " ".join((request.why or "").split())[:LONGEST_WHY] or None
    wish = claims.Wish(run, attempt, _relative(cell, tree, request.paths) or [claims.WHOLE], why=why, until=until)
    answer = _asked(tree, wish, request.wait)
    if answer.ring:
        raise Refused(claim_words.deadlock(answer.ring, wish.run), "give back what they wait for: workcell unclaim")
    if answer.in_the_way:
        raise TryAgain(
            claim_words.in_the_way(answer.in_the_way, cell.home), _cure(answer, request), details=_details(answer)
        )
    if answer.busy:
        raise TryAgain(f"the claims on {tree.top!r} are being changed at this moment", "try again in a few seconds")
    return Result(run, tree.top, wish.paths, until, round(answer.waited, 3))


def perform_drop(cell: Cell, request: DropRequest) -> Dropped:
    """The operation `unclaim`. Raises Refused for another run from inside of one, Usage outside where none is named,
    NotFound where the run claims none of the paths.
    """
    run = None if request.run is None else os.path.basename(find.run(cell.home, request.run))
    if cell.caller.inside:
        if run not in (None, cell.caller.id):
            raise Refused(f"{run} is another run, and gives its claims back itself", f"workcell send {run} 'TEXT'")
        run = cell.caller.id
    if run is None:
        raise Usage("whose claims are meant is not said", "workcell claims names the runs; then: --run RUN")
    tree = _tree(cell.home, run)
    paths = _relative(cell, tree, request.paths)
    try:
        held = tree.lock()
        if held is None:
            raise TryAgain(f"the claims on {tree.top!r} are being changed at this moment", "try again in a few seconds")
        try:
            dropped = claims.drop(tree, run, paths or None)
            missing = [_missing(tree, path, run) for path in paths if path not in dropped]
        finally:
            os.close(held)
    except OSError as error:
        raise InputOutput(
            f"the claims in {tree.folder} cannot be changed: {error.strerror}", "workcell doctor"
        ) from error
    if missing and not dropped:
        words = [claim_words.not_claimed(run, one.path, one.run, one.claimed) for one in missing]
        raise NotFound(words[0], f"workcell claims {run}", details=words[1:20])
    return Dropped(run, tree.top, dropped, missing)


def _missing(tree: claims.Tree, path: str, run: str) -> Missing:
    """Which run claims that path instead, its own wider or narrower claim first."""
    near = claims.holders(tree, path, "", clock.stamp())
    found = next(iter(sorted(near, key=lambda claim: claim["run"] != run)), None)
    return Missing(path, None, None) if found is None else Missing(path, found["run"], found["path"])


def _tree(home: str, run: str) -> claims.Tree:
    seen = look.at(find.path_of(home, run))
    top = seen.attempt["cwd"] if seen.attempt is not None else None
    try:
        if top is not None:
            return claims.Tree(home, top)
    except OSError:
        pass
    raise NotFound(f"the tree of {run} is gone, or not known", f"workcell status {run}")


def _relative(cell: Cell, tree: claims.Tree, paths: tuple[str, ...]) -> list[str]:
    """The paths as claims name them, each once. Raises Usage for one that lies outside of the tree."""
    if len(paths) > MOST_PATHS:
        raise Usage(f"more than {MOST_PATHS} paths", "claim a directory that holds them")
    found = []
    for path in paths:
        whole = os.path.join(cell.directory, path)
        if "\0" in path or len(os.fsencode(whole)) > claims.LONGEST:
            shown = path[:40] + "…" if len(path) > 40 else path
            raise Usage(f"{shown!r} can be no path", f"a path has {claims.LONGEST} bytes at most, and no zero byte")
        inside = tree.relative(whole)
        if inside is None:
            raise Usage(f"{path!r} lies outside of the tree {tree.top!r}", "a claim is for paths in the run's own tree")
        found.append(inside)
    return list(dict.fromkeys(found))


def _asked(tree: claims.Tree, wish: claims.Wish, seconds: float) -> claim_waits.Answer:
    try:
        return claim_waits.take(tree, wish, seconds)
    except OSError as error:
        raise InputOutput(f"nothing can be claimed in {tree.folder}: {error.strerror}", "workcell doctor") from error


def _cure(answer: claim_waits.Answer, request: Request) -> str:
    run = answer.in_the_way[0]["run"]
    if request.wait:
        return f"do something else first, or ask that run: workcell send {run} 'TEXT'"
    return "work on something else, or wait for it: add --wait 10m"


def _details(answer: claim_waits.Answer) -> list[str]:
    return [f"{claim['path']}: {claim['run']}" for claim in answer.in_the_way[1:20]]
