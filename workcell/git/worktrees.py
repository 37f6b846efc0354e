"""Making a worktree for a run, with its submodules, so that a killed making is completed by the next one."""

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field

from workcell.base import clock, json_codec
from workcell.base.errors import CannotCreate, Invalid, Refused, TryAgain, WorkcellError
from workcell.git import copy_ignored, environment, repository, tree_state, worktree_undo
from workcell.rundir import locks, seal

MARK = "workcell"
"""A file in the worktree's own git directory, sealed last: the worktree is whole. Git takes no notice of it."""

_REACH = {"GIT_ALLOW_PROTOCOL": "file:git:http:https:ssh"}
"""A checkout in a partial clone has to fetch what it lacks; every other question stays off the network."""

_LOGGED = ("core.logAllRefUpdates=true",)
"""The new tree's HEAD gets its reflog at once: one that is missing later was then removed by another program."""


@dataclass(frozen=True)
class Made:
    """A worktree that is whole. `base` is the commit it started from; `reused`: an earlier call had made it.

    `carried` are the paths copied by `carry`, `ignored` those that git ignores in the source and that were not;
    `notes` say in words for a person what else is not as in the source.
    """

    tree: repository.Tree
    branch: str
    base: str
    reused: bool
    carried: tuple[str, ...]
    ignored: repository.Names
    notes: tuple[str, ...]


@dataclass
class _Making:
    source: repository.Tree
    path: str
    run: str
    branch: str
    base: str
    """The commit; until it is found, the word that the caller gave for it, or nothing."""
    lock: int
    carry: Sequence[str]
    fresh: bool = False
    """Whether this making made the branch."""
    notes: list[str] = field(default_factory=list)


def create(
    source: repository.Tree,
    path: str,
    *,
    run: str,
    branch: str | None = None,
    base: str | None = None,
    carry: Sequence[str] = (),
) -> Made:
    """Make a worktree of the repository of `source` at `path` for `run`, or complete and return the one begun.

    It is on `branch`, which is made at `base` if it is not there, `workcell/<run>` unless named. `base` is a
    commit, HEAD of the source if not given. Submodules that the source has are cloned from its own clones, and
    so without network. Sparse patterns and shallowness are kept. No hook is run: a post-checkout made for the
    person's own tree is no part of the run. Filters (LFS) are run, and left out where they fail, with a note.

    `carry` are paths or globs relative to the top of the source, copied also when ignored; links stay links.
    While the making is under way, `.<name>.making` beside `path` says so and is locked; all of `path` is ours
    until it is gone, and what a killed making left is thrown away and made again. Nothing in the source
    changes, nor does the repository's config; it gets the branch and the entry of the worktree.

    Raises Refused for a branch that another worktree has, a taken path or a repository without a commit, Invalid
    for a bad branch name or `carry`, TryAgain while another call makes the same one, CannotCreate, InputOutput.
    """
    path = os.path.join(os.path.realpath(os.path.dirname(os.path.abspath(path))), os.path.basename(path))
    branch = branch or f"workcell/{run}"
    if not repository.ask(source.top, "check-ref-format", "--branch", branch).ok:
        raise Invalid(f"{branch!r} cannot name a branch", "see git help check-ref-format")
    copy_ignored.check(carry)
    intent = worktree_undo.beside(path, "making")
    try:
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        lock = locks.take(intent)
    except OSError as error:
        raise CannotCreate(f"cannot make a worktree at {path!r}: {error.strerror}", "workcell doctor") from error
    if lock is None:
        raise TryAgain(f"the worktree {path!r} is being made at this moment", "try again when that is done")
    try:
        return _locked(_Making(source, path, run, branch, base or "", lock, carry))
    except OSError as error:
        words = f"cannot make a worktree at {path!r}: {error.strerror}: {error.filename!r}"
        raise CannotCreate(words, "workcell doctor") from error
    finally:
        # it is whole now, or nothing of it is left; who waits for the lock looks whether the name still leads to it
        try:
            if not os.fstat(lock).st_size:
                os.unlink(intent)
        finally:
            os.close(lock)


