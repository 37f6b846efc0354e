"""The directory in which agent, steps and check start: the top of the tree, or the directory `dir` below it.

An agent can replace a directory by a symbolic link that leads out of its tree. So the way from the top down is asked
anew at each start, and no component of it may be a link.
"""

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from workcell.rundir import schema

_ONLY_A_DIRECTORY = getattr(os, "O_PATH", os.O_RDONLY) | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


def path(attempt: "schema.Attempt") -> str:
    """The directory of an attempt in which its programs start."""
    return join(attempt["cwd"], attempt.get("dir", ""))


def join(top: str, below: str) -> str:
    """The directory `below` the tree `top`; the top itself where that is empty."""
    return os.path.join(top, below) if below else top


def trouble(top: str, below: str) -> "str | None":
    """Why nothing can start in that directory, in words; None when it is a plain directory inside the tree."""
    here = top
    for part in below.split("/") if below else ():
        here = os.path.join(here, part)
        if os.path.islink(here):
            return f"{here} is a symbolic link"
        if not os.path.isdir(here):
            return f"{here} is no directory" if os.path.lexists(here) else f"there is no directory {here}"
    return None


def enter(top: str, below: str) -> None:
    """Make the directory the current one of this process. OSError where a component is a link, or no directory."""
    os.chdir(top)
    for part in below.split("/") if below else ():
        fd = os.open(part, _ONLY_A_DIRECTORY)
        try:
            os.fchdir(fd)
        finally:
            os.close(fd)
