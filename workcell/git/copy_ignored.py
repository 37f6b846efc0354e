"""Copying chosen files, also ignored ones, from one working tree into another, and never from or to outside."""

import glob
import os
import shutil
import stat
from collections.abc import Iterator, Sequence

from workcell.base.errors import Invalid


def check(patterns: Sequence[str]) -> None:
    """Raise Invalid for a pattern that no file inside a tree can match."""
    for pattern in patterns:
        parts = pattern.split("/")
        if not pattern or pattern.startswith("/") or ".." in parts or "\0" in pattern:
            raise Invalid(f"carry: {pattern!r} leads out of the tree", "name paths relative to its top")
        if ".git" in parts:
            raise Invalid(f"carry: {pattern!r} names git's own files", "carry only files of the tree")


def carry(source: str, target: str, patterns: Sequence[str]) -> tuple[list[str], list[str]]:
    """Copy what the patterns (paths or globs, `**` for any depth) match in `source` to the same place in `target`.

    Links are copied as links, whatever they lead to; a directory with all below it. What is in `target` already
    stays. Returns the paths that were copied, and notes for a person on those that were not.
    """
    carried: list[str] = []
    notes: list[str] = []
    for path in _matches(source, patterns, notes):
        if any(path == done or path.startswith(done + "/") for done in carried):
            continue
        if not _inside(source, path) or not _inside(target, path):
            notes.append(f"carry: {path!r} leads out of the tree through a link, and was not copied")
            continue
        if os.path.lexists(os.path.join(target, path)) and not _both_directories(source, target, path):
            notes.append(f"carry: {path!r} is part of the new tree already, and was not copied")
            continue
        os.makedirs(os.path.dirname(os.path.join(target, path)), exist_ok=True)
        _copy(os.path.join(source, path), os.path.join(target, path), path, notes)
        carried.append(path)
    return carried, notes


def _matches(source: str, patterns: Sequence[str], notes: list[str]) -> Iterator[str]:
    for pattern in patterns:
        plain = pattern.rstrip("/")
        if os.path.lexists(os.path.join(source, plain)):
            found = [plain]  # a name with a bracket in it is first of all a name
        else:
            found = glob.glob(plain, root_dir=source, recursive=True, include_hidden=True)
        paths = sorted(os.path.normpath(path) for path in found)
        paths = [path for path in paths if path != "." and ".git" not in path.split("/")]
        if not paths:
            notes.append(f"carry: nothing matches {pattern!r}")
        yield from paths


def _inside(top: str, path: str) -> bool:
    above = os.path.realpath(os.path.dirname(os.path.join(top, path)))
    whole = os.path.realpath(top)
    return above == whole or above.startswith(whole + "/")


def _both_directories(source: str, target: str, path: str) -> bool:
    return all(stat.S_ISDIR(os.lstat(os.path.join(top, path)).st_mode) for top in (source, target))


def _copy(source: str, target: str, path: str, notes: list[str]) -> None:
    mode = os.lstat(source).st_mode
    if stat.S_ISDIR(mode):
        os.makedirs(target, exist_ok=True)
        for name in sorted(os.listdir(source)):
            below = os.path.join(target, name)
            # inside a directory that both have, the new tree's own files and links stay
            if os.path.islink(below) or (os.path.lexists(below) and not os.path.isdir(below)):
                continue
            _copy(os.path.join(source, name), below, f"{path}/{name}", notes)
        shutil.copystat(source, target)
    elif stat.S_ISLNK(mode):
        os.symlink(os.readlink(source), target)
    elif stat.S_ISREG(mode):
        shutil.copy2(source, target)
    else:
        notes.append(f"carry: {path!r} is neither file, directory nor link, and was not copied")