def _locked(making: _Making) -> Made:
    """Complete the worktree, or make it, under the lock on its intent."""
    source, path, run, branch, lock = making.source, making.path, making.run, making.branch, making.lock
    begun = worktree_undo.written(lock)
    whole = _whole(source, path, run)
    if whole:
        os.ftruncate(lock, 0)
        return _made(source, whole, making.carry)
    if begun:
        if begun.get("run") != run or begun.get("path") != path:
            raise Refused(f"{path!r} was begun for another run, {begun.get('run')!r}", "name another path")
        making.fresh = bool(begun.get("fresh")) and begun.get("branch") == branch
        worktree_undo.discard(source, path, begun, os.fstat(lock).st_mtime)
    elif os.path.lexists(path):
        raise Refused(f"{path!r} is there already and is no worktree of the run {run}", "name another path")
    at = _tip(source, branch)
    if at is None:
        making.fresh = True
    making.base = _base(source, branch, making.base or None, at)
    _free(source, branch)
    said: dict[str, object] = {"schema": "workcell.making/1", "run": run, "path": path, "source": source.top}
    said.update(branch=branch, base=making.base, fresh=making.fresh)
    worktree_undo.put(lock, said)
    seal.sync_directory(os.path.dirname(path))
    try:
        return _make(making)
    except BaseException:
        worktree_undo.undo(source, path, said, lock)
        os.ftruncate(lock, 0)
        raise


def _make(making: _Making) -> Made:
    source, path = making.source, making.path
    os.mkdir(path)
    ref = f"refs/heads/{making.branch}"
    if _tip(source, making.branch) is None:
        words = ("update-ref", "--create-reflog", ref, making.base, "0" * len(making.base))
        repository.must(source.top, *words, pass_fds=[making.lock])
    adding = ("worktree", "add", "--no-checkout", path, making.branch)
    ran = repository.ask(source.top, *adding, timeout=repository.LONG, config=_LOGGED, pass_fds=[making.lock])
    if not ran.ok:
        if b"already checked out" in ran.err or b"already used by worktree" in ran.err:
            raise Refused(f"the branch {making.branch!r} is in use: {ran.complaint()}", "name another branch")
        raise repository.trouble(ran, source.top, "worktree")
    tree = _found(path)
    _sparse(source, tree)
    _checkout(making, tree.top)
    _submodules(making, source, source.git_dir, tree)
    carried, notes = copy_ignored.carry(source.top, path, making.carry)
    making.notes += notes
    if not source.bare and not repository.status(source).clean:
        making.notes.append(f"uncommitted changes stay in {source.top!r}")
    facts: dict[str, object] = {
        "schema": "workcell.worktree/1",
        "run": making.run,
        "base": making.base,
        "branch": making.branch,
        "at": clock.stamp(),
        "carried": carried,
        "notes": making.notes,
    }
    seal.seal(tree.git_dir, MARK, json_codec.encode(facts))
    os.ftruncate(making.lock, 0)
    return _made(source, facts, making.carry, tree)


def _made(
    source: repository.Tree, facts: "dict[str, object]", carry: Sequence[str], tree: repository.Tree | None = None
) -> Made:
    reused = tree is None
    tree = tree or _found(str(facts["path"]))
    carried, notes = facts.get("carried"), facts.get("notes")
    carried = [str(path) for path in carried] if isinstance(carried, list) else []
    ignored = () if source.bare else _ignored(source)
    left = (path for path in ignored if not any(path == c or path.startswith(c + "/") for c in carried))
    return Made(
        tree,
        str(facts["branch"]),
        str(facts["base"]),
        reused,
        tuple(carried),
        repository.names(left),
        tuple(str(note) for note in notes) if isinstance(notes, list) else (),
    )


def _ignored(source: repository.Tree) -> list[str]:
    words = ("ls-files", "--others", "--ignored", "--exclude-standard", "--directory", "-z")
    out = repository.must(source.top, *words, timeout=repository.WHOLE)
    return [path.rstrip("/") for path in os.fsdecode(out).split("\0") if path]


