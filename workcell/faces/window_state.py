"""The program that the status line of a window starts while a terminal shows it: `_window RUN` tells it the state."""

import os
import sys

from workcell.base.errors import Usage, WorkcellError
from workcell.evidence import activity
from workcell.faces.cli import out
from workcell.rundir import home, layout, look, phase, status
from workcell.system import tmux
from workcell.terminal.printable import printable

_SAYS = "usage: workcell _window RUN; the status line of a window calls this verb"


def main(words: list[str]) -> int:
    """The exit code: 2 for wrong words, else that of the error; tmux shows neither."""
    if len(words) != 2:
        print(f"workcell: {_SAYS}", file=sys.stderr)
        return Usage.exit_code
    run = words[1]
    try:
        home.check_run(run)
        seen = look.at(run)
        state, _ = out.state(status.document(seen, activity.of(seen) if seen.phase == phase.RUNNING else None)["state"])
        tmux.server_of(layout.home_of(run)).show_state(os.path.basename(run), state)
    except WorkcellError as error:
        print(f"workcell: {printable(error.message)}", file=sys.stderr)
        return error.exit_code
    return 0
