"""Verbs that only workcell calls: no options, no output but errors."""

import os
import sys

from workcell.base.errors import InputOutput, TryAgain, Usage, WorkcellError
from workcell.channels import sending
from workcell.finish import finish, settle
from workcell.rundir import home, look, standby, turn_checks, writer
from workcell.terminal.printable import printable
from workcell.views import day_report

_SAYS = "usage: workcell {verb} RUN ATTEMPT LOCK WORDS; workcell itself calls this verb"


def main(words: list[str]) -> int:
    """`_finish RUN ATTEMPT LOCK WORDS`, `_settle RUN ATTEMPT LOCK WORDS` or `_wake RUN`.

    LOCK is the inherited descriptor that holds the right to write the run, WORDS that of runner.lock or -1. The exit
    code: 2 for wrong words, 74 where the file system refuses, else that of the error.
    """
    verb = words[0]
    if verb == "_wake":
        return wake(words)
    if len(words) != 5 or not all(_number(word) for word in (*words[2:4], words[4].removeprefix("-"))):
        print(f"workcell: {_SAYS.format(verb=verb)}", file=sys.stderr)
        return Usage.exit_code
    run, attempt = words[1], int(words[2])
    try:
        home.check_run(run)
        held = writer.inherit(run, int(words[3]), int(words[4]))
        if held is None:
            raise TryAgain(f"{run}: the descriptor handed over is not the lock of this run")
        if verb == "_settle":
            _settle(run, attempt, held)
        else:
            finish.finish(run, attempt, held, below=os.getpid())
        held.close()
        _check_turn(run)
        _wake(run)
        sending.waiting(home.of_run(run), day=day_report.of_home)
    except WorkcellError as error:
        print(f"workcell: {printable(error.message)}", file=sys.stderr)
        return error.exit_code
    except OSError as error:
        if error.errno is None:
            raise
        where = f": {error.filename!r}" if error.filename else ""
        print(f"workcell: {verb} of {run}: {error.strerror}{where}", file=sys.stderr)
        return InputOutput.exit_code
    return 0


def _check_turn(run: str) -> None:
    """Have the check run that senders asked for, where the run is on standby: it waits for no message meanwhile."""
    if turn_checks.on(home.of_run(run), os.path.basename(run)) and standby.waits(seen := look.at(run)):
        settle.start_apart(["_check_turn", run], run, seen.n)


def _wake(run: str) -> None:
    """Wake the run where messages came before it was on standby: their senders looked, and found its agent at work."""
    if not standby.due(look.at(run)):
        return
    from workcell.together import wake

    try:
        wake.wake(run, finish=True)
    except WorkcellError as error:
        print(f"workcell: {printable(error.message)}", file=sys.stderr)  # the message stays, and the tick tries again


def wake(words: list[str]) -> int:
    """`_wake RUN`: wake a run on standby. The exit code as of `main`."""
    if len(words) != 2:
        print("workcell: usage: workcell _wake RUN; workcell itself calls this verb", file=sys.stderr)
        return Usage.exit_code
    try:
        home.check_run(words[1])
        _wake(words[1])
    except WorkcellError as error:
        print(f"workcell: {printable(error.message)}", file=sys.stderr)
        return error.exit_code
    except OSError as error:
        print(f"workcell: _wake of {words[1]}: {error.strerror}", file=sys.stderr)
        return InputOutput.exit_code
    return 0


def _number(word: str) -> bool:
    return word.isascii() and word.isdigit() and len(word) < 10


def _settle(run: str, attempt: int, held: writer.Writer) -> None:
    """The phase is worked out again under the lock: the process that handed it over may have been slow."""
    seen = look.at(run, holding=True)
    if seen.n == attempt and settle.needed(seen):
        settle.settle_locked(run, seen, held)
