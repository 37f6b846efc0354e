"""The program that the runner starts to type messages: `_deliver RUN ATTEMPT`, the terminal as standard input."""

import sys

from workcell.base.errors import Usage, WorkcellError
from workcell.rundir import home
from workcell.terminal.printable import printable
from workcell.together import typist

_SAYS = "usage: workcell _deliver RUN ATTEMPT; workcell itself calls this verb, the terminal as standard input"


def main(words: list[str]) -> int:
    """The exit code tells the runner whether something waits; 2 for wrong words."""
    if len(words) != 3 or not (words[2].isascii() and words[2].isdigit() and len(words[2]) < 10):
        print(f"workcell: {_SAYS}", file=sys.stderr)
        return Usage.exit_code
    try:
        home.check_run(words[1])
        return typist.deliver(words[1], int(words[2]))
    except WorkcellError as error:
        print(f"workcell: {printable(error.message)}", file=sys.stderr)
    except OSError as error:
        if error.errno is None:
            raise
        where = f": {error.filename!r}" if error.filename else ""
        print(f"workcell: _deliver in {words[1]}: {error.strerror}{where}", file=sys.stderr)
    return typist.LATER
