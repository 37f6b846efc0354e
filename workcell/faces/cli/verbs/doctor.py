"""workcell doctor"""

from typing import Annotated

import typer

from workcell.faces.cli import arguments, call, out
from workcell.upkeep import doctor_line
from workcell.watch import doctor_request as op

app = typer.Typer(add_completion=False)

_SHOWN = {
    doctor_line.OK: ("✓ ok", "32"),
    doctor_line.UNKNOWN: ("? unknown", "33"),
    doctor_line.WARN: ("! warn", "33"),
    doctor_line.FAIL: ("✗ fail", "31"),
}


@app.command()
def doctor(
    in_timer: Annotated[
        bool, typer.Option("--as-cron", help="Ask in the environment that the watchdog's timer gives.")
    ] = False,
    capture: Annotated[
        bool, typer.Option("--capture", help="How the records of agents are read, run by run, and what is unknown.")
    ] = False,
    as_json: arguments.Json = False,
) -> int:
    """Look for what would go wrong on this machine; 1 if something would."""
    result: op.Result = call.perform("doctor", op.Request(in_timer, capture))
    if as_json:
        call.show("doctor", result)
        return 1 if result.level == doctor_line.FAIL else 0
    found = result.lines
    widest = max(len(line.name) for line in found)
    for line in found:
        word, code = _SHOWN[line.level]
        gap = " " * (9 - len(word))
        begun = f"{word}{gap}  {line.name:<{widest}}  "
        first, *more = out.hanging(begun, line.words, out.columns())
        print(first.replace(word, out.paint(word, code), 1))
        for text in more:
            print(text)
        if line.cure:
            indent = min(widest + 13, 4 if out.columns() - len(begun) < out.ROOM else widest + 13)
            for text in out.hanging(" " * indent + "→ ", line.cure, out.columns()):
                print(text)
    return 1 if result.level == doctor_line.FAIL else 0
