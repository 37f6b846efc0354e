"""The program that brings a plan on: `_plan HOME PLAN`.

It has the environment of the shell that launched the plan.
"""

import os
import sys

from workcell.base.errors import Usage, WorkcellError
from workcell.channels import sending
from workcell.rundir import home_creation, plans
from workcell.terminal.printable import printable
from workcell.together import plan_requests
from workcell.views import day_report


def main(words: list[str]) -> int:
    """The exit code: 2 for wrong words, else that of the error. What is not done waits for the next tick."""
    if len(words) != 3:
        print("workcell: usage: workcell _plan HOME PLAN; workcell itself calls this verb", file=sys.stderr)
        return Usage.exit_code
    home, plan = words[1:]
    for name in ("WORKCELL_ATTEMPT", "WORKCELL_RUN_DIR"):
        os.environ.pop(name, None)  # the mark of the run that has ended: nothing that is started here is of it
    try:
        home_creation.check(home)
        _take_umask(home, plan)
        plan_requests.bring_on(home, plan)
        sending.waiting(home, day=day_report.of_home)
    except WorkcellError as error:
        print(f"workcell: {printable(error.message)}", file=sys.stderr)
        return error.exit_code
    return 0


def _take_umask(home: str, plan: str) -> None:
    """Take over the umask of the shell that launched the plan: runs keep that of the process that makes them."""
    try:
        os.umask(plans.environment(home, plan)[1])
    except (ValueError, OSError):
        return
