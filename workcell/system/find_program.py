"""Where a program is that is only to be looked at or asked: on PATH, and never in the tree that is looked at.

A directory of PATH that is relative (`.`, an empty entry) means another program in each repository. What lies in the
repository belongs to the repository: to ask it for its version would be to run it.
"""

import os
from collections.abc import Sequence


def find(name: str, path: str | None = None, avoid: Sequence[str | None] = ()) -> str | None:
    """The absolute path of the program `name` on `path` ($PATH by default); None where there is none.

    Relative directories of PATH are passed over, and so is whatever lies below one of `avoid`. A `name` with a slash
    must be absolute.
    """
    roots = [os.path.realpath(root) for root in avoid if root]
    if os.path.dirname(name):
        return name if os.path.isabs(name) and _executable(name) and not _below(name, roots) else None
    for folder in (os.environ.get("PATH", os.defpath) if path is None else path).split(os.pathsep):
        if os.path.isabs(folder) and not _below(folder, roots):
            found = os.path.join(folder, name)
            if _executable(found) and not _below(found, roots):
                return found
    return None


def is_there(name: str, path: str | None = None) -> bool:
    """Whether a program of that name can be started: by its path, or in any directory of `path` ($PATH by default)."""
    if os.path.dirname(name):
        return _executable(name)
    folders = (os.environ.get("PATH", os.defpath) if path is None else path).split(os.pathsep)
    return bool(name) and any(_executable(os.path.join(folder, name)) for folder in folders)


def _executable(path: str) -> bool:
    """Whether this process may run the file. `shutil.which` says the same, and its module loads three compressors."""
    return os.access(path, os.X_OK) and not os.path.isdir(path)


def tree_around(where: str) -> str | None:
    """The nearest directory at or above `where` that has a `.git`; None where there is none. Starts nothing.

    None also where it holds the person's home directory: a home that is kept in git is the person's own.
    """
    here = os.path.realpath(where)
    while not os.path.lexists(os.path.join(here, ".git")):
        above = os.path.dirname(here)
        if above == here:
            return None
        here = above
    return None if _below(os.path.expanduser("~"), [here]) else here


def here() -> str | None:
    """The tree around the current directory; None where there is none, or the directory is gone."""
    try:
        where = os.getcwd()
    except OSError:
        return None
    return tree_around(where)


def _below(path: str, roots: Sequence[str]) -> bool:
    real = os.path.realpath(path)
    return any(real == root or real.startswith(root.rstrip("/") + "/") for root in roots)
