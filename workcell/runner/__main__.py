"""The runner as a program: `python -I -S .../runner/__main__.py RUN ATTEMPT ISOLATION [FD]`; FD as in `spawn`."""

import os
import sys

if __package__ in (None, ""):
    # run by path and without site: the package is found beside the standard library, never before it
    sys.path.pop(0) if sys.path and sys.path[0] == os.path.dirname(os.path.abspath(__file__)) else None
    sys.path.append(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))

from workcell.runner import life

if __name__ == "__main__":
    given = dict(enumerate(sys.argv))
    pipe = int(given[4]) if 4 in given else None
    sys.exit(life.main(sys.argv[1], int(sys.argv[2]), given.get(3, "none"), pipe))
