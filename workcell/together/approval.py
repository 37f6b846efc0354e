"""approve and deny: yes or no, once, to what the agent asks permission for."""

from dataclasses import dataclass, replace

from workcell.base.errors import Refused
from workcell.cleaning import run_cleaner
from workcell.evidence import dialog as shown
from workcell.judgement import permission
from workcell.rundir import deferred, look, needs
from workcell.rundir.cell import Cell
from workcell.together import answer, decided, deferred_call, just_decided, send
from workcell.together import dialog as dialogs

Result = send.Result


@dataclass(frozen=True)
class Word:
    """What a person says."""

    allow: bool
    why: str | None = None
    """The reason of a no."""
    ask: str | None = None
    """The id of what is meant, as `just_decided` makes it; without one, what the run asks now."""

    @property
    def verb(self) -> str:
        return "approve" if self.allow else "deny"


def decide(cell: Cell, run: str, word: Word) -> send.Result:
    """Choose the option of the dialog that is up which allows, or refuses, what is asked for, this once.

    `cell.progress` is told `asked` before it is answered: the tool and its words. Refused where no dialog asks for
    permission, none of its options says just that, or what is asked came up after a decision that was made just before:
    that needs its id. A run whose attempt ended at a call that waits for a yes or no
    goes on with it. The reason of a no is told to the agent by its program where the call is such a one; after a dialog
    it is sent as a message.
    """
    seen, dialog = answer.up(run)
    call = deferred.call_of(seen)
    if call is not None:
        words = run_cleaner.of_run(run).line(needs.asked(call))
        _check(seen, just_decided.of_call(seen, call, words), word, cell.clock())
        return deferred_call.answer(cell, seen, call, allow=word.allow, why=word.why)
    if dialog is None:
        before = decided.last(seen)
        words = f"{seen.id} asks for no permission now" + (f": {before}" if before else "")
        raise Refused(words, f"workcell what {seen.id}")
    option = permission.option_for(dialog, allow=word.allow)
    if option is None:
        options = [f"{one['n'] or '-'} {one['text']}" for one in dialog["options"]]
        title = dialogs.title(dialog)
        raise Refused(
            f"no option says just yes or no to: {title}", f"workcell answer {seen.id} NUMBER", details=options
        )
    asked = run_cleaner.of_run(run).mask(shown.asked(seen) or dialogs.title(dialog))
    _check(seen, just_decided.of_dialog(seen, dialog, asked), word, cell.clock())
    cell.progress("asked", asked)
    done = send.raise_if_refused(answer.choose(run, dialog, option["n"] or option["text"]))
    if word.why is None:
        return done
    told = send.perform(cell, send.Request(seen.id, f"What you asked permission for was refused: {word.why}"))
    reason = told.runs[0] if isinstance(told, send.Results) else told
    return replace(done, why=f"{done.why}; the reason is {reason.state}")


def _check(seen: look.Look, ask: just_decided.Ask, word: Word, now: float) -> None:
    """Raise Refused where a person may mean another thing than `ask`, which is what would be answered."""
    if word.ask is not None:
        just_decided.check_id(ask, word.ask, word.verb)
    elif ask.dialog is not None or deferred.undecided(seen) is not None:
        just_decided.check(seen, ask, word.verb, now)
