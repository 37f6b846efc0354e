"""`workcell watchdog tick`, as timers call it: no options, and nothing imported that only people need."""

import sys

from workcell.base.errors import WorkcellError
from workcell.rundir import layout
from workcell.watch import tick


def main(words: list[str]) -> int:
    """One tick; a line on standard output for each act, nothing when there was nothing to do."""
    try:
        report = tick.tick(layout.home())
    except WorkcellError as error:
        print(f"workcell: {_printable(error.message)}", file=sys.stderr)
        if error.hint:
            print(f"hint: {_printable(error.hint)}", file=sys.stderr)
        return error.exit_code
    except Exception as error:
        from workcell.faces.cli import failures

        return failures.failed(error, words, False)
    for line in report.did:
        print(_printable(line).encode("ascii", "backslashreplace").decode())
    return 0


def _printable(text: str) -> str:
    """`text` on one line; what makes it so is loaded only when there is something to say."""
    from workcell.terminal import printable

    return printable.printable(text)
