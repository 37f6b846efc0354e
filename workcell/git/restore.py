"""Bringing a snapshot back: into a new directory, or into its own tree while that has nothing to lose."""

import os
import shutil
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from workcell.base import ids
from workcell.base.errors import CannotCreate, InputOutput, Refused, TryAgain
from workcell.git import environment, repository, tree_state
from workcell.git import scratch as scratches
from workcell.git import snapshot as salvage

BATCH = 32 << 20
"""Bytes of file content that are held in memory at once, but for a single file that is larger."""


@dataclass(frozen=True)
class Restored:
    """Where to, how many files were written or removed, and what is not as it was, in words for a person."""

    into: str
    files: int
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Change:
    """A path in which two commits or trees differ: mode and blob of the new side."""

    mode: str
    blob: str
    path: str

    @property
    def removed(self) -> bool:
        return self.mode == "000000"


def restore(tree: repository.Tree, snapshot: salvage.Snapshot, into: str) -> Restored:
    """Write the files of `snapshot` to `into`: a directory that is new or empty, or the top of `tree`.

    A new directory gets the whole tree, changed files byte for byte, the others as a checkout writes them, and
    appears in one step; it is no worktree. The tree itself gets files and index as they were; it has to be
    clean and at the HEAD of the snapshot. What was under way then (a merge, a rebase) does not come back.

    Raises Refused for a tree with uncommitted work, another HEAD or an ignored file in the way, TryAgain while
    its index is locked, CannotCreate for a directory that is not empty, NotFound without the objects.
    """
    salvage.there(tree, snapshot)
    try:
        if os.path.isdir(into) and os.path.samefile(into, tree.top):
            return _into_tree(tree, snapshot)
        return _into_new(tree, snapshot, os.path.abspath(into))
    except OSError as error:
        words = f"cannot restore into {into!r}: {error.strerror}: {error.filename!r}"
        raise InputOutput(words, "the snapshot is whole: mend that and give the same command") from error


def _into_new(tree: repository.Tree, snapshot: salvage.Snapshot, into: str) -> Restored:
    if os.path.lexists(into) and (os.path.islink(into) or not os.path.isdir(into) or os.listdir(into)):
        raise CannotCreate(f"{into!r} is there and not empty", "name a new directory")
    staged = os.path.join(os.path.dirname(into), f".{os.path.basename(into)}.restoring-{ids.token()}")
    try:
        os.mkdir(staged)
    except OSError as error:
        raise CannotCreate(f"cannot make {staged!r}: {error.strerror}", "check the path and its permissions") from error
    try:
        files, notes = _fill(tree, snapshot, staged)
        os.rename(staged, into)  # over an empty directory too
    except BaseException:
        shutil.rmtree(staged, ignore_errors=True)
        raise
    return Restored(into, files, tuple(notes))


def _fill(tree: repository.Tree, snapshot: salvage.Snapshot, staged: str) -> tuple[int, list[str]]:
    raw = list(differences(tree, snapshot.index, snapshot.commit))
    theirs = {change.path for change in raw}
    listed = repository.must(tree.top, "ls-tree", "-r", "-z", "--name-only", snapshot.commit, timeout=repository.WHOLE)
    plain = [path for path in os.fsdecode(listed).split("\0") if path and path not in theirs]
    notes = _checkout(tree, snapshot.commit, plain, staged)
    notes += _write(tree, staged, [change for change in raw if not change.removed])
    for path, commit in snapshot.inner:
        below = tree_state.repository(tree, path)
        found = [s for s in salvage.ls(below) if s.commit == commit] if below else []
        if below and found:
            os.makedirs(os.path.join(staged, path), exist_ok=True)
            notes += _fill(below, found[0], os.path.join(staged, path))[1]
        else:
            notes.append(f"the work in {path!r} was kept in its own repository, which is gone")
    return len(plain) + len(raw), notes


