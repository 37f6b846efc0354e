"""Becomes the runner of an attempt without forking first, so that strace follows one process from start to finish.

`python -I -S become_runner.py PACKAGE RUN ATTEMPT`: what spawn does, less the fork.
"""

import ctypes
import os
import sys

package, run, attempt = sys.argv[1:]
ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)
os.setsid()
os.umask(0o077)
log = os.open(os.path.join(run, "runner.log"), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
os.dup2(log, 1)
os.dup2(log, 2)
os.closerange(3, os.sysconf("SC_OPEN_MAX"))
program = os.path.join(package, "runner", "__main__.py")
os.execv(sys.executable, [sys.executable, "-I", "-S", program, run, attempt, "subreaper"])