def _found(path: str) -> repository.Tree:
    tree = repository.find(path)
    if tree is None or not tree.linked:
        raise CannotCreate(f"git made no worktree at {path!r}", "look in the repository: git worktree list")
    return tree


def _whole(source: repository.Tree, path: str, run: str) -> "dict[str, object] | None":
    """What the mark of a whole worktree at `path` says, and its path; None where there is none of this run."""
    if not os.path.lexists(os.path.join(path, ".git")):
        return None
    try:
        tree = repository.find(path)
        if tree is None or tree.common_dir != source.common_dir or not tree.linked:
            return None
        with open(os.path.join(tree.git_dir, MARK), "rb") as file:
            facts = json_codec.decode(file.read())
    except (WorkcellError, OSError, ValueError):
        return None
    return {**facts, "path": path} if facts.get("run") == run else None


def _tip(source: repository.Tree, branch: str) -> str | None:
    ran = repository.ask(source.top, "rev-parse", "--verify", "--quiet", f"refs/heads/{branch}^{{commit}}")
    return ran.text().strip() or None


def _base(source: repository.Tree, branch: str, base: str | None, at: str | None) -> str:
    if base is None:
        base = at or repository.head(source.top)
        if base is None:
            raise Refused(f"{source.top!r} has no commit yet", "commit something first, or run without a worktree")
    ran = repository.ask(source.top, "rev-parse", "--verify", "--quiet", "--end-of-options", base + "^{commit}")
    if not ran.ok:
        raise Invalid(f"{base!r} is no commit in {source.top!r}", "git log names those that are")
    commit = ran.text().strip()
    if at and at != commit:
        raise Refused(
            f"the branch {branch!r} is there already, at {at[:12]} and not at {commit[:12]}",
            "name another branch, or start from where it is",
        )
    return commit


def _free(source: repository.Tree, branch: str) -> None:
    for other in repository.worktrees(source):
        if other.branch == branch and not (other.top == source.top and source.bare):
            if other.prunable:
                cure = f"its directory is gone: git -C {source.top} worktree prune, or name another branch"
            else:
                cure = "name another branch, or switch that tree to another one"
            raise Refused(f"the branch {branch!r} is checked out in {other.top!r}", cure)


def _sparse(source: repository.Tree, tree: repository.Tree) -> None:
    """git before 2.36 does not take the sparse patterns along."""
    theirs, ours = (os.path.join(at.git_dir, "info", "sparse-checkout") for at in (source, tree))
    said = repository.ask(tree.top, "config", "--type=bool", "--get", "core.sparseCheckout").text().strip()
    if said == "true" and os.path.isfile(theirs) and not os.path.lexists(ours):
        os.makedirs(os.path.dirname(ours), exist_ok=True)
        shutil.copyfile(theirs, ours)


def _checkout(making: _Making, top: str) -> None:
    words = ("reset", "--hard", "--quiet", "--no-recurse-submodules", "HEAD", "--")
    for name in environment.withheld(top):
        cure = "git lfs install" if name == "lfs" else "set it in your own ~/.gitconfig to have it"
        making.notes.append(f"the filter {name!r} of the repository's own .git/config is not run: {cure}")
    if repository.ask(top, *words, timeout=repository.LONG, env=_REACH, config=_LOGGED, pass_fds=[making.lock]).ok:
        return
    env = {**_REACH, **environment.unfiltered(top)}
    repository.must(top, *words, timeout=repository.LONG, env=env, config=_LOGGED, pass_fds=[making.lock])
    making.notes.append("a filter failed: its files are as they lie in git (LFS: pointers)")