def _checkout(tree: repository.Tree, commit: str, paths: list[str], top: str) -> list[str]:
    """Write unchanged files as git does, with the repository's filters, or without them where they fail."""
    if not paths:
        return []
    given = b"".join(os.fsencode(path) + b"\0" for path in paths)
    with scratches.directory() as scratch:
        env = {"GIT_DIR": tree.git_dir, "GIT_WORK_TREE": top, "GIT_INDEX_FILE": os.path.join(scratch, "index")}
        repository.must(top, "read-tree", commit, timeout=repository.LONG, env=env)
        words = ("checkout-index", "-q", "-f", "-z", "--stdin")
        if repository.ask(top, *words, timeout=repository.LONG, input=given, env=env).ok:
            return []
        repository.must(
            top, *words, timeout=repository.LONG, input=given, env={**env, **environment.unfiltered(tree.top)}
        )
    return ["a filter of the repository failed: its files are as they lie in git (LFS: pointers)"]


def _into_tree(tree: repository.Tree, snapshot: salvage.Snapshot) -> Restored:
    elsewhere = "restore into a new directory instead"
    if repository.index_locked(tree):
        raise TryAgain(f"the index of {tree.top!r} is locked", "wait for the git command there, or " + elsewhere)
    if not repository.status(tree).clean or repository.under_way(tree):
        raise Refused(f"{tree.top!r} has uncommitted work, which would be overwritten", "commit it, or " + elsewhere)
    head = repository.head(tree.top)
    if head != snapshot.head:
        was = snapshot.head or "an unborn branch"
        raise Refused(
            f"{tree.top!r} is at {head or 'an unborn branch'}, the snapshot was taken at {was}",
            (f"git switch --detach {was}, or " if snapshot.head else "") + elsewhere,
        )
    base = head or tree_state.empty_tree(tree)
    changes = list(differences(tree, base, snapshot.commit))
    known = {os.fsdecode(path) for path in repository.must(tree.top, "ls-files", "-z").split(b"\0")}
    removed = {change.path for change in changes if change.removed}
    for change in changes:
        way = in_the_way(tree.top, change.path, known, removed)
        if way:
            raise Refused(f"{way!r} is in the way in {tree.top!r}", f"move it away, or {elsewhere}")
    for change in changes:
        if change.removed:
            remove(tree.top, change.path)
    notes = _write(tree, tree.top, [change for change in changes if not change.removed])
    _index(tree, base, snapshot)
    for path, commit in snapshot.inner:
        notes.append(f"the work in {path!r} is kept there: workcell salvage restore {commit[:12]}")
    if snapshot.under_way:
        notes.append(f"a {snapshot.under_way} was under way then, and is not now")
    return Restored(tree.top, len(changes), tuple(notes))


def in_the_way(top: str, path: str, known: set[str], removed: set[str]) -> str | None:
    """Files that could not be brought back if `path` were written: an ignored file, or a link that leads elsewhere."""
    parts = path.split("/")
    for depth in range(1, len(parts)):
        above = "/".join(parts[:depth])
        full = os.path.join(top, above)
        if os.path.lexists(full) and above not in removed and (os.path.islink(full) or not os.path.isdir(full)):
            return above
    full = os.path.join(top, path)
    if not os.path.lexists(full) or path in known:
        return None
    if os.path.isdir(full) and not os.path.islink(full):
        below = path + "/"
        inside = {os.path.relpath(os.path.join(d, f), top) for d, _, files in os.walk(full) for f in files}
        left = sorted(name for name in inside if not (name.startswith(below) and name in removed))
        return left[0] if left else None
    return path


def remove(top: str, path: str) -> None:
    """Remove one file of the tree `top`, and the directories above it that are empty then; a missing one is fine."""
    full = os.path.join(top, path)
    if os.path.isdir(full) and not os.path.islink(full):  # a submodule: it is left as it is
        return
    try:
        os.unlink(full)
    except FileNotFoundError:
        pass
    above = os.path.dirname(full)
    while above != top:
        try:
            os.rmdir(above)
        except OSError:
            return
        above = os.path.dirname(above)


