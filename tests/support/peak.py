"""The greatest memory of a process, asked by itself."""

import resource
import sys


def kilobytes() -> int:
    """The most memory that this process had since its program began.

    getrusage counts what the process was before exec(2) too: one that starts from a large pytest is as large as that.
    """
    try:
        with open("/proc/self/status") as file:
            return int(file.read().split("VmHWM:")[1].split()[0])
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1024 if sys.platform == "darwin" else 1)