def _submodules(making: _Making, source: repository.Tree | None, modules: str, tree: repository.Tree) -> None:
    """Check out the submodules of `tree` from the clones that `source` has, or that lie in `modules`/modules."""
    listed = tree_state.entries(repository.must(tree.top, "ls-files", "--stage", "-v", "-z", timeout=repository.WHOLE))
    links = [entry for entry in listed if entry.mode == tree_state.LINK and entry.tag not in "Ss"]
    if not links:
        return
    named = _names(tree)
    for link in links:
        name = named.get(link.path)
        theirs = tree_state.repository(source, link.path) if source else None
        clone = theirs.common_dir if theirs else os.path.join(modules, "modules", name or "")
        if not name or "=" in name or not os.path.isfile(os.path.join(clone, "HEAD")):
            making.notes.append(f"the submodule {link.path!r} is not checked out in the source, and so not here")
            continue
        config = [f"submodule.{name}.url={clone}", f"submodule.{name}.active=true", *_LOGGED]
        words = ("submodule", "--quiet", "update", "--checkout", "--no-recommend-shallow", "--", link.path)
        env = {"GIT_ALLOW_PROTOCOL": "file"}
        ran = repository.ask(tree.top, *words, timeout=repository.LONG, env=env, config=config, pass_fds=[making.lock])
        below = tree_state.repository(tree, link.path)
        if not ran.ok or below is None:
            making.notes.append(f"the submodule {link.path!r} could not be checked out: {ran.complaint()}")
            continue
        _origin(making, clone, below)
        _submodules(making, theirs, clone, below)


def _names(tree: repository.Tree) -> dict[str, str]:
    """Path to name of the submodules that .gitmodules lists."""
    file = os.path.join(tree.top, ".gitmodules")
    out = repository.ask(tree.top, "config", "-z", "--file", file, "--get-regexp", r"^submodule\..*\.path$").out
    pairs = (item.partition("\n") for item in os.fsdecode(out).split("\0") if item)
    return {path: key.removeprefix("submodule.").removesuffix(".path") for key, _, path in pairs}


def _origin(making: _Making, clone: str, below: repository.Tree) -> None:
    """Let the new clone's origin be that of the clone it came from, with what that one knows of it."""
    url = repository.ask(clone, "config", "--get", "remote.origin.url").text().rstrip("\n")
    if not url:
        return
    repository.must(below.top, "config", "remote.origin.url", url, pass_fds=[making.lock])
    known = "+refs/remotes/origin/*:refs/remotes/origin/*"
    words = ("fetch", "--quiet", "--prune", "--no-tags", "--no-write-fetch-head", clone, known)
    # a submodule's clone is on disk already, and what it knows of its origin is all that is asked here
    repository.ask(
        below.top, *words, timeout=repository.LONG, env={"GIT_ALLOW_PROTOCOL": "file"}, pass_fds=[making.lock]
    )


def unfinished(directory: str) -> list[tuple[str, str]]:
    """The worktrees in `directory` that a killed process left half: `(path, "making" or "removing")`, sorted.

    What is under way now is among them. `create` or `abandon` settle the first, `removal.remove` the second.
    """
    found = set()
    words = {".making": "making", ".removing": "removing", ".trash": "removing"}
    for name in os.listdir(directory) if os.path.isdir(directory) else ():
        stem, dot, word = name[1:].rpartition(".")
        if name.startswith(".") and stem and dot + word in words:
            found.add((os.path.join(directory, stem), words[dot + word]))
    return sorted(found)


def abandon(path: str) -> bool:
    """Throw away what a killed making left at `path`, and its branch where it is still what was made.

    False when there is no such making, or one that came to its end. Raises TryAgain while it goes on, and what
    `git.find` raises when its repository cannot be asked.
    """
    intent = worktree_undo.beside(path, "making")
    if not os.path.lexists(intent):
        return False
    lock = locks.take(intent)
    if lock is None:
        raise TryAgain(f"the worktree {path!r} is being made at this moment", "try again when that is done")
    try:
        begun = worktree_undo.written(lock)
        source = repository.find(str(begun["source"])) if begun else None
        whole = begun is not None and source is not None and _whole(source, path, str(begun["run"])) is not None
        if begun and source and not whole:
            worktree_undo.undo(source, path, begun, lock)
        os.unlink(intent)
        return bool(begun) and not whole
    finally:
        os.close(lock)
