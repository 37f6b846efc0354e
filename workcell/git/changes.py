"""What was done in a repository since a commit: how much, and every path that was touched on the way."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from workcell.base import counts, digest
from workcell.base.errors import WorkcellError
from workcell.git import environment, repository, tree_state

if TYPE_CHECKING:
    from workcell.rundir import schema

SUBJECTS = 20
"""Subjects of commits that a summary carries, the newest."""

MAX_COMMITS = 20_000
"""Commits whose paths are looked at; beyond that the answer says that it is not whole."""


class Changes(NamedTuple):
    """From `base` to the working tree. Figures are None where git could not be asked; `why` then says why.

    `commits` are those on HEAD that `base` does not lead to, `subjects` the newest of them, `<short id> <subject>`.
    `files`, `insertions` and `deletions` compare `base` (an empty tree without one) with the files on disk;
    binary files count as files only. `untracked` files are counted apart. `ancestor`: whether `base` is still
    part of HEAD's history; False when history was rewritten, None when it cannot be known.
    """

    base: str | None
    head: str | None
    commits: int | None
    subjects: tuple[str, ...]
    files: int | None
    insertions: int | None
    deletions: int | None
    untracked: int | None
    ancestor: bool | None
    shallow: bool
    why: str | None


def changes_since(tree: repository.Tree, base: str | None) -> Changes:
    """What was done since `base`, a commit id, or None for a branch that was unborn. Never takes a lock.

    Raises Unreachable past the time limits; all that git cannot answer is in `why`.
    """
    head = repository.head(tree.top)
    there = base is None or repository.exists(tree.top, base)
    ancestor = _ancestor(tree, base, head) if there else None
    said: list[str] = []
    if not there:
        said.append(f"the commit {base} is not in the repository any more")
    elif ancestor is False:
        said.append(f"history was rewritten: {base} is no part of it any more")
    elif ancestor is None:
        said.append(f"the history is cut off (shallow clone): whether it holds {base} cannot be known")
    commits, subjects = _commits(tree, base if there else None, head) if there else (None, ())
    counted = _counted(tree, base) if there else None
    if there and counted is None:
        said.append("git could not compare the files")
    files, insertions, deletions = counted or (None, None, None)
    others = repository.ask(tree.top, "ls-files", "--others", "-z", "--exclude-standard", timeout=repository.WHOLE)
    untracked = others.out.count(b"\0") if others.ok else None
    why = "; ".join(said) or None
    return Changes(base, head, commits, subjects, files, insertions, deletions, untracked, ancestor, tree.shallow, why)


def nothing_since(tree: repository.Tree, base: str) -> Changes:
    """What `changes_since` says of a tree whose HEAD is `base` and that has no change."""
    return Changes(
        base=base,
        head=base,
        commits=0,
        subjects=(),
        files=0,
        insertions=0,
        deletions=0,
        untracked=0,
        ancestor=True,
        shallow=tree.shallow,
        why=None,
    )


def _ancestor(tree: repository.Tree, base: str | None, head: str | None) -> bool | None:
    if base is None:
        return True
    if head is None:
        return False
    code = repository.ask(tree.top, "merge-base", "--is-ancestor", base, head, timeout=repository.WHOLE).code
    if code == 0:
        return True
    return None if code != 1 or tree.shallow else False


def _commits(tree: repository.Tree, base: str | None, head: str | None) -> tuple[int | None, tuple[str, ...]]:
    if head is None:
        return 0, ()
    asked = [head, *([f"^{base}"] if base else [])]
    count = repository.ask(tree.top, "rev-list", "--count", *asked, timeout=repository.WHOLE)
    words = ("log", "-z", "--format=%h %s", "--no-show-signature", f"--max-count={SUBJECTS}")
    log = repository.ask(tree.top, *words, *asked, "--", timeout=repository.WHOLE)
    subjects = tuple(line for line in log.out.decode("utf-8", "surrogateescape").split("\0") if line)
    return int(count.out) if count.ok else None, subjects


def _counted(tree: repository.Tree, base: str | None) -> tuple[int, int, int] | None:
    """Files, insertions and deletions from `git diff --numstat -z`, where `-` stands for a binary file."""
    of = base or tree_state.empty_tree(tree)
    words = ("diff", "--numstat", "-z", "--no-renames", "--no-ext-diff", "--no-textconv", of, "--")
    with tree_state.own_index(tree) as env:
        ran = repository.ask(tree.top, *words, timeout=repository.WHOLE, env=env)
        if not ran.ok and b"filter" in ran.err:
            ran = repository.ask(
                tree.top, *words, timeout=repository.WHOLE, env={**env, **environment.unfiltered(tree.top)}
            )
    if not ran.ok:
        return None
    rows = [row.split(b"\t", 2) for row in ran.out.split(b"\0") if row]
    plus, minus = (sum(int(row[n]) for row in rows if row[n].isdigit()) for n in (0, 1))
    return len(rows), plus, minus


def mark(tree: repository.Tree) -> schema.Mark:
    """Where the repository is now, for `touched` to start from; JSON as it is.

    `{head, branch, refs: {name: commit}, reflog, dirty: {path: [size, mtime_ns, inode, mode] or null}}`: `reflog`
    is the sha256 of the last line of HEAD's reflog, or null, and `dirty` what differed from HEAD already.
    """
    out = repository.must(tree.top, "for-each-ref", "--format=%(refname)%00%(objectname)", timeout=repository.WHOLE)
    rows = [line.split("\0") for line in os.fsdecode(out).splitlines()]
    head = repository.head(tree.top)
    return {
        "head": head,
        "branch": repository.branch(tree.top),
        "refs": {row[0]: row[1] for row in rows},
        "reflog": digest.sha256(lines[-1]) if (lines := _reflog(tree)) else None,
        "dirty": {path: _stat(tree, path) for path in sorted(_dirty(tree, head))},
    }


class Touched(NamedTuple):
    """`paths`: every path touched, with where: `commit <short id>`, `files`, or `index`. `blind`: what could not
    be seen, in words for a person; where it is not empty, an absent path proves nothing."""

    paths: dict[str, str]
    blind: tuple[str, ...]


def touched(tree: repository.Tree, since: schema.Mark) -> Touched:
    """Every path touched since `since` (what `mark` returned) in this worktree, also by commits undone since.

    Looked at are all commits made since that HEAD, its reflog or a branch leads to (amended, reset away and
    reverted ones too), what HEAD, the index and the files differ in from then, and a reflog that was cut or
    rewritten is told in `blind`. Branches that other worktrees have checked out are theirs; files that already
    differed at the mark count once they change. Paths of a submodule are those of its directory.
    """
    paths: dict[str, str] = {}
    blind: list[str] = []
    head = repository.head(tree.top)
    base = since.get("head")
    base = base if isinstance(base, str) else None
    try:
        for commit, path in _in_commits(tree, since, head, blind):
            paths.setdefault(path, f"commit {commit[:12]}")
    except WorkcellError as error:
        blind.append(error.message)
    of = base if base and repository.exists(tree.top, base) else tree_state.empty_tree(tree)
    if base and of != base:
        blind.append(f"the commit {base} is not in the repository any more")
    if head and head != base:
        for path in _diff(tree, of, head):
            paths.setdefault(path, "HEAD")
    dirty = since.get("dirty")
    before = dirty if isinstance(dirty, dict) else {}
    now = _dirty(tree, head)
    for path, where in now.items():
        if path not in before or before[path] != _stat(tree, path):
            paths.setdefault(path, where)
    for path in before.keys() - now.keys():  # what differed then and is as committed now was put back or committed
        paths.setdefault(path, "files")
    return Touched(paths, tuple(blind))


def _in_commits(
    tree: repository.Tree, since: schema.Mark, head: str | None, blind: list[str]
) -> Iterator[tuple[str, str]]:
    refs = since.get("refs")
    known = refs if isinstance(refs, dict) else {}
    tips = {head} if head else set()
    tips.update(_moved(tree, known))
    tips.update(_in_reflog(tree, since, blind))
    old = {since.get("head"), *known.values()}
    if not tips:
        return
    there = _present(tree, {*tips, *(str(commit) for commit in old if commit)})
    missing = len(tips - there)
    if missing:
        blind.append(f"not in the repository any more: {counts.count(missing, 'commit')} that the run made")
    if not tips & there:
        return
    asked = [*(tips & there), *(f"^{commit}" for commit in old if commit in there)]
    words = ("rev-list", "--stdin", f"--max-count={MAX_COMMITS + 1}")
    commits = repository.must(tree.top, *words, timeout=repository.WHOLE, input=_lines(asked)).decode().split()
    if len(commits) > MAX_COMMITS:
        blind.append(f"more than {MAX_COMMITS} commits were made")
    # -c lists of a merge what differs from all its parents: the rest is in the commits that it joins
    names = ("diff-tree", "--stdin", "-r", "-z", "-c", "--root", "--name-only", "--no-renames")
    out = repository.must(tree.top, *names, timeout=repository.WHOLE, input=_lines(commits[:MAX_COMMITS]))
    asked_for = set(commits)
    commit = ""
    for field in os.fsdecode(out).split("\0"):
        if field in asked_for:
            commit = field
        elif field:
            yield commit, field


def _moved(tree: repository.Tree, known: dict[str, str]) -> Iterator[str]:
    """The commits of branches and tags that are not where they were, but for other worktrees' branches."""
    mine = repository.branch(tree.top)
    theirs = {f"refs/heads/{other.branch}" for other in repository.worktrees(tree) if other.branch != mine}
    out = repository.must(
        tree.top, "for-each-ref", "--format=%(refname)%00%(objectname)%00%(objecttype)", timeout=repository.WHOLE
    )
    for line in os.fsdecode(out).splitlines():
        ref, commit, kind = line.split("\0")
        if not ref.startswith(("refs/heads/", "refs/tags/")) or kind != "commit":
            continue
        if known.get(ref) != commit and ref not in theirs:
            yield commit


