"""Sorts uncommitted work into what an agent program leaves by itself and work that was done."""

import os
from collections.abc import Sequence

from workcell.git import forbidden, repository


def split(tree: repository.Tree, state: repository.Status, patterns: Sequence[str]) -> tuple[list[str], list[str]]:
    """(names that no pattern matches, names that one does) of everything that `git status` lists, in its order.

    `patterns` are those of gitignore(5), as in `forbid`. An untracked directory belongs to the second only where a
    pattern matches the directory itself or every file in it. Names that `state` only counts are in neither list.
    """
    kept: list[str] = []
    left: list[str] = []
    for names in (state.staged, state.unstaged, state.untracked):
        for name in names.first:
            (left if patterns and _matches(tree, name, patterns) else kept).append(name)
    return [*kept, *state.conflicted.first, *state.submodules.first], left


def _matches(tree: repository.Tree, name: str, patterns: Sequence[str]) -> bool:
    if forbidden.forbidden([name.rstrip("/")], patterns):
        return True
    if not name.endswith("/"):
        return False
    ran = repository.ask(tree.top, "ls-files", "--others", "--exclude-standard", "-z", "--", name)
    files = [os.fsdecode(one) for one in ran.out.split(b"\0") if one] if ran.ok else []
    return bool(files) and len(forbidden.forbidden(files, patterns)) == len(set(files))
