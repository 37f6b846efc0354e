"""Snapshots of uncommitted work as commits under refs/workcell/salvage, touching nothing of the person's."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass

from workcell.base import clock, counts, json_codec
from workcell.base.errors import CannotCreate, Invalid, NotFound, WorkcellError
from workcell.git import repository, tree_state

REFS = "refs/workcell/salvage/"

KEPT_COMMITS = 200
"""Commits that only the reflog leads to, of which a snapshot keeps as many alive."""

_MARK = "workcell-salvage: "
_RUN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)*")


@dataclass(frozen=True)
class Snapshot:
    """One snapshot: the commit `commit`, named by `ref` (REFS + run/n) in the repository at `top`.

    Its tree is the working tree with all that git does not ignore, byte for byte where it was changed. Its
    parents are HEAD (`head`, None while unborn), a commit of the index (`index`) and, where there is something
    to keep, `kept`: entries in conflict as `stages/<1|2|3>/<path>`, with the commits as parents that only the
    reflog led to. `inner` are the snapshots taken in submodules and nested repositories, `(path, commit)`.
    `missed` are files that could not be read. `state` tells two equal states from different ones. `at` is
    RFC 3339 in UTC.
    """

    ref: str
    commit: str
    top: str
    run: str
    n: int
    why: str
    at: str
    head: str | None
    branch: str | None
    index: str
    kept: str | None
    under_way: str | None
    state: str
    inner: tuple[tuple[str, str], ...]
    missed: tuple[str, ...]


def take(tree: repository.Tree, run: str, why: str) -> Snapshot:
    """Keep HEAD, the index and the files of `tree` as a commit that git never collects.

    The index, HEAD, every branch, the stash, reflogs and config stay byte for byte: index.lock is neither
    taken nor waited for. Files are taken as they lie on disk; no hook and no filter program is run. Work in
    submodules and nested repositories is kept in a snapshot of their own there. The ref comes last, so that a
    snapshot is whole or not there; killed before, it leaves only objects that git collects.

    Raises Invalid for a bare repository or an impossible run id, InputOutput or CannotCreate where git fails.
    """
    if not _RUN.fullmatch(run) or run.endswith(".lock"):
        raise Invalid(f"{run!r} cannot name a snapshot", "use letters, digits, '-', '_' and single dots")
    found = tree_state.read(tree, store=True, raw=True)
    inner, dark = _inner(tree, found, run, why)
    missed = tuple(sorted({*found.missed, *dark}))
    facts: dict[str, object] = {
        "schema": "workcell.salvage/1",
        "run": run,
        "why": why,
        "at": clock.stamp(),
        "top": tree.top,
        "head": found.head,
        "branch": repository.branch(tree.top),
        "under_way": repository.under_way(tree),
        "state": found.state,
        "inner": [list(pair) for pair in inner],
        "missed": list(missed),
    }
    parents = [found.head] if found.head else []
    index = _commit(tree, found.index_tree, parents, f"index, beside the snapshot of {run}")
    kept = _kept(tree, found, run)
    facts.update(index=index, kept=kept)
    line = json_codec.encode_line(facts).decode()
    message = f"workcell snapshot of {run}\n\n{_sentence(missed, why)}\n\n{_MARK}{line}"
    commit = _commit(tree, found.work_tree, [*parents, index, *([kept] if kept else [])], message)
    ref, n = _name(tree, run, commit)
    return _snapshot(ref, commit, tree.top, facts, n)


def _inner(
    tree: repository.Tree, found: tree_state.Layers, run: str, why: str
) -> tuple[tuple[tuple[str, str], ...], list[str]]:
    """The snapshots taken inside, and the submodules and nested repositories that could not be asked."""
    taken: list[tuple[str, str]] = []
    dark: list[str] = []
    for path in (*found.submodules, *found.nested):
        try:
            below = tree_state.repository(tree, path)
            if below and (
                below.head is None or repository.under_way(below) or not repository.status(below).clean or _own(below)
            ):
                snapshot = take(below, run, why)
                taken.append((path, snapshot.commit))
                _copy_to_twin(below, snapshot)
        except WorkcellError:
            dark.append(path)
    return tuple(taken), dark


def _copy_to_twin(below: repository.Tree, snapshot: Snapshot) -> None:
    """A linked worktree's own clone of a submodule goes with it; failing here is seen when it is to be removed."""
    clone = twin(below)
    if clone:
        words = ("fetch", "--quiet", "--no-tags", "--no-write-fetch-head", below.git_dir)
        env = {"GIT_ALLOW_PROTOCOL": "file"}
        repository.ask(clone, *words, f"{snapshot.ref}:{snapshot.ref}", timeout=repository.LONG, env=env)


def _own(below: repository.Tree) -> bool:
    """Whether HEAD has commits that no remote is known to have."""
    ran = repository.ask(below.top, "rev-list", "--max-count=1", "HEAD", "--not", "--remotes", timeout=repository.WHOLE)
    return not ran.ok or bool(ran.out.strip())


