"""Removing a worktree: the proofs that nothing is lost by it, and the removing, which a killed one continues."""

import hashlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass

import psutil

from workcell.base import counts, probe
from workcell.base.errors import InputOutput, NotFound, Refused, TryAgain, WorkcellError
from workcell.git import repository, snapshot, tree_state, worktree_undo
from workcell.rundir import locks, seal

MAX_ENTRIES = 2_000_000
"""Files and directories that are looked at for nested repositories; a larger tree is not proven."""


@dataclass(frozen=True)
class Proof:
    """One condition: `name`, the probe answer YES, NO or UNKNOWN, what was found, and what a person can do."""

    name: str
    answer: str
    says: str
    cure: str | None = None


def removable(path: str) -> list[Proof]:
    """Every condition under which the worktree at `path` may be removed; it may when all answers are YES.

    That it is a linked worktree, not locked by git, with nothing under way, clean, its HEAD part of another
    branch, a tag or a remote's branch, no commits that only its reflog leads to, a snapshot of exactly what is
    there, no submodule with work of its own, no other repository or mount inside, and no process whose working
    directory or open file is below it. Whether a run needs it is for the caller to know.
    """
    try:
        tree = repository.find(path)
    except NotFound as error:
        return [Proof("worktree", probe.NO, error.message)]
    except WorkcellError as error:
        return [Proof("worktree", probe.UNKNOWN, error.message, error.hint)]
    if tree is None or not tree.linked or os.path.realpath(path) != os.path.realpath(tree.top):
        return [Proof("worktree", probe.NO, f"{path!r} is not the top of a worktree made by git worktree add")]
    proofs = [Proof("worktree", probe.YES, f"a worktree of {tree.common_dir}")]
    for name, question in _QUESTIONS:
        try:
            proofs.append(question(tree, name))
        except (WorkcellError, OSError) as error:
            hint = error.hint if isinstance(error, WorkcellError) else None
            proofs.append(Proof(name, probe.UNKNOWN, str(error), hint))
    return proofs


def _unlocked(tree: repository.Tree, name: str) -> Proof:
    if os.path.lexists(os.path.join(tree.git_dir, "locked")):
        return Proof(name, probe.NO, "locked by git", f"git worktree unlock {tree.top}")
    return Proof(name, probe.YES, "not locked")


def _at_rest(tree: repository.Tree, name: str) -> Proof:
    word = repository.under_way(tree)
    if word:
        return Proof(name, probe.NO, f"a {word} is under way", repository.ENDS[word])
    if repository.index_locked(tree):
        return Proof(name, probe.NO, "a git command works in it, or was killed there", "look at index.lock")
    return Proof(name, probe.YES, "nothing is under way")


def _clean(tree: repository.Tree, name: str) -> Proof:
    status = repository.status(tree)
    if not status.clean:
        lists = ("staged", "unstaged", "untracked", "conflicted", "submodules")
        parts = [f"{found.total} {word}" for word in lists if (found := getattr(status, word))]
        return Proof(name, probe.NO, "uncommitted work: " + ", ".join(parts), "commit it, or discard it")
    words = ("ls-files", "--others", "--ignored", "--exclude-standard", "--directory", "-z")
    out = repository.must(tree.top, *words, timeout=repository.WHOLE)
    ignored = [name for name in os.fsdecode(out).split("\0") if name]
    lost = f"; {len(ignored)} ignored go with it: {', '.join(map(repr, ignored[:5]))}" if ignored else ""
    return Proof(name, probe.YES, "no uncommitted work" + lost)


def _merged(tree: repository.Tree, name: str) -> Proof:
    head = repository.head(tree.top)
    if head is None:
        return Proof(name, probe.YES, "no commit was made")
    words = ("for-each-ref", "--format=%(refname)", "--contains", head, "refs/heads", "refs/remotes", "refs/tags")
    own = f"refs/heads/{repository.branch(tree.top)}"
    there = [
        ref
        for ref in repository.must(tree.top, *words, timeout=repository.WHOLE).decode("utf-8", "replace").split("\n")
        if ref
    ]
    others = [ref for ref in there if ref != own]
    if others:
        return Proof(name, probe.YES, f"{head[:12]} is part of {others[0]}")
    return Proof(name, probe.NO, f"{head[:12]} is neither merged nor pushed", "merge or push its branch")


def _named(tree: repository.Tree, name: str) -> Proof:
    lost = snapshot.unnamed(tree, [])
    if lost:
        says = f"its HEAD or reflog alone leads to {counts.count(len(lost), 'commit')}, such as {lost[0][:12]}"
        return Proof(name, probe.NO, says, "take a snapshot: it keeps them")
    return Proof(name, probe.YES, "every commit is on a branch, tag or snapshot")


def _snapshot(tree: repository.Tree, name: str) -> Proof:
    found = snapshot.current(tree)
    if found is None:
        return Proof(name, probe.NO, "no snapshot holds exactly what is there", "take a snapshot")
    return Proof(name, probe.YES, f"{found.ref} holds what is there")


