"""Merging a commit into the branch of a working tree: computed beside it, then put there in one recorded step.

Invariants:
- What a merge comes to is computed from commits alone (`git merge-tree`): a conflict is known before anything of the
  tree is touched.
- Before the files of the tree are changed, the lock file of the merge says from which commit to which. It is emptied
  once the branch has moved. What a killed merge left is taken back by the next one, after a snapshot of what is there.
- Where another program has moved the branch meanwhile, that is written there, too, and what the merge wrote goes back
  to what the branch is at now.
- No hook and no program that the repository's own configuration names is run: the agent shares that configuration.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workcell.base.errors import InputOutput, Refused, TryAgain, Unreachable
from workcell.git import repository, restore, snapshot, tree_state, worktree_undo

_REACH = {"GIT_ALLOW_PROTOCOL": "file:git:http:https:ssh"}
"""The checkout of a partial clone has to fetch what it lacks."""

if TYPE_CHECKING:
    from workcell.rundir import schema

LOGGED = ("core.logAllRefUpdates=true", *tree_state.DURABLE)

_GIVEN = ("--pathspec-from-file=-", "--pathspec-file-nul")

OLD_GIT = "git merge-tree --write-tree is there since git 2.38"


@dataclass(frozen=True)
class Combined:
    """What two commits make together: a tree, or the paths in which they conflict."""

    tree: str | None
    conflicts: tuple[str, ...]


def combine(tree: repository.Tree, ours: str, theirs: str) -> Combined:
    """Merge two commits in memory; nothing but objects is written. Unreachable with a git before 2.38."""
    words = ("merge-tree", "--write-tree", "--name-only", "--no-messages", "-z", ours, theirs)
    ran = repository.ask(tree.top, *words, timeout=repository.LONG, config=tree_state.DURABLE)
    if ran.code == 129:
        raise Unreachable(OLD_GIT, "merge by hand: git merge " + theirs[:12])
    if ran.code not in (0, 1):
        raise repository.trouble(ran, tree.top, "merge-tree")
    made, *paths = os.fsdecode(ran.out).split("\0")
    if ran.code == 1:
        return Combined(None, tuple(dict.fromkeys(path for path in paths if path)))
    return Combined(made, ())


def is_ancestor(tree: repository.Tree, old: str, new: str) -> bool:
    """Whether the commit `new` has `old` in its history."""
    ran = repository.ask(tree.top, "merge-base", "--is-ancestor", old, new, timeout=repository.WHOLE)
    if ran.code not in (0, 1):
        raise repository.trouble(ran, tree.top, "merge-base")
    return ran.ok


def holds(tree: repository.Tree, into: str, commit: str) -> bool:
    """Whether merging `commit` into the commit `into` would change nothing: merged, squashed or picked before."""
    if is_ancestor(tree, commit, into):
        return True
    try:
        return combine(tree, into, commit).tree == tree_of(tree, into)
    except (Unreachable, InputOutput):
        return False  # it cannot be told: histories without a common commit, an old git


def tree_of(tree: repository.Tree, commit: str) -> str:
    """The id of the tree of a commit."""
    return repository.must(tree.top, "rev-parse", "--verify", commit + "^{tree}").decode().strip()


def commit(tree: repository.Tree, made: str, parents: Sequence[str], message: str, who: Mapping[str, str]) -> str:
    """A new commit of the tree `made`, by the person: `who` are the GIT_AUTHOR_ and GIT_COMMITTER_ variables.

    Refused where git does not know the person's name or address.
    """
    words = ["commit-tree", made, *(word for parent in parents for word in ("-p", parent))]
    given = message.encode("utf-8", "backslashreplace")
    ran = repository.ask(tree.top, *words, input=given, env=who, config=tree_state.DURABLE)
    if not ran.ok and (b"tell me who you are" in ran.err or b"empty ident name" in ran.err):
        cure = "git config --global user.name 'YOUR NAME' and git config --global user.email YOU@EXAMPLE.ORG"
        raise Refused("git does not know who commits: no user.name and user.email", cure)
    if not ran.ok:
        raise repository.trouble(ran, tree.top, "commit-tree")
    return ran.text().strip()


def in_the_way(tree: repository.Tree, old: str, new: str) -> str | None:
    """A file of the working tree that is in no commit, and that going from `old` to `new` would overwrite."""
    changes = list(restore.differences(tree, old, new))
    known = {os.fsdecode(path) for path in repository.must(tree.top, "ls-files", "-z").split(b"\0")}
    removed = {change.path for change in changes if change.removed}
    ways = (restore.in_the_way(tree.top, change.path, known, removed) for change in changes if not change.removed)
    return next((way for way in ways if way), None)


def intend(lock: int, tree: repository.Tree, old: str, new: str, other: str | None) -> None:
    """Write into the held lock file that the branch of `tree` goes from `old` to `new`; from here on files may change.

    `other` is the top of the run's tree where a commit is made there, too.
    """
    said: schema.Merging = {
        "schema": "workcell.file.merge/1",
        "top": tree.top,
        "from": old,
        "to": new,
        "other": other,
    }
    worktree_undo.put(lock, said)


def keep(tree: repository.Tree, old: str, new: str, lock: int) -> None:
    """Move the branch of `tree` to the commit `new` of the files that lie there, and its index with it."""
    words = ("update-ref", "-m", "workcell merge: the rest", "HEAD", new, old)
    repository.must(tree.top, *words, config=LOGGED, pass_fds=[lock])
    repository.must(tree.top, "reset", "--quiet", "--mixed", new, timeout=repository.LONG, pass_fds=[lock])


def move(tree: repository.Tree, old: str, new: str, lock: int, why: str) -> None:
    """Bring files, index and branch of the clean `tree` from the commit `old` to `new`, as `intend` said.

    git's commands inherit the lock, so that a free one means that none is alive. What fails is taken back. Raises
    TryAgain where the branch was moved by another program meanwhile.
    """
    words = ("read-tree", "-m", "-u", old, new)
    try:
        # read-tree takes a file with other times than the index for a changed one: a copied or touched tree
        repository.ask(tree.top, "update-index", "-q", "--refresh", timeout=repository.LONG, pass_fds=[lock])
        repository.must(tree.top, *words, timeout=repository.LONG, env=_REACH, pass_fds=[lock])
        moving = ("update-ref", "-m", why, "HEAD", new, old)
        ran = repository.ask(tree.top, *moving, config=LOGGED, pass_fds=[lock])
        if not ran.ok:
            raise TryAgain(f"the branch of {tree.top!r} moved meanwhile: {ran.complaint()}", "give the command again")
    except BaseException:
        if not _overtaken(tree, lock):
            recover(tree, lock)
        raise
    os.ftruncate(lock, 0)


def _overtaken(tree: repository.Tree, lock: int) -> bool:
    """Take back what this merge wrote where another program has moved the branch; whether it has."""
    said = worktree_undo.written(lock)
    now = repository.head(tree.top)
    if said is None or now is None or now in (said.get("from"), said.get("to")):
        return False
    worktree_undo.put(lock, {**said, "moved": True})
    _take_back_onto(tree, now, str(said["from"]), str(said["to"]))
    os.ftruncate(lock, 0)
    return True


def recover(tree: repository.Tree, lock: int) -> str | None:
    """Take back what a killed merge left in the working tree, under its lock; what was done, None without one.

    A snapshot holds what was there before. Only the paths of that merge are written.
    """
    said = worktree_undo.written(lock)
    if said is None or said.get("top") != tree.top:
        os.ftruncate(lock, 0)
        return None
    since = os.fstat(lock).st_mtime
    other = repository.find(str(said["other"])) if os.path.isdir(str(said.get("other"))) else None
    for place in (tree, other):
        if place is not None:
            _free_locks(place, since)
    old, new = str(said.get("from")), str(said.get("to"))
    now = repository.head(tree.top)
    if said.get("moved") is True and now is not None and now != new:
        _take_back_onto(tree, now, old, new)
        os.ftruncate(lock, 0)
        return "a merge that another program overtook, and that was cut short, was taken back"
    if now != old or old == new:
        os.ftruncate(lock, 0)  # the branch moves last: that merge is whole; or a person has gone on from there
        return None
    kept = snapshot.take(tree, "merge", "before a merge that was cut short is taken back")
    _take_back(tree, old, new, kept.commit)
    os.ftruncate(lock, 0)
    return f"a merge that was cut short was taken back; what was there is in the snapshot {kept.ref}"


def _free_locks(tree: repository.Tree, since: float) -> None:
    """Remove the lock files of git commands that were killed: younger than the intent, and no such git lives."""
    branch = repository.branch(tree.top)
    places = [os.path.join(tree.git_dir, f"{name}.lock") for name in ("index", "HEAD", "ORIG_HEAD")]
    if branch is not None:
        places.append(os.path.join(tree.common_dir, "refs", "heads", f"{branch}.lock"))
    for where in places:
        try:
            if os.lstat(where).st_mtime >= since - 1:
                os.unlink(where)
        except FileNotFoundError:
            continue


def _take_back(tree: repository.Tree, old: str, new: str, kept: str) -> None:
    changes = list(restore.differences(tree, old, new))
    there, saved = _paths(tree, old), _paths(tree, kept)
    added = [change for change in changes if change.path not in there]
    before = [change.path for change in changes if change.path in there]
    if added:
        words = ("update-index", "--force-remove", "-z", "--stdin")
        given = _joined([change.path for change in added])
        repository.must(tree.top, *words, timeout=repository.LONG, input=given)
    for change in added:
        # what git ignores is in no snapshot: it goes only where it is what the merge wrote
        if change.path in saved or _is(tree, change):
            restore.remove(tree.top, change.path)
    if before:
        forced = ("checkout", "--force", "--quiet", *_GIVEN, old)
        repository.must(tree.top, *forced, timeout=repository.LONG, env=_REACH, input=_joined(before))


def _take_back_onto(tree: repository.Tree, now: str, old: str, new: str) -> None:
    """Bring to the commit `now` of the branch what going from `old` to `new` has written into index and files.

    Only what is just as `new` has it: what stands otherwise is what another program made of it since.
    """
    listed = repository.must(tree.top, "ls-files", "-s", "-z", timeout=repository.WHOLE)
    index: dict[str, str] = {}
    for line in os.fsdecode(listed).split("\0"):
        facts, _, path = line.partition("\t")
        index[path] = facts.rpartition(" ")[0]
    # what the branch has as `new` has it was committed by the other program, and is left
    differing = {change.path for change in restore.differences(tree, now, new)}
    written = [
        change
        for change in restore.differences(tree, old, new)
        if change.path in differing
        and index.get(change.path) == (None if change.removed else f"{change.mode} {change.blob}")
    ]
    there = _paths(tree, now)
    untouched = [change for change in written if _as_merged(tree, change)]
    again = [change.path for change in untouched if change.path in there]
    # the index goes back last: it tells one who goes on after a kill what the merge wrote
    if again:
        forced = ("checkout", "--force", "--quiet", *_GIVEN, now)
        repository.must(tree.top, *forced, timeout=repository.LONG, env=_REACH, input=_joined(again))
    for change in untouched:
        if change.path not in there:
            restore.remove(tree.top, change.path)
    if written:
        given = _joined([change.path for change in written])
        repository.must(tree.top, "reset", "--quiet", *_GIVEN, now, timeout=repository.LONG, input=given)


def _as_merged(tree: repository.Tree, change: restore.Change) -> bool:
    """Whether the file is what the merge made of it."""
    return not os.path.lexists(os.path.join(tree.top, change.path)) if change.removed else _is(tree, change)


def _is(tree: repository.Tree, change: restore.Change) -> bool:
    ran = repository.ask(tree.top, "hash-object", "--", os.path.join(tree.top, change.path))
    return ran.ok and ran.text().strip() == change.blob


def _paths(tree: repository.Tree, of: str) -> set[str]:
    out = repository.must(tree.top, "ls-tree", "-r", "-z", "--name-only", of, timeout=repository.WHOLE)
    return set(os.fsdecode(out).split("\0"))


def _joined(paths: Sequence[str]) -> bytes:
    return b"".join(os.fsencode(path) + b"\0" for path in paths)
