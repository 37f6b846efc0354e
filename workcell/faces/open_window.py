"""The program that makes a window in a person's own tmux: `_open`, which `workcell open` ends after some seconds."""

import sys

from workcell.base.errors import Usage, WorkcellError
from workcell.system import tmux_windows
from workcell.terminal.printable import printable

_SAYS = "usage: workcell _open SOCKET SESSION NAME DIRECTORY COMMAND; 'workcell open' calls this verb"


def main(words: list[str]) -> int:
    """Print the name of the session; the exit code: 2 for wrong words, else that of the error."""
    if len(words) != 6:
        print(f"workcell: {_SAYS}", file=sys.stderr)
        return Usage.exit_code
    try:
        print(tmux_windows.show(*words[1:]))
    except WorkcellError as error:
        print(printable(error.message), file=sys.stderr)
        return error.exit_code
    return 0