def _submodules(tree: repository.Tree, name: str) -> Proof:
    """A linked worktree has clones of its own of its submodules, which are removed with it."""
    count = 0
    for path, below in _below(tree, ""):
        count += 1
        if repository.under_way(below) or not repository.status(below).clean:
            return Proof(name, probe.NO, f"uncommitted work in the submodule {path!r}", "commit and push it there")
        own = ["--exclude=refs/remotes/*", "--glob=refs/*", "--reflog", "HEAD", "--not", "--remotes"]
        listed = repository.must(below.top, "rev-list", *own, timeout=repository.WHOLE).decode().split()
        if listed and not _elsewhere(below, listed):
            held = counts.count(len(listed), "commit")
            says = f"nowhere else: {held} of the submodule {path!r}, such as {listed[0][:12]}"
            return Proof(name, probe.NO, says, "push them from there, or take a snapshot")
    return Proof(
        name, probe.YES, f"{counts.count(count, 'submodule')}, none with work of its own" if count else "no submodules"
    )


def _below(tree: repository.Tree, prefix: str) -> Iterator[tuple[str, repository.Tree]]:
    listed = repository.must(tree.top, "ls-files", "--stage", "-v", "-z", timeout=repository.WHOLE)
    for entry in tree_state.entries(listed):
        below = tree_state.repository(tree, entry.path) if entry.mode == tree_state.LINK else None
        if below:
            yield prefix + entry.path, below
            yield from _below(below, f"{prefix}{entry.path}/")


def _elsewhere(below: repository.Tree, commits: list[str]) -> bool:
    """Whether the repository's own clone of the submodule leads to all of `commits` by a ref."""
    clone = snapshot.twin(below)
    if clone is None:
        return False
    given = "".join(f"{commit}\n" for commit in commits).encode()
    ran = repository.ask(clone, "rev-list", "--stdin", "--not", "--all", timeout=repository.WHOLE, input=given)
    return ran.ok and not ran.out.strip()


def _alone(tree: repository.Tree, name: str) -> Proof:
    known = {os.path.join(tree.top, path) for path, _ in _below(tree, "")}
    device = os.lstat(tree.top).st_dev
    seen = 0
    todo = [tree.top]
    while todo:
        directory = todo.pop()
        with os.scandir(directory) as entries:
            for entry in entries:
                seen += 1
                if entry.name == ".git" and directory != tree.top and directory not in known:
                    return Proof(name, probe.NO, f"another repository is inside: {directory!r}", "move it away")
                if entry.is_dir(follow_symlinks=False):
                    if entry.stat(follow_symlinks=False).st_dev != device or os.path.ismount(entry.path):
                        return Proof(name, probe.NO, f"something is mounted on {entry.path!r}", "umount it")
                    todo.append(entry.path)
        if seen > MAX_ENTRIES:
            return Proof(name, probe.UNKNOWN, f"more than {MAX_ENTRIES} files: not all were looked at")
    return Proof(name, probe.YES, "no other repository and no mount inside")


def _unused(tree: repository.Tree, name: str) -> Proof:
    return unused(tree.top, _born(tree), name)


def _born(tree: repository.Tree) -> float:
    """Epoch seconds of the worktree's making: git writes this file once."""
    return os.lstat(os.path.join(tree.git_dir, "commondir")).st_mtime


def unused(top: str, born: float, name: str = "unused") -> Proof:
    """Whether no process has its working directory or an open file below `top`.

    UNKNOWN when a process of this user that started after `born` (epoch seconds) could not be asked. Others
    that refuse (agents that hold keys, the session of the login, pid 1 in a container) have always been
    elsewhere: they are named in `says`. Those of other users are only asked by root.
    """
    above = os.path.realpath(top)
    unasked: list[int] = []
    older: list[int] = []
    for process in psutil.process_iter():
        try:
            places = [process.cwd(), *(file.path for file in process.open_files())]
            inside = [place for place in places if place and (place == above or place.startswith(above + "/"))]
            if inside:
                says = f"{process.name()!r} (pid {process.pid}) is in {inside[0]!r}"
                return Proof(name, probe.NO, says, f"end it, or wait for it: ps -fp {process.pid}")
        except (psutil.NoSuchProcess, psutil.ZombieProcess):
            continue
        except (psutil.AccessDenied, OSError):
            if _ours(process):
                (unasked if _started(process) >= born - 1 else older).append(process.pid)
    if unasked:
        says = f"pid {unasked[0]} cannot be asked where it is"
        return Proof(name, probe.UNKNOWN, says, f"end it, or ask as root: ps -fp {unasked[0]}")
    not_asked = f"; not asked, but older than the tree: pid {', '.join(map(str, older[:5]))}" if older else ""
    return Proof(name, probe.YES, "no process is in it" + not_asked)


def _started(process: psutil.Process) -> float:
    try:
        return process.create_time()
    except psutil.Error:
        return float("inf")


def _ours(process: psutil.Process) -> bool:
    try:
        return bool(process.uids().real == os.getuid())
    except psutil.Error:
        return False


