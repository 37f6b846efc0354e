"""approve and deny: yes or no, once, to what the agent asks permission for."""

from dataclasses import dataclass

from workcell.base.errors import Refused
from workcell.cleaning import run_cleaner
from workcell.evidence import dialog as shown
from workcell.judgement import permission
from workcell.rundir import find
from workcell.rundir.cell import Cell
from workcell.together import answer, send
from workcell.together import dialog as dialogs

Result = send.Result


@dataclass(frozen=True)
class Request:
    run: str
    """An id, a name, a unique prefix, a path, or `-` for the newest run."""


def perform_approve(cell: Cell, request: Request) -> send.Result:
    """The operation `approve`. `cell.progress` is told `asked` before it is answered: the tool and its words.

    Refused where no dialog asks for permission, or none of its options allows it for this once.
    """
    return _decide(cell, request.run, allow=True)


def perform_deny(cell: Cell, request: Request) -> send.Result:
    """The operation `deny`; as `approve`."""
    return _decide(cell, request.run, allow=False)


def _decide(cell: Cell, word: str, *, allow: bool) -> send.Result:
    run = find.run_to_change(cell.home, word)
    seen, dialog = answer.up(run)
    if dialog is None:
        raise Refused(f"{seen.id} asks for no permission now", f"workcell what {seen.id}")
    option = permission.option_for(dialog, allow=allow)
    if option is None:
        options = [f"{one['n'] or '-'} {one['text']}" for one in dialog["options"]]
        title = dialogs.title(dialog)
        raise Refused(
            f"no option says just yes or no to: {title}", f"workcell answer {seen.id} NUMBER", details=options
        )
    asked = shown.asked(seen) or dialogs.title(dialog)
    cell.progress("asked", run_cleaner.of_run(run).mask(asked))
    return send.raise_if_refused(answer.choose(run, seen, dialog, option["n"] or option["text"]))
