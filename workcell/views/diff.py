"""diff: what a run changed, from the commit that it began at to its tree as it is now."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from workcell.base.errors import NotFound, Usage
from workcell.cleaning import run_cleaner
from workcell.git import repository, run_work, tree_state
from workcell.rundir import look
from workcell.rundir.cell import Cell

MOST = 32 << 20
"""Bytes of a difference that are shown."""

_PLAIN = ("-r", "--no-ext-diff", "--no-textconv", "--ignore-submodules=none", "-M", "--submodule=short")


@dataclass(frozen=True)
class Request:
    run: str
    """An id, a name, a unique prefix, a path, or `-` for the newest run."""
    paths: tuple[str, ...] = ()
    """Only these files and directories, or patterns of git; relative to the directory of the cell where that is in the
    tree of the run, else to the top of that tree."""
    committed: bool = False
    """Only what was committed."""
    stat: bool = False
    """Lines that were added and removed, for each file, in place of the difference."""
    name_only: bool = False
    """Only the names of the files."""
    raw: bool = False
    """The bytes as git prints them, secrets and control characters too: what `git apply` takes."""


@dataclass(frozen=True)
class File:
    path: str
    change: str
    """`A` added, `M` changed, `D` removed, `R` renamed, `T` of another type."""
    was: str | None
    """The path before, of a renamed file."""
    insertions: int | None
    """Lines added; null for a binary file."""
    deletions: int | None


@dataclass(frozen=True)
class Result:
    id: str
    base: str | None
    """The commit that the run began at; null for a repository that had none."""
    to: str
    """What is compared with it: `tree`, `commit`, `branch` or `snapshot`."""
    ref: str | None
    """That commit, branch or snapshot; null for the tree."""
    files: list[File]
    diff: str
    """The difference as text, or what `stat` or `name_only` asked for; empty where raw bytes were written."""
    cut: bool
    """Whether the text is longer than what is shown."""
    notes: list[str]
    """What a reader should know of it."""


@dataclass(frozen=True)
class _Sides:
    """What is compared: two trees or commits, and the variables under which git knows them."""

    old: str
    new: str
    to: str
    ref: str | None
    env: dict[str, str]
    notes: list[str]


def perform(cell: Cell, request: Request) -> Result:
    """The operation `diff`. A request for raw bytes has them written to `cell.output`; Usage where the cell has none.

    Raises what `run_work` raises, and NotFound where neither tree, branch nor snapshot is left.
    """
    if request.raw and cell.output is None:
        raise Usage("there is no output that takes raw bytes here", "ask without raw: the result has the cleaned text")
    path = run_work.found(cell.home, request.run, cell.directory)
    work = run_work.of(look.at(path))
    clean = run_cleaner.of_run(path)
    with _sides(work, committed=request.committed) as sides:
        where = _where(work, cell.directory)
        out = _asked(where, sides, request)
        files = _files(where, sides, request.paths)
    if request.raw:
        assert cell.output is not None
        _write(cell.output, out)
        out = b""
    return Result(
        id=work.id,
        base=work.base,
        to=sides.to,
        ref=None if sides.ref is None else clean.mask(sides.ref),
        files=[
            File(clean.mask(one.path), one.change, one.was and clean.mask(one.was), one.insertions, one.deletions)
            for one in files
        ],
        diff=clean.mask(out[:MOST].decode("utf-8", "surrogateescape")),
        cut=len(out) > MOST,
        notes=[clean.mask(note) for note in sides.notes],
    )


def _write(output: int, data: bytes) -> None:
    while data:
        data = data[os.write(output, data) :]


@contextmanager
def _sides(work: run_work.RunWork, *, committed: bool) -> Iterator[_Sides]:
    """What to compare: the tree now, else the newest snapshot on top of the branch, else the branch."""
    old = work.base or tree_state.empty_tree(work.source)
    notes: list[str] = []
    if work.tree is not None:
        if not work.own:
            notes.append(f"it works in {work.workspace}, which is not its own: changes of others since are shown, too")
        if not committed:
            with tree_state.lent(work.tree) as (layers, env):
                if layers.missed:
                    notes.append(f"could not be read: {', '.join(layers.missed[:5])}")
                if layers.nested:
                    notes.append(f"repositories inside are not looked into: {', '.join(layers.nested[:5])}")
                yield _Sides(old, layers.work_tree, "tree", None, env, notes)
            return
        head = repository.head(work.tree.top)
        yield _Sides(old, head or old, "commit", head, {}, notes)
        return
    notes.append(f"its tree {work.workspace} is gone")
    tip, kept = work.tip, work.snapshots()
    newest = kept[-1] if kept else None
    if newest is not None and not committed and tip in (None, newest.head):
        notes.append(f"this is its last snapshot: workcell salvage restore {work.id} --into NEWDIR")
        yield _Sides(old, newest.commit, "snapshot", newest.ref, {}, notes)
        return
    if tip is None:
        held = f"workcell salvage show {work.id}" if newest else f"workcell handoff {work.id}"
        raise NotFound(f"of {work.id} no branch is left, and its tree {work.workspace} is gone", held)
    notes.append(
        f"this is what its branch {work.branch} has"
        + (f"; uncommitted work: workcell salvage show {work.id}" if newest else "")
    )
    yield _Sides(old, tip, "branch", work.branch, {}, notes)


def _where(work: run_work.RunWork, directory: str) -> str:
    """The directory in which paths are meant: that of the cell where it is in the tree of the run, else its top."""
    if work.tree is None:
        return work.source.top
    top = work.tree.top
    here, above = os.path.realpath(directory), os.path.realpath(top)
    return directory if here == above or here.startswith(above + "/") else top


def _asked(where: str, sides: _Sides, request: Request) -> bytes:
    form = ("--stat=100",) if request.stat else ("--name-only",) if request.name_only else ("-p", "--full-index")
    binary = ("--binary",) if request.raw and len(form) == 2 else ()
    return _diff(where, sides, (*form, *binary), request.paths)


def _diff(where: str, sides: _Sides, form: tuple[str, ...], paths: tuple[str, ...]) -> bytes:
    # what a person names after -- are patterns as git takes them, and not the literal names of a record
    env = {**sides.env, "GIT_LITERAL_PATHSPECS": "0"}
    words = ("diff-tree", *_PLAIN, *form, sides.old, sides.new, "--", *paths)
    return repository.must(where, *words, timeout=repository.WHOLE, env=env)


def _files(where: str, sides: _Sides, paths: tuple[str, ...]) -> list[File]:
    """`--raw --numstat -z`: first `:old new blob blob letter NUL path NUL`, then `plus TAB minus TAB path NUL`."""
    fields = iter(os.fsdecode(_diff(where, sides, ("--raw", "--numstat", "-z"), paths)).split("\0"))
    changes: dict[str, tuple[str, str | None]] = {}
    files = []
    for field in fields:
        if field.startswith(":"):
            letter = field.rpartition(" ")[2][:1]
            was = next(fields) if letter in "RC" else None
            changes[next(fields)] = (letter, was)
        elif field:
            plus, minus, path = field.split("\t", 2)
            if not path:  # a renamed file: both names follow
                next(fields)
                path = next(fields)
            letter, was = changes.get(path, ("M", None))
            files.append(
                File(path, letter, was, int(plus) if plus.isdigit() else None, int(minus) if minus.isdigit() else None)
            )
    return files
