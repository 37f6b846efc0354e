"""The commits of a person's own checkout, by GitPython: hash, subject, author and time, and nothing of the files.

Only a report asks here, and never about a tree in which an agent works: docs/decisions/libtmux-and-gitpython.md.
"""

from __future__ import annotations

from dataclasses import dataclass

from workcell.base import clock
from workcell.base.errors import Unreachable

PATIENCE = 5.0
"""Seconds after which git is ended."""

_FORMAT = "%H%x00%an%x00%ct%x00%s%x00"


@dataclass(frozen=True)
class Commit:
    commit: str
    """Its hash."""
    subject: str
    """The first line of its message."""
    author: str
    at: str
    """When it was committed."""


def commits(top: str, since: float, most: int) -> list[Commit]:
    """The commits that HEAD of the working tree `top` leads to, made after `since` (epoch seconds), newest first.

    At most `most` of them. A branch without a commit has none. Raises Unreachable where git does not answer in time,
    or cannot read the repository.
    """
    import git  # GitPython: 90 ms, which only a report in a checkout pays

    try:
        with git.Repo(top) as repo:
            if not repo.head.is_valid():
                return []
            # what a hook exported would lead to another repository, and a partial clone is not filled up for a report
            repo.git.update_environment(GIT_DIR=str(repo.git_dir), GIT_NO_LAZY_FETCH="1")
            # a bare number of few digits means a day or an hour to git: 0 is now
            words = (f"--max-count={most}", f"--since=@{int(since)} +0000", f"--format={_FORMAT}", "HEAD", "--")
            out = repo.git.rev_list(*words, kill_after_timeout=PATIENCE)
    except (git.GitError, OSError, ValueError) as error:
        raise Unreachable(f"the commits of {top!r} cannot be read: {type(error).__name__}", "git log") from error
    return [_commit(line) for line in str(out).split("\n") if "\0" in line]


def _commit(line: str) -> Commit:
    """One line of `rev-list --format`; the line with the hash that git puts before each has no NUL."""
    name, author, at, subject, *_ = line.split("\0")
    return Commit(name, subject, author, clock.stamp(float(at)))
