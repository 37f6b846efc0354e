"""salvage: the snapshots of uncommitted work, listed, shown and brought back."""

import os
from dataclasses import dataclass, replace

from workcell.base.errors import NotFound, Refused, Usage
from workcell.cleaning import run_cleaner
from workcell.cleaning.clean import Cleaner
from workcell.git import repository
from workcell.git import restore as restoring
from workcell.git import snapshot as salvage
from workcell.rundir import find, layout, look
from workcell.rundir.cell import Cell


@dataclass(frozen=True)
class LsRequest:
    run: str | None = None
    """Only the snapshots of this run."""
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
    found, name = tree(cell, request.run, request.repo)
    return Listed([_cleaned(one, _cleaner(cell.home, one)) for one in salvage.ls(found, name)])


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
    if os.path.isdir(into) and os.path.exists(os.path.join(into, ".git")) and not os.path.samefile(into, found.top):
        raise Refused(f"{into!r} is another repository", "name a new directory, or the snapshot's own tree")
    return restoring.restore(found, chosen, into)


def _chosen(cell: Cell, request: ShowRequest) -> tuple[repository.Tree, salvage.Snapshot]:
    """The repository and the snapshot that the request names; `RUN/N` as a run is a run and its snapshot."""
    run, ref = request.run, request.snapshot
    head, slash, number = (run or "").rpartition("/")
    if slash and number.isdigit() and "/" not in head and ref is None:
        run, ref = head, run
    found, name = tree(cell, run, request.repo)
    return found, pick(found, name, ref)


def tree(cell: Cell, run: str | None, repo: str | None) -> tuple[repository.Tree, str | None]:
    """(the repository, the run's id): of RUN's tree, of `repo`, else of the directory of the cell."""
    where, name = repo or cell.directory, None
    if run is not None:
        path = find.run(cell.home, run)
        launched = look.read_record(path, layout.LAUNCH, [])
        name = os.path.basename(path)
        if launched and repo is None:
            where = str(launched["workspace"]) if os.path.isdir(launched["workspace"]) else str(launched["repo"])
    found = repository.find(where)
    if found is None:
        raise NotFound(f"{where!r} is in no git repository: it has no snapshots", "name one with --repo")
    return found, name


def _cleaner(home: str, snapshot: salvage.Snapshot) -> Cleaner:
    """The cleaner of the snapshot's run; by shape alone where that run is gone."""
    path = os.path.join(home, layout.RUNS, os.path.basename(snapshot.run))
    return run_cleaner.of_run(path if os.path.isdir(path) else None)


def _cleaned(snapshot: salvage.Snapshot, cleaner: Cleaner) -> salvage.Snapshot:
    branch = snapshot.branch and cleaner.mask(snapshot.branch)
    return replace(snapshot, why=cleaner.mask(snapshot.why), branch=branch)


def pick(found: repository.Tree, name: str | None, ref: str | None) -> salvage.Snapshot:
    """The snapshot that `ref` names (a ref, or RUN/N), else the newest of the run."""
    known = salvage.ls(found, name)
    if ref is not None:
        known = [one for one in known if ref in (one.ref, f"{one.run}/{one.n}", one.commit)]
    if not known:
        raise NotFound("no such snapshot", "workcell salvage ls")
    return known[-1]