def twin(below: repository.Tree) -> str | None:
    """The repository's own clone of the submodule `below` of a linked worktree, which outlives that worktree.

    As gitrepository-layout(5) has it: `modules/<name>` there, `worktrees/<id>/modules/<name>` for a worktree.
    """
    found = re.fullmatch(r"(.*?)/worktrees/[^/]+/modules/(.+)", below.git_dir, re.DOTALL)
    clone = os.path.join(found[1], "modules", found[2]) if found else ""
    return clone if found and os.path.isfile(os.path.join(clone, "HEAD")) else None


def _sentence(missed: tuple[str, ...], why: str) -> str:
    dark = f" {counts.count(len(missed), 'file')} could not be read." if missed else ""
    return f"{' '.join(why.split()) or 'No reason was given.'}\n\nThe tree is the files; parents: HEAD, index.{dark}"


def _commit(tree: repository.Tree, of: str, parents: list[str], message: str) -> str:
    words = ["commit-tree", of, *(word for parent in parents for word in ("-p", parent))]
    who = {f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER") for key, value in _IDENTITY}
    out = repository.must(
        tree.top, *words, input=message.encode("utf-8", "backslashreplace"), env=who, config=tree_state.DURABLE
    )
    return out.decode().strip()


_IDENTITY = (("NAME", "workcell"), ("EMAIL", "workcell@localhost"))


def _kept(tree: repository.Tree, found: tree_state.Layers, run: str) -> str | None:
    """A commit of what neither HEAD nor the two trees lead to; None where there is nothing of the kind."""
    lost = unnamed(tree, [found.head] if found.head else [])[:KEPT_COMMITS]
    if not found.stages and not lost:
        return None
    lines = [f"{mode} {blob}\tstages/{stage}/{path}" for mode, blob, stage, path in found.stages]
    kept = tree_state.tree_of(tree, lines)
    return _commit(tree, kept, lost, f"conflicts and unnamed commits, beside the snapshot of {run}")


def unnamed(tree: repository.Tree, besides: list[str]) -> list[str]:
    """Commits, newest first, that the reflog of HEAD names and no ref leads to: amended, reset away, detached.

    Nor do the commits `besides`. A worktree's HEAD, its reflog and its own refs are gone with it, and these
    commits would be lost. Empty without a reflog.
    """
    log = repository.ask(tree.top, "reflog", "show", "--format=%H", "HEAD", timeout=repository.WHOLE)
    named = list(dict.fromkeys(log.text().split())) if log.ok else []
    if not named:
        return []
    own = ("--exclude=refs/bisect/*", "--exclude=refs/worktree/*", "--exclude=refs/rewritten/*")
    words = ("rev-list", "--ignore-missing", "--stdin", "--not", *own, "--glob=refs/*", *besides)
    out = repository.must(tree.top, *words, timeout=repository.WHOLE, input="\n".join(named).encode() + b"\n")
    loose = set(out.decode().split())
    return [commit for commit in named if commit in loose]


def is_empty(source: repository.Tree, taken: Snapshot) -> bool:
    """Whether the snapshot has no file and no commit that a branch, a remote branch or a tag does not lead to."""
    if taken.head is None or taken.kept or taken.inner or taken.missed or taken.under_way:
        return False
    trees = (f"{one}^{{tree}}" for one in (taken.commit, taken.index, taken.head))
    if len(set(repository.must(source.top, "rev-parse", *trees).split())) > 1:
        return False
    words = ("rev-list", "--max-count=1", taken.head, "--not", "--branches", "--remotes", "--tags")
    return not repository.must(source.top, *words, timeout=repository.WHOLE).strip()


def _name(tree: repository.Tree, run: str, commit: str) -> tuple[str, int]:
    n = max((_number(ref) for ref, _, _ in _refs(tree, run)), default=0)
    for _ in range(100):
        # a number may be taken by another process, or by the .lock of one who was killed naming it
        n += 1
        ref = f"{REFS}{run}/{n}"
        ran = repository.ask(tree.top, "update-ref", ref, commit, "0" * len(commit), config=tree_state.DURABLE)
        if ran.ok:
            return ref, n
        if b"File exists" not in ran.err and b"already exists" not in ran.err:
            raise repository.trouble(ran, tree.top, "update-ref")
    raise CannotCreate(f"no free name for a snapshot of {run!r} in {tree.top!r}", f"look into {tree.common_dir}/{REFS}")


def _number(ref: str) -> int:
    last = ref.rpartition("/")[2]
    return int(last) if last.isdecimal() else 0


def _refs(tree: repository.Tree, run: str | None) -> Iterator[tuple[str, str, str]]:
    form = "--format=%(refname)%00%(objectname)%00%(contents)%00"
    fields = repository.must(
        tree.top, "for-each-ref", form, REFS + (f"{run}/" if run else ""), timeout=repository.WHOLE
    )
    parts = fields.decode("utf-8", "surrogateescape").split("\0")
    for at in range(0, len(parts) - 3, 3):
        yield parts[at].lstrip("\n"), parts[at + 1], parts[at + 2]


def ls(tree: repository.Tree, run: str | None = None) -> list[Snapshot]:
    """The snapshots in the repository of `tree`, of all its worktrees, oldest first; of one run if given.

    A ref under REFS that is not a snapshot, or of a later version, is left out.
    """
    found = []
    for ref, commit, message in _refs(tree, run):
        _, mark, line = message.rpartition("\n" + _MARK)
        try:
            facts = json_codec.decode(line.encode("utf-8", "surrogateescape")) if mark else {}
            if facts.get("schema") == "workcell.salvage/1":
                found.append(_snapshot(ref, commit, str(facts["top"]), facts, _number(ref)))
        except (ValueError, KeyError, TypeError):
            continue
    return sorted(found, key=lambda snapshot: (snapshot.at, snapshot.run, snapshot.n))


def _snapshot(ref: str, commit: str, top: str, facts: "dict[str, object]", n: int) -> Snapshot:
    def maybe(key: str) -> str | None:
        value = facts.get(key)
        return value if isinstance(value, str) else None

    inner, missed = facts["inner"], facts["missed"]
    if not isinstance(inner, list) or not isinstance(missed, list):
        raise TypeError("inner and missed are lists")
    return Snapshot(
        ref=ref,
        commit=commit,
        top=top,
        run=str(facts["run"]),
        n=n,
        why=str(facts["why"]),
        at=str(facts["at"]),
        head=maybe("head"),
        branch=maybe("branch"),
        index=str(facts["index"]),
        kept=maybe("kept"),
        under_way=maybe("under_way"),
        state=str(facts["state"]),
        inner=tuple((str(path), str(at)) for path, at in inner),
        missed=tuple(str(path) for path in missed),
    )


def get(tree: repository.Tree, name: str) -> Snapshot:
    """The snapshot that `name` says: `<run>/<n>`, a run (its last one) or a commit id; NotFound otherwise."""
    every = ls(tree)
    for snapshot in reversed(every):
        if name in (snapshot.ref, snapshot.ref.removeprefix(REFS), snapshot.run, snapshot.commit):
            return snapshot
    raise NotFound(f"no snapshot {name!r} in {tree.top!r}", "workcell salvage ls")


def current(tree: repository.Tree, run: str | None = None) -> Snapshot | None:
    """The newest snapshot that holds the tree exactly as it is now; None without one."""
    state = tree_state.read(tree, store=False, raw=True).state
    same = [snapshot for snapshot in ls(tree, run) if snapshot.state == state and not snapshot.missed]
    return same[-1] if same else None


@dataclass(frozen=True)
class Shown:
    """What a snapshot holds beside its HEAD: `(letter, path)` of every file that is staged, or differs in the
    files at all (A, M, D, T as in git-diff(1)), and the difference from HEAD to the files as text, cut at
    `limit` bytes (`cut` says so)."""

    staged: tuple[tuple[str, str], ...]
    files: tuple[tuple[str, str], ...]
    diff: str
    cut: bool


def show(tree: repository.Tree, snapshot: Snapshot, limit: int = 1 << 20) -> Shown:
    """What `snapshot` holds; `tree` is any worktree of its repository. Raises NotFound without its objects."""
    there(tree, snapshot)
    base = snapshot.head or tree_state.empty_tree(tree)
    plain = ("--no-renames", "--no-ext-diff", "--no-textconv", "--ignore-submodules=none")
    words = ("diff-tree", "-r", "-p", *plain, "--submodule=short", base, snapshot.commit, "--")
    diff = repository.must(tree.top, *words, timeout=repository.WHOLE)
    text = diff[:limit].decode("utf-8", "surrogateescape")
    staged, files = (tuple(differing(tree, base, to)) for to in (snapshot.index, snapshot.commit))
    return Shown(staged, files, text, len(diff) > limit)


def differing(tree: repository.Tree, old: str, new: str) -> Iterator[tuple[str, str]]:
    """`(letter, path)` of each path in which two commits or trees differ, letters as in git-diff(1)."""
    out = repository.must(
        tree.top, "diff-tree", "-r", "-z", "--no-renames", "--name-status", old, new, timeout=repository.WHOLE
    )
    fields = os.fsdecode(out).split("\0")
    yield from zip(fields[0:-1:2], fields[1::2], strict=False)


def there(tree: repository.Tree, snapshot: Snapshot) -> None:
    """Raise NotFound unless the repository of `tree` has the snapshot."""
    for commit in (snapshot.commit, snapshot.index):
        if not repository.exists(tree.top, commit):
            raise NotFound(
                f"the snapshot {snapshot.ref} is not whole in {tree.top!r}", "git fsck tells what is missing"
            )
