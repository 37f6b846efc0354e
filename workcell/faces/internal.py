"""Verbs that only workcell calls: no options, no output but errors."""

import os
import sys

from workcell.base.errors import WorkcellError
from workcell.ops import finish


def main(words: list[str]) -> int:
    """`_finish RUN ATTEMPT LOCK`: LOCK is the inherited descriptor of runner.lock."""
    _, run, attempt, lock = words
    try:
        finish.finish(run, int(attempt), int(lock), below=os.getpid())
    except WorkcellError as error:
        print(f"workcell: {error.message}", file=sys.stderr)
        return error.exit_code
    return 0
