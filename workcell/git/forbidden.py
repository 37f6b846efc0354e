"""Paths that a run must not touch: patterns as in .gitignore, and a fingerprint of what lies under them on disk."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

    from workcell.rundir import schema

MAX_KEPT = 50_000
MAX_SEEN = 500_000
"""Entries that a fingerprint keeps, and that it looks at to find them; past either it says that it was capped."""


def forbidden(paths: Iterable[str], patterns: Sequence[str]) -> list[tuple[str, str]]:
    """Every one of `paths` (relative to the top, `/` between parts) that a pattern forbids, with that pattern.

    Patterns are those of gitignore(5): `secrets/`, `*.pem`, `/deploy/**/prod.yml`; a later `!pattern` makes an
    exception, and unlike there also below a forbidden directory. `dir/` forbids a submodule, link or file of
    that name too: a directory must not be replaced by one. Sorted, without doubles.
    """
    spec = _spec(patterns)
    found = []
    for path in sorted(set(paths)):
        pattern = _match(spec, patterns, path)
        if pattern is not None:
            found.append((path, pattern))
    return found


def _spec(patterns: Sequence[str]) -> GitIgnoreSpec:
    from pathspec import GitIgnoreSpec  # 13 ms, and most briefs forbid nothing

    return GitIgnoreSpec.from_lines([_one_line(pattern) for pattern in patterns])


def _one_line(text: str) -> str:
    """A newline ends a regular expression before its time; this character stands for no byte of any name."""
    return text.replace("\n", "\udc0a")


def _match(spec: GitIgnoreSpec, patterns: Sequence[str], path: str) -> str | None:
    for name in (path, path + "/"):
        said = spec.check_file(_one_line(name))
        if said.index is not None:
            return patterns[said.index] if said.include else None
    return None


def fingerprint(top: str, patterns: Sequence[str]) -> schema.Fingerprint:
    """What lies under the forbidden paths now, also where git does not look (ignored files).

    `{"entries": {path: [size, mtime_ns, inode, mode]}, "capped": bool, "unread": [path, ...]}`, JSON as it is.
    Only names and stat(2) are read; links are not followed, and `.git` is entered only where a pattern names it.
    A capped fingerprint holds what it reached: what it left out cannot be compared.
    """
    spec = _spec(patterns)
    entries: dict[str, list[int]] = {}
    unread: list[str] = []
    excepted = any(pattern.lstrip().startswith("!") for pattern in patterns)
    git_named = any(".git" in pattern.strip("!/").split("/") for pattern in patterns)
    seen = 0
    todo: list[tuple[str, bool]] = []
    for start in _starts(patterns):
        hit = bool(start) and _match(spec, patterns, start) is not None
        mark = _mark(os.path.join(top, start))
        if mark and stat.S_ISDIR(mark[3]):
            todo.append((start, hit and not excepted))
        elif mark and hit:
            entries[start] = mark
    while todo:
        directory, whole = todo.pop()
        for entry in _listing(top, directory, unread):
            path = f"{directory}/{entry.name}" if directory else entry.name
            if entry.name == ".git" and not whole and not git_named:
                continue
            seen += 1
            if seen > MAX_SEEN or len(entries) >= MAX_KEPT:
                return {"entries": entries, "capped": True, "unread": unread}
            hit = whole or _match(spec, patterns, path) is not None
            if entry.is_dir(follow_symlinks=False):
                todo.append((path, hit and not excepted))
            elif hit:
                mark = _mark(entry.path)
                if mark:
                    entries[path] = mark
    return {"entries": entries, "capped": False, "unread": unread}


def _listing(top: str, directory: str, unread: list[str]) -> list[os.DirEntry[str]]:
    """The entries of a directory by name; one that cannot be read goes to `unread`."""
    try:
        with os.scandir(os.path.join(top, directory)) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except FileNotFoundError:
        return []
    except OSError:
        unread.append(directory)
        return []


def _mark(path: str) -> list[int] | None:
    try:
        now = os.lstat(path)
    except OSError:  # gone since it was listed
        return None
    # a socket or device has no content to compare, and its times change by being used
    if not stat.S_ISREG(now.st_mode) and not stat.S_ISLNK(now.st_mode):
        return [0, 0, now.st_ino, now.st_mode]
    return [now.st_size, now.st_mtime_ns, now.st_ino, now.st_mode]


def _starts(patterns: Sequence[str]) -> list[str]:
    """Where to walk: the literal beginning of every pattern that has one, else the whole tree."""
    starts = set()
    for pattern in patterns:
        text = pattern.strip()
        if not text or text.startswith(("#", "!")):
            continue
        parts = text.lstrip("/").rstrip("/").split("/")
        anchored = text.startswith("/") or len(parts) > 1
        literal = []
        for part in parts:
            if any(char in part for char in "*?[\\"):
                break
            literal.append(part)
        starts.add("/".join(literal) if anchored else "")
    return [] if not starts else [""] if "" in starts else _outermost(starts)


def _outermost(starts: Iterable[str]) -> list[str]:
    kept: list[str] = []
    for start in sorted(starts):
        if not any(start == outer or start.startswith(outer + "/") for outer in kept):
            kept.append(start)
    return kept


def compare(before: schema.Fingerprint, after: schema.Fingerprint) -> set[str]:
    """The paths that were made, removed or changed between two fingerprints of the same patterns.

    Where one of the two was capped or could not read a directory, only paths that both could see count as made
    or removed: ask `blind` for what to say of the rest.
    """
    old, new = _entries(before), _entries(after)
    changed = {path for path in old.keys() & new.keys() if old[path] != new[path]}
    if before.get("capped") or after.get("capped"):
        return changed
    hidden = [f"{path}/" for print_ in (before, after) for path in _unread(print_)]
    gone = {path for path in old.keys() ^ new.keys() if not path.startswith(tuple(hidden))}
    return changed | gone


def blind(before: schema.Fingerprint, after: schema.Fingerprint) -> list[str]:
    """What `compare` could not see, in words for a person; empty when it saw everything."""
    said = []
    if before.get("capped") or after.get("capped"):
        said.append(f"the forbidden paths hold more than {MAX_KEPT} files, or the tree more than {MAX_SEEN}")
    said += [f"cannot read {path!r}" for path in sorted({*_unread(before), *_unread(after)})]
    return said


def _entries(print_: schema.Fingerprint) -> dict[str, list[int]]:
    found = print_.get("entries")
    return found if isinstance(found, dict) else {}


def _unread(print_: schema.Fingerprint) -> list[str]:
    found = print_.get("unread")
    return found if isinstance(found, list) else []
