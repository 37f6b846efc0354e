"""Becoming a runner: a session of its own, a child of init, and the parent of all orphans below it.

Run by path as `python -I -S spawn.py RUN ATTEMPT [FD]`; FD is the write end of the starter's pipe. The kernel keeps the
subreaper mark across exec, so what sets it costs this short process its memory and not the runner.
"""

import os
import stat
import sys

if __package__ in (None, ""):
    # run by path and without site: the package is found beside the standard library, never before it
    sys.path.pop(0) if sys.path and sys.path[0] == os.path.dirname(os.path.abspath(__file__)) else None
    sys.path.append(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))

from workcell.base import subreaper
from workcell.rundir import home

NO_PERMISSION = 77


def main(run: str, attempt: str, pipe: "int | None" = None) -> int:
    """Become the runner. Returns only for a run or home that must not be used, with nothing written: 77."""
    why = home.problem_of_run(run)
    if why is not None:
        for fd in (2, pipe):
            if fd is not None:
                os.write(fd, f"{why}\n".encode("utf-8", "backslashreplace"))
        return NO_PERMISSION
    if os.fork():
        os._exit(0)
    os.setsid()
    os.umask(0o077)
    isolation = "subreaper" if subreaper.become() else "none"
    os.chdir(run)
    log = _log("runner.log")
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.dup2(log, 1)
    os.dup2(log, 2)
    low = 3
    if pipe is not None:
        os.closerange(3, pipe)
        low = pipe + 1
    os.closerange(low, max(os.sysconf("SC_OPEN_MAX"), 65536))  # -1 on macOS where files are unlimited
    program = os.path.join(os.path.dirname(os.path.abspath(__file__)), "__main__.py")
    words = [program, run, attempt, isolation, *([] if pipe is None else [str(pipe)])]
    os.execv(sys.executable, [sys.executable, "-I", "-S", *words])


def _log(path: str) -> int:
    """The runner's log. An earlier attempt may have put a pipe, a link or a second name of a file in its place."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_NONBLOCK
    try:
        fd = os.open(path, flags, 0o600)
        about = os.fstat(fd)
        if stat.S_ISREG(about.st_mode) and about.st_nlink == 1:
            return fd
        os.close(fd)
    except OSError:
        if not os.path.lexists(path):
            raise
    os.rename(path, f"{path}.was.{os.getpid()}")
    return os.open(path, flags | os.O_EXCL, 0o600)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else None))
