"""Becoming the parent of all orphans below this process, where the system knows such a thing."""

import os
import sys

PR_SET_CHILD_SUBREAPER = 36


def become() -> bool:
    """Become it, also across exec; False where the system knows no such thing."""
    if not sys.platform.startswith("linux"):
        return False
    arguments = (PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    try:
        # the C half of ctypes: the other half takes as long to load as all the rest here
        import _ctypes

        program = _ctypes.dlopen(None, os.RTLD_NOW)  # type: ignore[arg-type] # None is the program itself
        prctl = _ctypes.dlsym(program, "prctl")
        return bool(_ctypes.call_function(prctl, arguments) == 0)
    except (ImportError, AttributeError):  # another Python than CPython
        import ctypes

        return bool(ctypes.CDLL(None).prctl(*arguments) == 0)
