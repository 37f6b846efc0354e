"""workcell why"""

from typing import Any

import typer

from workcell.faces.cli import arguments, call, out, show
from workcell.rundir import phase
from workcell.views import why as op

app = typer.Typer(add_completion=False)


@app.command()
def why(run: arguments.Run, as_json: arguments.Json = False) -> None:
    """Explain why a run ended or hangs, and what says so."""
    found: op.Result = call.perform("why", op.Request(run))
    if as_json:
        call.show("why", found)
        return
    word, _, cause = (found.headline or found.state).partition(": ")
    out.line(f"{out.paint(out.safe(word), '1')}: {out.safe(cause)}" if cause else out.paint(out.safe(word), "1"))
    for line in show.check(found.check, out.columns()):
        print(line)
    if not _nothing_known(found):
        show.field("the agent", f"{found.verdict} ({found.confidence:.0%} sure): {found.meaning}")
    elif found.outcome is not None:
        show.field("the agent", "nothing is known of it beside its exit: it keeps no records that can be read")
    for label, text in show.need_lines(found.needs, found.waits, found.reason):
        show.field(label, text)
    if found.resets_at:
        show.field("resets", out.when(str(found.resets_at)))
    if found.prompt and not (found.needs and found.needs.get("options")):
        _prompt(found.prompt)
    for number, line in enumerate([] if _nothing_known(found) else _because(found)):
        show.field("because" if number == 0 else "", line)
    of = ", ".join(found.judged["from"]) or ("its exit alone" if found.outcome is not None else None)
    show.field("judged", f"attempt {found.attempt}{f': {of}' if of else ''}")


def _because(found: op.Result) -> list[str]:
    """A line for each piece of evidence; what several records say in the same words is said once.

    What each makes sure, and which signals fired, stands in `--json`.
    """
    lines: dict[str, str] = {}
    sources = {**_SOURCES, "terminal": "its screen"} if found.phase == phase.RUNNING else _SOURCES
    for one in found.evidence:
        lines.setdefault(str(one["words"]), f"{sources[one['source']]}: {one['words']}")
    return list(lines.values())


_SOURCES = {
    "locks": "its exit",
    "processes": "its processes",
    "hook": "its hooks",
    "transcript": "its records",
    "terminal": "its last words",
}
"""Words for the witnesses of what an agent does."""


def _nothing_known(found: op.Result) -> bool:
    """Whether there is nothing to judge: the state, and of a run that is over the check, then say all there is."""
    return found.verdict == "unknown" and not found.confidence


def _prompt(prompt: dict[str, Any]) -> None:
    show.field("asks", prompt["question"] or prompt["text"])
    for option in prompt["options"]:
        show.field("", f"{option['n'] or '-'} {option['text']}")
    if prompt.get("safe"):
        show.field("", f"{prompt['safe']} changes nothing")
