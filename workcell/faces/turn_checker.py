"""The program that runs the check of a run after a turn: `_check_turn RUN`."""

import os
import sys

from workcell.base import subreaper
from workcell.base.errors import InputOutput, Usage, WorkcellError
from workcell.channels import sending
from workcell.finish import turn_check
from workcell.rundir import home
from workcell.terminal.printable import printable
from workcell.views import day_report


def main(words: list[str]) -> int:
    """0 once nothing is left to be checked now; 2 for wrong words, 74 where the file system refuses."""
    if len(words) != 2:
        print("workcell: usage: workcell _check_turn RUN; workcell itself calls this verb", file=sys.stderr)
        return Usage.exit_code
    run = words[1]
    try:
        if os.path.isdir(run):
            home.check_run(run)
        subreaper.become()
        turn_check.check(run)
        sending.waiting(home.of_run(run), day=day_report.of_home)
    except WorkcellError as error:
        print(f"workcell: {printable(error.message)}", file=sys.stderr)
        return error.exit_code
    except OSError as error:
        print(f"workcell: _check_turn of {run}: {error.strerror}", file=sys.stderr)
        return InputOutput.exit_code
    return 0
