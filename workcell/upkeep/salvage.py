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


@dataclass(frozen=True)
class Shown:
    """One snapshot: what it is, the paths in which it differs from its HEAD, and the difference."""

    snapshot: salvage.Snapshot
    staged: tuple[tuple[str, str], ...]
    files: tuple[tuple[str, str], ...]
    diff: str
    cut: bool


def tree(home: str, run: str | None, repo: str | None) -> tuple[repository.Tree, str | None]:
    """(the repository, the run's id): of RUN's tree, of `repo`, else of the current directory."""
    where, name = repo or os.getcwd(), None
    if run is not None:
        path = find.run(home, run)
        launched = look.read_record(path, layout.LAUNCH, [])
        name = os.path.basename(path)
        if launched and repo is None:
            where = str(launched["workspace"]) if os.path.isdir(launched["workspace"]) else str(launched["repo"])
    found = repository.find(where)
    if found is None:
        raise NotFound(f"{where!r} is in no git repository: it has no snapshots", "name one with --repo")
    return found, name


def ls(home: str, run: str | None, repo: str | None) -> list[salvage.Snapshot]:
    """The snapshots of a run, or of a whole repository, oldest first."""
    found, name = tree(home, run, repo)
    return [_cleaned(one, _cleaner(home, one)) for one in salvage.ls(found, name)]


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


def show(home: str, run: str | None, repo: str | None, ref: str | None) -> Shown:
    """What a snapshot holds."""
    found, name = tree(home, run, repo)
    chosen = pick(found, name, ref)
    what = salvage.show(found, chosen)
    clean = _cleaner(home, chosen)
    staged, files = (tuple((letter, clean.mask(path)) for letter, path in part) for part in (what.staged, what.files))
    return Shown(_cleaned(chosen, clean), staged, files, clean.mask(what.diff), what.cut)


def restore(home: str, run: str | None, repo: str | None, ref: str | None, into: str | None) -> restoring.Restored:
    """Write a snapshot to a new directory, or back into its own tree with `into` as that tree."""
    if into is None:
        raise Usage("say where to restore to", "--into NEWDIR; or --into the tree itself, if it is clean")
    found, name = tree(home, run, repo)
    chosen = pick(found, name, ref)
    if os.path.isdir(into) and os.path.exists(os.path.join(into, ".git")) and not os.path.samefile(into, found.top):
        raise Refused(f"{into!r} is another repository", "name a new directory, or the snapshot's own tree")
    return restoring.restore(found, chosen, into)
