"""`workcell watchdog tick`, as timers call it: no options, and nothing imported that only people need."""

import importlib
import sys

from workcell.base.errors import WorkcellError
from workcell.base.printable import printable
from workcell.rundir import layout
from workcell.watch import tick


def main(words: list[str]) -> int:
    """One tick; a line on standard output for each act, nothing when there was nothing to do."""
    try:
        report = tick.tick(layout.home())
    except WorkcellError as error:
        print(f"workcell: {printable(error.message)}", file=sys.stderr)
        if error.hint:
            print(f"hint: {printable(error.hint)}", file=sys.stderr)
        return error.exit_code
    except Exception as error:
        return int(importlib.import_module("workcell.faces.cli.app").bug(error, words, False))
    for line in report.did:
        print(printable(line).encode("ascii", "backslashreplace").decode())
    return 0
