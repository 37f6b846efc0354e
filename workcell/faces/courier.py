"""The program that the runner starts to type messages: `_deliver RUN ATTEMPT`, the terminal as standard input."""

import sys

from workcell.base.errors import WorkcellError
from workcell.ops import deliver


def main(words: list[str]) -> int:
    """The exit code tells the runner whether something waits."""
    _, run, attempt = words
    try:
        return deliver.deliver(run, int(attempt))
    except WorkcellError as error:
        print(f"workcell: {error.message}", file=sys.stderr)
        return deliver.LATER
