"""The program that sends what waits in the outbox of a home: `_send HOME`.

Its caller does not wait for it.
"""

import sys

from workcell.base.errors import Usage, WorkcellError
from workcell.channels import sending
from workcell.rundir import home_creation
from workcell.terminal.printable import printable
from workcell.views import day_report


def main(words: list[str]) -> int:
    """The exit code: 2 for wrong words, else that of the error. A notice that is not sent waits for the next sender."""
    if len(words) != 2:
        print("workcell: usage: workcell _send HOME; workcell itself calls this verb", file=sys.stderr)
        return Usage.exit_code
    try:
        home_creation.check(words[1])
        sending.waiting(words[1], day=day_report.of_home)
    except WorkcellError as error:
        print(f"workcell: {printable(error.message)}", file=sys.stderr)
        return error.exit_code
    return 0