def _index(tree: repository.Tree, base: str, snapshot: salvage.Snapshot) -> None:
    """Stage what was staged: only the entries that differ, so that all else in the index stays as it is."""
    zero = "0" * len(snapshot.commit)
    lines = [f"{c.mode.replace('000000', '0')} {c.blob} 0\t{c.path}\0" for c in differences(tree, base, snapshot.index)]
    if snapshot.kept:
        for change in differences(tree, tree_state.empty_tree(tree), snapshot.kept):
            _, stage, path = change.path.split("/", 2)
            if f"0 {zero} 0\t{path}\0" not in lines:
                lines.append(f"0 {zero} 0\t{path}\0")
            lines.append(f"{change.mode} {change.blob} {stage}\t{path}\0")
    if lines:
        given = "".join(lines).encode("utf-8", "surrogateescape")
        repository.must(tree.top, "update-index", "-z", "--index-info", timeout=repository.LONG, input=given)
    repository.ask(tree.top, "update-index", "-q", "--refresh", timeout=repository.LONG)


def differences(tree: repository.Tree, old: str, new: str) -> Iterator[Change]:
    """`git diff-tree --raw -z`: `:old new blob blob letter`, then the path."""
    out = repository.must(tree.top, "diff-tree", "-r", "-z", "--raw", "--no-abbrev", "--no-renames", old, new)
    fields = iter(os.fsdecode(out).split("\0"))
    for field in fields:
        if field.startswith(":"):
            facts = field.split(" ")
            yield Change(facts[1], facts[3], next(fields))


def _write(tree: repository.Tree, top: str, changes: Iterable[Change]) -> list[str]:
    """Write the blobs as they are, each file by one rename; links as links, submodules as empty directories."""
    notes = []
    files: dict[str, list[Change]] = {}
    for change in changes:
        if change.mode == tree_state.LINK:
            os.makedirs(os.path.join(top, change.path), exist_ok=True)
            notes.append(f"the submodule {change.path!r} was at {change.blob}")
        else:
            files.setdefault(change.blob, []).append(change)
    for blob, data in _contents(tree, list(files)):
        for change in files[blob]:
            full = os.path.join(top, change.path)
            os.makedirs(os.path.dirname(full), exist_ok=True)
            if os.path.isdir(full) and not os.path.islink(full):
                os.rmdir(full)
            temporary = os.path.join(os.path.dirname(full), f".workcell-{ids.token(8)}")
            if change.mode == "120000":
                os.symlink(data, os.fsencode(temporary))
            else:
                with open(temporary, "xb") as file:
                    file.write(data)
                if change.mode == "100755":
                    now = stat.S_IMODE(os.lstat(temporary).st_mode)
                    os.chmod(temporary, now | (now & 0o444) >> 2)
            os.rename(temporary, full)
    return notes


def _contents(tree: repository.Tree, blobs: list[str]) -> Iterator[tuple[str, bytes]]:
    """Each blob's bytes, by `git cat-file --batch`, in portions that fit into memory."""
    asked = "".join(f"{blob}\n" for blob in blobs).encode()
    sizes = repository.must(
        tree.top, "cat-file", "--batch-check=%(objectsize)", timeout=repository.WHOLE, input=asked
    ).split(b"\n")
    portion: list[str] = []
    held = 0
    for blob, size in zip(blobs, sizes, strict=False):
        if not size.isdigit():
            raise InputOutput(f"the blob {blob} is missing in {tree.top!r}", "git fetch what this clone left out")
        if portion and held + int(size) > BATCH:
            yield from _portion(tree, portion)
            portion, held = [], 0
        portion.append(blob)
        held += int(size)
    if portion:
        yield from _portion(tree, portion)


def _portion(tree: repository.Tree, blobs: list[str]) -> Iterator[tuple[str, bytes]]:
    asked = "".join(f"{blob}\n" for blob in blobs).encode()
    out = repository.must(tree.top, "cat-file", "--batch=%(objectsize)", timeout=repository.LONG, input=asked)
    at = 0
    for blob in blobs:
        end = out.index(b"\n", at)
        size = int(out[at:end])
        yield blob, out[end + 1 : end + 1 + size]
        at = end + size + 2