def _in_reflog(tree: repository.Tree, since: schema.Mark, blind: list[str]) -> set[str]:
    """The commits that HEAD of this worktree was at since the mark, from the lines that its log got since.

    git itself drops lines that are months old from the beginning of the log, and so the last line of then is
    looked for. From it on every line starts at the commit where the one before ended.
    """
    was, at = since.get("reflog"), since.get("head")
    lines = _reflog(tree)
    if was is not None:
        last = [n for n, line in enumerate(lines) if digest.sha256(line) == was]
        if not last:
            blind.append("the reflog of HEAD was removed or rewritten: commits that were undone cannot be seen")
            return set()
        lines = lines[last[-1] + 1 :]
    found: set[str] = set()
    for line in lines:
        old, _, rest = line.decode("ascii", "replace").partition(" ")
        new = rest.partition(" ")[0]
        if old.strip("0") != (at if isinstance(at, str) else "").strip("0"):
            blind.append(f"the reflog of HEAD has a gap after {at}: commits that were undone may be missing")
        found.update(word for word in (old, new) if word.isalnum() and word.strip("0"))
        at = new
    if at != repository.head(tree.top):
        blind.append("the reflog of HEAD does not lead to HEAD: commits that were undone cannot be seen")
    return found


def _reflog(tree: repository.Tree) -> list[bytes]:
    try:
        with open(os.path.join(tree.git_dir, "logs", "HEAD"), "rb") as file:
            return file.read().splitlines()
    except OSError:
        return []


