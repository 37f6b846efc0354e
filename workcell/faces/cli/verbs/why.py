"""workcell why"""

from typing import Any

import typer

from workcell.faces.cli import arguments, call, out
from workcell.views import why as op

app = typer.Typer(add_completion=False)


@app.command()
def why(run: arguments.Run, as_json: arguments.Json = False) -> None:
    """Explain why a run ended or hangs, and what says so."""
    found: op.Result = call.perform("why", op.Request(run))
    if as_json:
        call.show("why", found)
        return
    print(f"{out.paint(found.verdict, '1')} ({found.confidence:.0%} sure): {found.meaning}")
    if found.outcome:
        print(f"  outcome    {found.outcome}: {out.safe(str(found.reason))}")
    if found.resets_at:
        print(f"  resets     {found.resets_at} ({found.resets_zone or 'zone unknown'})")
    if found.prompt:
        _prompt(found.prompt)
    for number, one in enumerate(found.evidence):
        signals = f"  [{', '.join(one['signals'])}]" if one.get("signals") else ""
        words = f"{one['says']} {one['confidence']:.2f}: {one['words']}{signals}"
        print(f"  {'because' if number == 0 else '':<10} {one['source']}: {out.safe(words)}")
    print(f"  judged     attempt {found.attempt}: {out.safe(', '.join(found.judged['from']) or 'its exit alone')}")


def _prompt(prompt: dict[str, Any]) -> None:
    print(f"  asks       {out.safe(prompt['question'] or prompt['text'])}")
    for option in prompt["options"]:
        print(f"  {'':<10} {option['n'] or '-'} {out.safe(option['text'])}")
    if prompt.get("safe"):
        print(f"  safe       {out.safe(str(prompt['safe']))}")
