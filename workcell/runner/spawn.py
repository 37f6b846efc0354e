"""Becoming a runner: a session of its own, nobody's child, and the parent of all orphans below it.

Run by path as `python -I -S spawn.py RUN ATTEMPT`. The kernel keeps the subreaper mark across exec, so ctypes,
which sets it, costs this short process its memory and not the runner.
"""

import ctypes
import os
import sys

PR_SET_CHILD_SUBREAPER = 36


def main(run: str, attempt: str) -> None:
    if os.fork():
        os._exit(0)
    os.setsid()
    os.umask(0o077)
    isolation = "none"
    if sys.platform.startswith("linux"):
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0:
            isolation = "subreaper"
    os.chdir(run)
    log = os.open("runner.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.closerange(3, max(os.sysconf("SC_OPEN_MAX"), 65536))  # -1 on macOS where files are unlimited
    program = os.path.join(os.path.dirname(os.path.abspath(__file__)), "__main__.py")
    os.execv(sys.executable, [sys.executable, "-I", "-S", program, run, attempt, isolation])


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
