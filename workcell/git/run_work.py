"""Where the work of a run is: its tree, its branch and its snapshots, as far as they are still there."""

from __future__ import annotations

import os
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workcell.base import ids
from workcell.base.errors import Invalid, NoSuchRun, NotFound, Refused, WorkcellError
from workcell.git import repository, snapshot
from workcell.rundir import find, look

if TYPE_CHECKING:
    from workcell.rundir import schema

BRANCHES = "workcell/"
"""Begin of the name of a branch that a launch makes for a worktree when no other name is given."""


@dataclass(frozen=True)
class RunWork:
    """The work of one run in git.

    `own`: it had a worktree of its own. `workspace` is the path of its tree, `tree` that tree while it is there.
    `source` is a working tree, or bare repository, in which the repository can be asked. `base` is the commit that the
    run began at, None for a branch that was unborn. `branch` is the branch of its own worktree, None where it had none.
    """

    id: str
    own: bool
    workspace: str
    tree: repository.Tree | None
    source: repository.Tree
    base: str | None
    branch: str | None

    @property
    def tip(self) -> str | None:
        """The commit that the branch of its own worktree is at; None where there is no such branch any more."""
        return None if self.branch is None else tip(self.source, self.branch)

    @property
    def head(self) -> str | None:
        """The commit that its work has come to: HEAD of its tree, else its branch."""
        return repository.head(self.tree.top) if self.tree is not None else self.tip

    def snapshots(self) -> list[snapshot.Snapshot]:
        """The snapshots of its uncommitted work, oldest first."""
        return snapshot.ls(self.source, self.id)


def of(seen: look.Look) -> RunWork:
    """Where the work of a run is. Raises Refused for one outside of git, NotFound where its repository is gone."""
    launch = seen.launch
    if launch is None:
        raise Invalid(f"{seen.id}: launch.json cannot be read", f"workcell fsck {seen.id}")
    base = launch["base"]
    if base is None:
        why = launch.get("git_error") or "it is in no git repository"
        raise Refused(f"{launch['workspace']} is not known to git: {why}", f"workcell logs {seen.id}")
    own = launch["worktree"]
    tree = _tree(launch["workspace"])
    # the repository first: it stays when the tree of a run goes
    source = _tree(launch["repo"]) or tree
    if source is None:
        raise NotFound(
            f"neither {launch['workspace']} nor {launch['repo']} is a git repository now",
            f"put the repository back at {shlex.quote(launch['repo'])}",
        )
    return RunWork(
        id=seen.id,
        own=own,
        workspace=launch["workspace"],
        tree=tree,
        source=source,
        base=_known(source, base),
        branch=base["branch"] if own else None,
    )


def _known(source: repository.Tree, base: schema.Base) -> str | None:
    head = base["head"]
    if head is not None and not repository.exists(source.top, head):
        raise NotFound(
            f"the commit {head[:12]}, which the run began at, is not in {source.top!r} any more",
            "fetch it from where it still is",
        )
    return head


def _tree(path: str) -> repository.Tree | None:
    """The repository whose top is at `path`; None where there is none any more."""
    try:
        found = repository.find(path)
    except (NotFound, Invalid):
        return None
    # git looks further up: a tree that is gone must not be found as the repository around it
    return found if found is not None and os.path.samefile(found.top, path) else None


def tip(source: repository.Tree, branch: str) -> str | None:
    """The commit that a branch is at; None where there is no such branch."""
    ran = repository.ask(source.top, "rev-parse", "--verify", "--quiet", f"refs/heads/{branch}^{{commit}}")
    return ran.text().strip() or None


def uncommitted(state: repository.Status) -> list[str]:
    """What a tree has uncommitted, one line for each kind: `2 untracked: a, b`; empty for a clean one."""
    lines = []
    for word in ("staged", "unstaged", "untracked", "conflicted", "submodules"):
        names: repository.Names = getattr(state, word)
        if names:
            shown = ", ".join(names.first[:SHOWN])
            more = names.total - min(SHOWN, len(names.first))
            kind = _KINDS[word]
            lines.append(f"{names.total} {kind}: {shown}" + (f" and {more} more" if more else ""))
    return lines


SHOWN = 5
"""Names that one line lists."""

_KINDS = {
    "staged": "staged",
    "unstaged": "changed",
    "untracked": "untracked",
    "conflicted": "in conflict",
    "submodules": "changed in submodules",
}


def found(home: str, word: str, directory: str) -> str:
    """The directory of the run that `word` names, as `find.run`.

    For a run that was removed, NotFound says what the repository around `directory` still has of it.
    """
    try:
        return find.run(home, word)
    except NoSuchRun:
        left = _left(word, directory)
        if not left:
            raise
        raise NotFound(
            f"the run {word!r} was removed; this is left of its work:", left[0][1], details=[line for line, _ in left]
        ) from None


def _left(word: str, directory: str) -> list[tuple[str, str]]:
    """(what is left, the command that shows it) of a removed run, in the repository around `directory`."""
    try:
        here = repository.find(directory)
        if here is None:
            return []
        out = repository.must(here.top, "for-each-ref", "--format=%(refname)", f"refs/heads/{BRANCHES}", snapshot.REFS)
    except WorkcellError:
        return []
    left = []
    for ref in os.fsdecode(out).splitlines():
        branch, kept = ref.removeprefix("refs/heads/"), ref.removeprefix(snapshot.REFS)
        if branch != ref and names(word, branch.removeprefix(BRANCHES)):
            left.append((f"branch {branch}", f"git diff HEAD...{shlex.quote(branch)}"))
        elif kept != ref and names(word, kept.rpartition("/")[0]):
            left.append((f"snapshot {kept}", f"workcell salvage show --snapshot {kept} --repo {shlex.quote(here.top)}"))
    return left


def names(word: str, run: str) -> bool:
    """Whether `word` is the id `run`, a long begin of it, or the name in it."""
    if word == run or (len(word) >= find.MINUTE and run.startswith(word)):
        return True
    return bool(ids.slug(word)) and run[find.MINUTE + 1 :].rpartition("-")[0] == ids.slug(word)
