"""workcell doctor"""

from typing import Annotated

import typer

from workcell.faces.cli import arguments, call, out
from workcell.upkeep import doctor_line
from workcell.watch import doctor_request as op

app = typer.Typer(add_completion=False)

_SHOWN = {doctor_line.OK: ("✓ ok", "32"), doctor_line.WARN: ("! warn", "33"), doctor_line.FAIL: ("✗ fail", "31")}


@app.command()
def doctor(
    in_timer: Annotated[
        bool, typer.Option("--as-cron", help="Ask in the environment that the watchdog's timer gives.")
    ] = False,
    as_json: arguments.Json = False,
) -> int:
    """Look for what would go wrong on this machine; 1 if something would."""
    result: op.Result = call.perform("doctor", op.Request(in_timer))
    if as_json:
        call.show("doctor", result)
        return 1 if result.level == doctor_line.FAIL else 0
    found = result.lines
    widest = max(len(line.name) for line in found)
    for line in found:
        word, code = _SHOWN[line.level]
        gap = " " * (7 - len(word))
        lines = out.wrapped(line.words, out.columns() - widest - 11)
        print(f"{out.paint(word, code)}{gap}  {line.name:<{widest}}  {lines[0]}")
        for more in lines[1:]:
            print(" " * (widest + 11) + more)
        if line.cure:
            for number, text in enumerate(out.wrapped(line.cure, out.columns() - widest - 13)):
                print(" " * (widest + 11) + ("→ " if number == 0 else "  ") + text)
    return 1 if result.level == doctor_line.FAIL else 0
