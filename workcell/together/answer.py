"""answer: the option of a dialog that is up, after checking that it is still the same one."""

from dataclasses import dataclass

from workcell.agents import registry, screens
from workcell.base.errors import Refused
from workcell.evidence import screen as terminal
from workcell.judgement import composer, screen
from workcell.rundir import find, layout, look, phase
from workcell.rundir.cell import Cell
from workcell.together import dialog as dialogs
from workcell.together import send

Result = send.Result


@dataclass(frozen=True)
class Request:
    run: str
    """An id, a name, a unique prefix, a path, or `-` for the newest run."""
    word: str
    """An option's number, or the begin of its words; without a dialog, a text for an agent that waits for one."""


def perform(cell: Cell, request: Request) -> send.Result:
    """The operation `answer`. Raises what `find.run` and `answer` raise, and Refused when the message was refused."""
    return send.raise_if_refused(answer(find.run(cell.home, request.run), request.word))


def up(run: str) -> tuple[look.Look, screen.Screen | None]:
    """(a look at the run, the dialog that its terminal shows now)."""
    seen = look.at(run)
    if seen.phase != phase.RUNNING or seen.io != "terminal":
        return seen, None
    columns, rows = terminal.size(seen.agent_pid, seen.attempt)
    agent = registry.find_or_generic(seen.reader, layout.home_of(run))
    shown = screens.read(agent, terminal.draw(seen.directory, columns, rows).lines())
    return seen, shown if shown["kind"] == "dialog" else None


def answer(run: str, word: str, by: str = "person", patience: float = send.PATIENCE) -> send.Result:
    """Choose the option that `word` names: its number, or the begin of its words.

    Without a dialog a text is sent to an agent that waits for one. Refused when there is neither, or no such option.
    """
    seen, dialog = up(run)
    if dialog is None:
        if word.strip().isdigit():
            raise Refused(f"{seen.id} shows no dialog now", f"workcell what {seen.id}")
        return send.send(run, word, "sequential", by, patience)
    if dialogs.find_option(dialog, None, word) is None:
        options = [f"{one['n'] or '-'} {one['text']}" for one in dialog["options"]]
        raise Refused(f"{word!r} names no option of: {dialog['question']}", "choose one of these", details=options)
    message: send.Outgoing = {"kind": "answer", "dialog_id": composer.dialog_id(dialog), "by": by}
    if word.strip().isdigit():
        message["choice"] = word.strip()
    else:
        message["text"] = word.strip()
    return send.deliver(run, message, patience)