_QUESTIONS = (
    ("unlocked", _unlocked),
    ("at rest", _at_rest),
    ("clean", _clean),
    ("merged or pushed", _merged),
    ("named", _named),
    ("submodules", _submodules),
    ("alone", _alone),
    ("snapshot", _snapshot),
    ("unused", _unused),
)


def remove(path: str, without: frozenset[str] = frozenset()) -> None:
    """Remove the worktree at `path` when every proof holds; its branch, snapshots and commits stay.

    `without` are names of proofs that a person does not ask for; that a snapshot holds what is there is always asked.

    The directory is first renamed, which takes it from every process, and looked at once more: no process in it, no
    file other than when it was proven. Only then `.<name>.removing` beside it says that it may go, and what a
    killed removal left is removed by the next call. Killed before, the directory goes back to its name.

    Raises Refused with the proofs that fail as details, TryAgain when it is being removed or was used meanwhile,
    NotFound when nothing is there, InputOutput.
    """
    path = os.path.join(os.path.realpath(os.path.dirname(os.path.abspath(path))), os.path.basename(path))
    note, trash = worktree_undo.beside(path, "removing"), worktree_undo.beside(path, "trash")
    if not any(os.path.lexists(there) for there in (path, note, trash)):
        raise NotFound(f"no worktree at {path!r}", "workcell gc shows those there are")
    try:
        lock = locks.take(note)
        if lock is None:
            raise TryAgain(f"the worktree {path!r} is being removed at this moment", "wait for that to end")
        try:
            _remove(path, trash, lock, without)
        finally:
            if not os.fstat(lock).st_size:
                os.unlink(note)
            os.close(lock)
    except OSError as error:
        words = f"cannot remove the worktree {path!r}: {error.strerror}: {error.filename!r}"
        raise InputOutput(words, "check its permissions, then: workcell gc") from error


def _remove(path: str, trash: str, lock: int, without: frozenset[str]) -> None:
    said = worktree_undo.written(lock)
    if said is not None:
        _finish(path, trash, said, lock)
        if not os.path.lexists(path):
            return
    elif os.path.lexists(trash):
        if os.path.lexists(path):
            raise Refused(f"{trash!r} is left from a removal that was cut off", "look into it and move it away")
        os.rename(trash, path)  # the second look never came to its end
    if not os.path.lexists(path):
        return  # a removal was killed when all was gone but its empty note
    said = _prove(path, trash, without)
    worktree_undo.put(lock, said)
    seal.sync_directory(os.path.dirname(path))
    _finish(path, trash, said, lock)


def _finish(path: str, trash: str, said: "dict[str, object]", lock: int) -> None:
    worktree_undo.erase(trash)
    entry = str(said["git_dir"])
    # the fence: nothing but an entry of a worktree is ever removed in a git directory, and not the entry of one
    # that was made anew under this name since
    within = os.path.dirname(entry) == os.path.join(str(said["common_dir"]), "worktrees")
    if within and not os.path.lexists(path):
        worktree_undo.erase_entry(entry)
    os.ftruncate(lock, 0)


def _prove(path: str, trash: str, without: frozenset[str]) -> "dict[str, object]":
    before = _seen(path)
    proofs = removable(path)
    failed = [proof for proof in proofs if proof.answer != probe.YES and proof.name not in without]
    if failed:
        details = [f"{p.name}: {p.answer}: {p.says}" + (f" ({p.cure})" if p.cure else "") for p in proofs]
        raise Refused(f"{path!r} stays: {failed[0].says}", failed[0].cure, details=details)
    tree = repository.find(path)
    if tree is None:
        raise NotFound(f"no worktree at {path!r}", "workcell gc shows those there are")
    born = _born(tree)
    os.rename(path, trash)
    try:
        proof = unused(trash, born)
        if proof.answer == probe.YES and _seen(trash) != before:
            proof = Proof("unchanged", probe.NO, "files were changed meanwhile")
    except BaseException:
        os.rename(trash, path)
        raise
    if proof.answer != probe.YES:
        os.rename(trash, path)
        raise TryAgain(f"{path!r} stays: {proof.says}", proof.cure or "try again when no process works in it")
    return {"schema": "workcell.removing/1", "git_dir": tree.git_dir, "common_dir": tree.common_dir}


def _seen(top: str) -> str:
    """A digest of all names, sizes, times and inodes below `top`."""
    digest = hashlib.sha256()
    todo = [b""]
    while todo:
        directory = todo.pop()
        with os.scandir(os.path.join(os.fsencode(top), directory)) as entries:
            for entry in sorted(entries, key=lambda entry: entry.name):
                now = entry.stat(follow_symlinks=False)
                path = os.path.join(directory, entry.name)
                digest.update(b"%s\0%d %d %d %d\0" % (path, now.st_mode, now.st_size, now.st_mtime_ns, now.st_ino))
                if stat.S_ISDIR(now.st_mode):
                    todo.append(path)
    return digest.hexdigest()
