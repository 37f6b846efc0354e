"""answer: the option of a dialog that is up, after checking that it is still the same one."""

from dataclasses import dataclass

from workcell.base.errors import Refused
from workcell.cleaning import run_cleaner
from workcell.evidence import dialog as shown_dialogs
from workcell.judgement import composer, permission, screen
from workcell.rundir import find, look
from workcell.rundir.cell import Cell
from workcell.together import dialog as dialogs
from workcell.together import send

Result = send.Result


@dataclass(frozen=True)
class Request:
    run: str
    """An id, a name, a unique prefix, a path, or `-` for the newest run."""
    word: str | None = None
    """An option's number, or the begin of its words; without a dialog, a text for an agent that waits for one. Without
    a word the dialog is shown, and nothing is answered."""


@dataclass(frozen=True)
class Option:
    """One option of a dialog."""

    word: str
    """What to give to choose it."""
    text: str
    """The words of the option."""


@dataclass(frozen=True)
class Dialog:
    """The dialog that is up."""

    id: str
    text: str
    """The words above the options."""
    question: str
    options: list[Option]
    safe: str | None
    """The option that changes nothing, where one is known."""


def perform(cell: Cell, request: Request) -> send.Result | Dialog:
    """The operation `answer`. Raises what `find.run` and `answer` raise, and Refused when the message was refused."""
    run = find.run_to_change(cell.home, request.run)
    if request.word is None:
        return show(run)
    return send.raise_if_refused(answer(run, request.word))


def show(run: str) -> Dialog:
    """The dialog that the run shows now. Refused when it shows none."""
    seen, shown = up(run)
    if shown is None:
        raise Refused(f"{seen.id} shows no dialog now", f"workcell status {seen.id}")
    shown = run_cleaner.of_run(run).record(shown)
    options = [Option(str(one["n"] or number), str(one["text"])) for number, one in enumerate(shown["options"], 1)]
    return Dialog(seen.id, shown["text"], shown["question"], options, shown["safe"])


def up(run: str) -> tuple[look.Look, screen.Screen | None]:
    """(a look at the run, the dialog that its terminal shows now)."""
    seen = look.at(run)
    return seen, shown_dialogs.up(seen)


def answer(run: str, word: str, by: str = "person", patience: float = send.PATIENCE) -> send.Result:
    """Choose the option that `word` names: its number, or the begin of its words.

    Without a dialog a text is sent to an agent that waits for one. Refused when there is neither, or no such option.
    """
    seen, dialog = up(run)
    if dialog is None:
        if word.strip().isdigit():
            raise Refused(f"{seen.id} shows no dialog now", f"workcell what {seen.id}")
        return send.send(run, word, "sequential", by, patience)
    return choose(run, dialog, word, by, patience)


def choose(
    run: str, dialog: screen.Screen, word: str, by: str = "person", patience: float = send.PATIENCE
) -> send.Result:
    """Choose the option of this very `dialog` that `word` names; another one that is up by then is not answered."""
    return send.deliver(run, message(dialog, word, by), patience)


def message(dialog: screen.Screen, word: str, by: str) -> "send.Outgoing":
    """The message that chooses the option of this very `dialog` that `word` names. Refused where it names none."""
    place = dialogs.find_option(dialog, None, word)
    if place is None:
        options = [f"{one['n'] or '-'} {one['text']}" for one in dialog["options"]]
        raise Refused(f"{word!r} names no option of: {dialog['question']}", "choose one of these", details=options)
    made: send.Outgoing = {"kind": "answer", "dialog_id": composer.dialog_id(dialog), "by": by}
    decides = permission.decision(dialog["options"][place]["text"])
    if decides is not None:
        made["decision"] = decides
    if word.strip().isdigit():
        made["choice"] = word.strip()
    else:
        made["text"] = word.strip()
    return made
