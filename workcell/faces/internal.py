"""Verbs that only workcell calls: no options, no output but errors."""

import os
import sys

from workcell.base.errors import TryAgain, WorkcellError
from workcell.ops import finish, onward, sending, settle
from workcell.rundir import look, writer


def main(words: list[str]) -> int:
    """`_finish RUN ATTEMPT LOCK WORDS` or `_settle RUN ATTEMPT LOCK WORDS`.

    LOCK is the inherited descriptor that holds the right to write the run, WORDS that of runner.lock or -1.
    """
    verb, run, attempt, number, beside = words
    held = writer.inherit(run, int(number), int(beside))
    try:
        if held is None:
            raise TryAgain(f"{os.path.basename(run)}: the descriptor handed over is not the lock of this run")
        if verb == "_settle":
            _settle(run, int(attempt), held)
        else:
            finish.finish(run, int(attempt), held, below=os.getpid())
        held.close()
    except WorkcellError as error:
        print(f"workcell: {error.message}", file=sys.stderr)
        return error.exit_code
    sending.waiting(onward.home_of(run))
    return 0


def _settle(run: str, attempt: int, held: writer.Writer) -> None:
    """The phase is worked out again under the lock: the process that handed it over may have been slow."""
    seen = look.at(run, holding=True)
    if seen.n == attempt and settle.needed(seen):
        settle.under_lock(run, seen, held)
