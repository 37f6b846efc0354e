"""salvage: the snapshots of uncommitted work, listed, shown and brought back."""

import os
import shlex
from dataclasses import dataclass, replace

from workcell.base.errors import NoSuchRun, NotFound, Refused, Usage
from workcell.cleaning import run_cleaner
from workcell.cleaning.clean import Cleaner
from workcell.git import repository, run_work
from workcell.git import restore as restoring
from workcell.git import snapshot as salvage
from workcell.rundir import find, layout, lease, look
from workcell.rundir.cell import Cell


@dataclass(frozen=True)
class LsRequest:
    run: str | None = None
    """Only the snapshots of this run; also of one that was removed, by its id or its name."""
    repo: str | None = None
    """The repository; by default the run's, else that around the directory of the cell."""


@dataclass(frozen=True)
class Listed:
    snapshots: list[salvage.Snapshot]
    """Oldest first."""


@dataclass(frozen=True)
class ShowRequest:
    run: str | None = None
    """The run, or `RUN/N` for its snapshot of that number."""
    repo: str | None = None
    """The repository; by default the run's, else that around the directory of the cell."""
    snapshot: str | None = None
    """RUN/N, a ref or a commit; the newest by default."""


@dataclass(frozen=True)
class RestoreRequest(ShowRequest):
    into: str | None = None
    """A new directory, or the tree itself while it is clean. It must be given."""


Restored = restoring.Restored


@dataclass(frozen=True)
class Shown:
    """One snapshot: what it is, the paths in which it differs from its HEAD, and the difference."""

    snapshot: salvage.Snapshot
    staged: tuple[tuple[str, str], ...]
    files: tuple[tuple[str, str], ...]
    diff: str
    cut: bool


def perform_ls(cell: Cell, request: LsRequest) -> Listed:
    """The operation `salvage ls`. NotFound where there is no repository."""
    found, runs = tree(cell, request.run, request.repo)
    return Listed([_cleaned(one, _cleaner(cell.home, one)) for one in _of_runs(found, runs)])


def perform_show(cell: Cell, request: ShowRequest) -> Shown:
    """The operation `salvage show`. NotFound where there is no repository or no such snapshot."""
    found, chosen = _chosen(cell, request)
    what = salvage.show(found, chosen)
    clean = _cleaner(cell.home, chosen)
    staged, files = (tuple((letter, clean.mask(path)) for letter, path in part) for part in (what.staged, what.files))
    return Shown(_cleaned(chosen, clean), staged, files, clean.mask(what.diff), what.cut)


def perform_restore(cell: Cell, request: RestoreRequest) -> Restored:
    """The operation `salvage restore`: write a snapshot to a new directory, or back into its own tree."""
    into = request.into
    if into is None:
        raise Usage("say where to restore to", "--into NEWDIR; or --into the tree itself, if it is clean")
    found, chosen = _chosen(cell, request)
    if os.path.isdir(into) and os.path.samefile(into, found.top):
        _refuse_shared(cell.home, found.top)
    if os.path.isdir(into) and os.path.exists(os.path.join(into, ".git")) and not os.path.samefile(into, found.top):
        raise Refused(f"{into!r} is another repository", "name a new directory, or the snapshot's own tree")
    return restoring.restore(found, chosen, into)


def _refuse_shared(home: str, top: str) -> None:
    """Raise Refused where live runs share the tree: a snapshot would be written over the work of others."""
    named = lease.holder(home, top)
    if named is None or named.get("shared") is not True:
        return
    for run in lease.runs_in(home, top, lambda other: find.is_live(home, other)):
        raise Refused(
            f"{top!r} is shared, and in use by the run {run!r}", "restore into a new directory: --into NEWDIR"
        )


def _chosen(cell: Cell, request: ShowRequest) -> tuple[repository.Tree, salvage.Snapshot]:
    """The repository and the snapshot that the request names; `RUN/N` as a run is a run and its snapshot."""
    run, ref = request.run, request.snapshot
    head, slash, number = (run or "").rpartition("/")
    if slash and number.isdigit() and "/" not in head and ref is None:
        run, ref = head, run
    found, runs = tree(cell, run, request.repo)
    return found, pick(found, runs, ref)


def tree(cell: Cell, run: str | None, repo: str | None) -> tuple[repository.Tree, list[str] | None]:
    """(the repository, the ids that RUN means): of RUN's tree, of `repo`, else of the directory of the cell.

    A run that was removed is known by its snapshots in that repository. The ids are None where no run was named.
    """
    where, runs = repo or cell.directory, None
    if run is not None:
        try:
            path = find.run(cell.home, run)
        except NoSuchRun as error:
            return _of_removed(where, error)
        launched = look.read_record(path, layout.LAUNCH, [])
        runs = [os.path.basename(path)]
        if launched and repo is None:
            where = str(launched["workspace"]) if os.path.isdir(launched["workspace"]) else str(launched["repo"])
    found = repository.find(where)
    if found is None:
        raise NotFound(f"{where!r} is in no git repository: it has no snapshots", "name one with --repo")
    return found, runs


def _of_removed(where: str, error: NoSuchRun) -> tuple[repository.Tree, list[str]]:
    """The repository around `where`, and the removed runs of the word in `error` that it has snapshots of."""
    found = repository.find(where)
    known = {one.run for one in salvage.ls(found)} if found is not None else set[str]()
    runs = sorted(one for one in known if run_work.names(error.word, one))
    if found is None or not runs:
        place = f"the repository at {found.top!r}" if found is not None else f"{where!r}, which is in no repository,"
        raise NotFound(
            f"{error.message}, and {place} has no snapshot of one",
            f"if it was removed, name its repository: workcell salvage ls {shlex.quote(error.word)} --repo DIR",
        )
    return found, runs


def _of_runs(found: repository.Tree, runs: list[str] | None) -> list[salvage.Snapshot]:
    """The snapshots of these runs, or of all, oldest first."""
    known = salvage.ls(found, runs[0] if runs and len(runs) == 1 else None)
    return known if runs is None else [one for one in known if one.run in runs]


def _cleaner(home: str, snapshot: salvage.Snapshot) -> Cleaner:
    """The cleaner of the snapshot's run; by shape alone where that run is gone."""
    path = os.path.join(home, layout.RUNS, os.path.basename(snapshot.run))
    return run_cleaner.of_run(path if os.path.isdir(path) else None)


def _cleaned(snapshot: salvage.Snapshot, cleaner: Cleaner) -> salvage.Snapshot:
    branch = snapshot.branch and cleaner.mask(snapshot.branch)
    return replace(snapshot, why=cleaner.mask(snapshot.why), branch=branch)


def pick(found: repository.Tree, runs: list[str] | None, ref: str | None) -> salvage.Snapshot:
    """The snapshot that `ref` names (a ref, or RUN/N), else the newest of the runs."""
    known = _of_runs(found, runs)
    if ref is not None:
        known = [one for one in known if ref in (one.ref, f"{one.run}/{one.n}", one.commit)]
    if not known:
        raise NotFound("no such snapshot", f"workcell salvage ls --repo {shlex.quote(found.top)}")
    return known[-1]
