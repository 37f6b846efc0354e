"""Verbs that only workcell calls: no options, no output but errors."""

import os
import sys

from workcell.base.errors import WorkcellError
from workcell.ops import finish, onward, sending, settle
from workcell.rundir import layout, locks, look


def main(words: list[str]) -> int:
    """`_finish RUN ATTEMPT LOCK` or `_settle RUN ATTEMPT LOCK`: LOCK is the inherited descriptor of runner.lock."""
    verb, run, attempt, number = words
    lock = int(number)
    try:
        if verb == "_settle":
            _settle(run, int(attempt), lock)
        else:
            finish.finish(run, int(attempt), lock, below=os.getpid())
    except WorkcellError as error:
        print(f"workcell: {error.message}", file=sys.stderr)
        return error.exit_code
    os.close(lock)
    sending.waiting(onward.home_of(run))
    return 0


def _settle(run: str, attempt: int, lock: int) -> None:
    """The phase is worked out again under the lock: whoever handed it over may have been slow."""
    if not locks.is_of(lock, os.path.join(run, layout.RUNNER_LOCK)):
        return
    seen = look.at(run, holding=True)
    if seen.n == attempt and settle.needed(seen):
        settle.under_lock(run, seen, lock)
