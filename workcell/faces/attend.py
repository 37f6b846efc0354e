"""The program that the runner starts to judge its run and tell its person: `_attend RUN ATTEMPT`."""

import os
import sys
from typing import NoReturn

from workcell.base.errors import Usage, WorkcellError
from workcell.rundir import home
from workcell.terminal.printable import printable
from workcell.watch import attend, summarize

_SAYS = "usage: workcell _attend RUN ATTEMPT; workcell itself calls this verb"
FAILED = 74


def main(words: list[str]) -> int:
    """0 once all is told that there is to tell; 2 for wrong words. What waits to be sent is left to a child."""
    if len(words) != 3 or not (words[2].isascii() and words[2].isdigit() and len(words[2]) < 10):
        print(f"workcell: {_SAYS}", file=sys.stderr)
        return Usage.exit_code
    try:
        home.check_run(words[1])
        if attend.attend(words[1], int(words[2])) and os.fork() == 0:
            # the runner may start another one while a far end takes its time
            attend.send(words[1])
            os._exit(0)
        if summarize.wanted(words[1]) and os.fork() == 0:
            _summarize(words[1], int(words[2]))
    except WorkcellError as error:
        print(f"workcell: _attend: {printable(error.message)}", file=sys.stderr)
        return error.exit_code
    except OSError as error:
        if error.errno is None:
            raise
        where = f": {error.filename!r}" if error.filename else ""
        print(f"workcell: _attend of {words[1]}: {error.strerror}{where}", file=sys.stderr)
        return FAILED
    return 0


def _summarize(run: str, n: int) -> NoReturn:
    """Ask for a summary, and end: what a command could not say is in its record, and no person waits for it."""
    try:
        summarize.refresh(run, n)
    except (WorkcellError, OSError) as error:
        print(f"workcell: _attend: no summary: {printable(str(error))}", file=sys.stderr)
    os._exit(0)
