"""approve and deny: yes or no, once, to what the agent asks permission for."""

from dataclasses import replace

from workcell.base.errors import Refused
from workcell.cleaning import run_cleaner
from workcell.evidence import dialog as shown
from workcell.judgement import permission
from workcell.rundir import deferred
from workcell.rundir.cell import Cell
from workcell.together import answer, decided, deferred_call, send
from workcell.together import dialog as dialogs

Result = send.Result


def decide(cell: Cell, run: str, *, allow: bool, why: str | None = None) -> send.Result:
    """Choose the option of the dialog that is up which allows, or refuses, what is asked for, this once.

    `cell.progress` is told `asked` before it is answered: the tool and its words. Refused where no dialog asks for
    permission, or none of its options says just that. A run whose attempt ended at a call that waits for a yes or no
    goes on with it. `why` is the reason of a no: of such a call its program tells it to the agent, after a dialog it is
    sent as a message.
    """
    seen, dialog = answer.up(run)
    call = deferred.call_of(seen)
    if call is not None:
        return deferred_call.answer(cell, seen, call, allow=allow, why=why)
    if dialog is None:
        before = decided.last(seen)
        words = f"{seen.id} asks for no permission now" + (f": {before}" if before else "")
        raise Refused(words, f"workcell what {seen.id}")
    option = permission.option_for(dialog, allow=allow)
    if option is None:
        options = [f"{one['n'] or '-'} {one['text']}" for one in dialog["options"]]
        title = dialogs.title(dialog)
        raise Refused(
            f"no option says just yes or no to: {title}", f"workcell answer {seen.id} NUMBER", details=options
        )
    asked = shown.asked(seen) or dialogs.title(dialog)
    cell.progress("asked", run_cleaner.of_run(run).mask(asked))
    done = send.raise_if_refused(answer.choose(run, dialog, option["n"] or option["text"]))
    if why is None:
        return done
    told = send.perform(cell, send.Request(seen.id, f"What you asked permission for was refused: {why}"))
    reason = told.runs[0] if isinstance(told, send.Results) else told
    return replace(done, why=f"{done.why}; the reason is {reason.state}")
