"""workcell report"""

import sys
from typing import Annotated

import typer

from workcell.base.errors import Usage
from workcell.faces.cli import arguments, call, out, wrap
from workcell.terminal import printable
from workcell.views import report as op
from workcell.views import report_text

app = typer.Typer(add_completion=False)

FORMS = ("text", "md", "html")

COLOURS = {"✓": "32", "✗": "31", "⚠": "31", "→": "35;1", "↻": "36", "◷": "33"}


@app.command()
def report(
    since: Annotated[str, typer.Option(help="Of so long, e.g. 8h or 7d.")] = "24h",
    form: Annotated[str | None, typer.Option("--as", help="text, md or html; else for this terminal.")] = None,
    most: Annotated[int, typer.Option(help="So many entries of each part at most.", min=0)] = op.MOST,
    as_json: arguments.Json = False,
) -> None:
    """Tell what came of the runs: what passed, failed, waits and went on by itself, with commands and cost."""
    seconds = arguments.duration("--since", since) or 0.0
    if form is not None and form not in FORMS:
        raise Usage(f"no such form: {form!r}", f"one of {', '.join(FORMS)}")
    found: op.Result = call.perform("report", op.Request(seconds, arguments.one_of(form or "text", FORMS), most))
    if as_json:
        call.show("report", found)
    elif form is not None:
        sys.stdout.write(printable.printable_lines(found.text))
    else:
        _show(found, out.columns())


def _show(found: op.Result, width: int) -> None:
    """The report in lines that fit the terminal."""
    lines = [out.paint(line, "1") for line in _fitted("", report_text.title(found), width)]
    if said := report_text.nothing(found):
        lines += _fitted("", said, width)
    for part in report_text.parts(found):
        lines += ["", *(out.paint(line, "1") for line in _fitted("", part.title, width))]
        for entry in part.entries:
            lines += _entry(entry, width)
        if more := report_text.more(part):
            lines.append(f"  {more}")
    for line in [*lines, "", *_fitted("", report_text.spent(found), width)]:
        print(line)


def _entry(entry: report_text.Entry, width: int) -> list[str]:
    first, *rest = _fitted(f"{entry.mark} ", f"{entry.name}  {entry.words}".rstrip(), width)
    colour = COLOURS.get(entry.mark)
    lines = [out.paint(entry.mark, colour) + first[len(entry.mark) :] if colour else first, *rest]
    for line in entry.lines:
        first = f"  {line.label:<8} "
        if line.kind == "words":
            lines += _fitted(first, line.text, width)
        else:
            lines += _whole(first, out.safe(line.text), width, command=line.kind == "command")
    return lines


def _fitted(first: str, text: str, width: int) -> list[str]:
    """The text behind `first`, broken at spaces."""
    return out.hanging(first, text, width)


def _whole(first: str, text: str, width: int, *, command: bool) -> list[str]:
    """A command or a printed line behind `first`, or from the left edge where it is too wide for that.

    A command that is too wide even so is broken as a shell takes it: pasted, the pieces are the same command.
    """
    if printable.width(first + text) <= width:
        return [first + text]
    head = [first.rstrip()] if first.strip() else []
    return [*head, *(wrap.command(text, width) if command else out.wrapped(text, width))]