def _present(tree: repository.Tree, commits: Iterable[str]) -> set[str]:
    out = repository.must(
        tree.top, "cat-file", "--batch-check=%(objectname)", timeout=repository.WHOLE, input=_lines(sorted(commits))
    )
    return {line for line in out.decode().splitlines() if " " not in line}


def _lines(words: Iterable[str]) -> bytes:
    return "".join(f"{word}\n" for word in words).encode()


def _diff(tree: repository.Tree, old: str, new: str) -> list[str]:
    out = repository.must(
        tree.top, "diff-tree", "-r", "-z", "--name-only", "--no-renames", old, new, timeout=repository.WHOLE
    )
    return [path for path in os.fsdecode(out).split("\0") if path]


def _dirty(tree: repository.Tree, head: str | None) -> dict[str, str]:
    """Every path in which the index or the files differ from `head`, untracked ones one by one."""
    plain = ("--name-only", "-z", "--no-renames", "--no-ext-diff", "--ignore-submodules=none")
    of = head or tree_state.empty_tree(tree)
    asked = (
        ("index", ("diff", "--cached", *plain, of, "--")),
        ("files", ("diff", *plain, "--")),
        ("files", ("ls-files", "--others", "-z", "--exclude-standard")),
    )
    found: dict[str, str] = {}
    with tree_state.own_index(tree) as env:
        env = {**env, **environment.unfiltered(tree.top)}
        for where, words in asked:
            for path in os.fsdecode(repository.must(tree.top, *words, timeout=repository.WHOLE, env=env)).split("\0"):
                if path:
                    found.setdefault(path, where)
    return found


def _stat(tree: repository.Tree, path: str) -> list[int] | None:
    try:
        now = os.lstat(os.path.join(tree.top, path))
    except OSError:
        return None
    return [now.st_size, now.st_mtime_ns, now.st_ino, now.st_mode]
