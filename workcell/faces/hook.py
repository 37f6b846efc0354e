"""The hook that an agent calls: one JSON document in, one file in the run's spool, and exit code 0 whatever happens."""

import os
import sys

from workcell.base import record
from workcell.rundir import layout, maildir

LIMIT = 1 << 20
"""Bytes of one document; a longer one is none of an agent's own."""


def main() -> int:
    """Read the document on standard input and bring it to the run that WORKCELL_ATTEMPT names.

    An agent takes another exit code, or words on standard output, as an answer to what it asked, so a hook that
    cannot do its work does nothing. Outside a run there is nothing to do.
    """
    run = os.environ.get("WORKCELL_RUN_DIR")
    _, _, number = os.environ.get("WORKCELL_ATTEMPT", "").rpartition("/")
    try:
        document = record.decode(sys.stdin.buffer.read(LIMIT + 1))
        if run and number.isdigit() and os.path.isdir(run):
            maildir.deliver(
                os.path.join(run, layout.SPOOL), {"type": "hook", "attempt": int(number), "document": document}
            )
    except (OSError, ValueError):
        pass
    return 0


if __name__ == "__main__":
    sys.exit(main())
