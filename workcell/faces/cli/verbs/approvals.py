"""workcell approvals"""

import time
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from workcell.approvals import decisions, pending, try_rules
from workcell.base import clock
from workcell.faces.cli import arguments, call, grid, out


class _Group(TyperGroup):
    """`approvals` without a verb of its own means `approvals ls`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if not args or (args[0] not in self.commands and args[0] not in ("--help", "-h")):
            args = ["ls", *args]
        return super().parse_args(ctx, args)


_HELP = "What waits for your yes or no, and the rules that answer for you. 'approvals' is 'approvals ls'."
app = typer.Typer(cls=_Group, add_completion=False, help=_HELP)

_COLOURS = {"allow": "32", "deny": "31", "ask": "33"}
_RISKS = {"destructive": "31", "secret": "31", "network": "33"}


@app.command("ls")
def ls(as_json: arguments.Json = False) -> None:
    """List what waits for a yes or no, over all runs, with what answers it."""
    found: pending.Listed = call.perform("approvals ls", pending.Request())
    if as_json:
        call.show("approvals ls", found)
        return
    if not found.approvals:
        out.say("nothing waits for a yes or no")
    if found.by_rules.answered:
        counts = found.by_rules
        typed = f", {counts.at_dialogs} of them at a dialog" if counts.at_dialogs else ""
        out.say(f"rules answered {counts.answered} in the last day{typed}: workcell approvals log")
    now = time.time()
    for one in found.approvals:
        age = pending.age(one, now)
        waits = f"  waits for {clock.span(age)}" if age is not None else ""
        asks = f"  a playbook asks, until {out.when(one.void_at)}" if one.proposal and one.void_at else ""
        name = out.paint(out.safe(one.name or one.id), "1")
        out.line(f"{name}{waits}  {out.paint(one.risk, _RISKS.get(one.risk, '0'))}{asks}")
        for line in out.wrapped(one.asks, max(20, out.columns() - 2)):
            print(f"  {line}")
        for line in out.wrapped(one.why, max(20, out.columns() - 2)) if one.why else ():
            print(f"  {line}")
        for command in (one.approve, one.deny) if one.approve and one.deny else (one.look,):
            print(f"  {out.safe(command)}")


@app.command("log")
def log(
    run: Annotated[str | None, typer.Argument(metavar="[RUN]", help="Only what was decided about this run.")] = None,
    last: Annotated[int, typer.Option(min=1, help="How many decisions, the newest.")] = decisions.USUAL,
    as_json: arguments.Json = False,
) -> None:
    """Show what rules and you decided, the newest last."""
    found: decisions.Result = call.perform("approvals log", decisions.Request(run, last))
    if as_json:
        call.show("approvals log", found)
        return
    if not found.decisions:
        out.say("nothing was decided yet")
        return
    columns = (
        *(grid.Column("AT", 0, 3), grid.Column("ANSWER"), grid.Column("BY", 0, 1), grid.Column("RUN", 10, 2)),
        *(grid.Column("WHAT", 12), grid.Column("RULE", 12, 1)),
    )
    grid.show(columns, [_decision(one) for one in found.decisions])


def _decision(one: decisions.Decision) -> list[grid.Cell]:
    answer = one.answer if one.answer == one.told or one.told == "defer" else f"{one.answer}: {one.told}"
    if one.proposal is not None:
        came = f" ({one.result or 'not carried out yet'})" if one.result != "denied" else ""
    elif one.at_dialog:
        came = f" ({one.result or 'not known yet'})" if one.result not in ("allowed", "denied") else ""
    else:
        came = "" if one.heard else " (not heard)"
    return [
        (out.when(one.at), "90"),
        (answer + came, _COLOURS.get(one.told, "0")),
        (f"{one.by}, dialog" if one.at_dialog else one.by, "90"),
        (one.run, "0"),
        (one.words, "0"),
        (one.rule or ("a proposal" if one.proposal else f"a {one.by}" if one.by != "rule" else "-"), "90"),
    ]


@app.command("test")
def test(
    command: Annotated[
        str | None, typer.Argument(metavar="[CMD]", help="A command line, in quotes, as an agent would give it.")
    ] = None,
    tool: Annotated[str | None, typer.Option(help="Instead of a command: the name of a tool, like Edit.")] = None,
    path: Annotated[str | None, typer.Option(help="The file that the tool names.")] = None,
    recipe: Annotated[str | None, typer.Option(help="The recipe of the run; else that of config.yaml.")] = None,
    dir: Annotated[str | None, typer.Option(help="A directory in the repository of the run; else here.")] = None,
    as_json: arguments.Json = False,
) -> None:
    """Say which rule would fire for a command; ask and change nothing."""
    found: try_rules.Result = call.perform("approvals test", try_rules.Request(command, tool, path, recipe, dir))
    if as_json:
        call.show("approvals test", found)
        return
    out.line(f"{_painted(found.answer)}  {_reason(found)}")
    out.line(f"risk: {found.risk}")
    for note in found.notes:
        out.say(f"note: {out.safe(note)}")
    if len(found.parts) > 1:
        columns = (grid.Column("ANSWER"), grid.Column("RISK"), grid.Column("COMMAND", 12), grid.Column("RULE", 12, 1))
        rows = [
            [
                (one.answer or "-", _COLOURS.get(one.answer or "", "0")),
                (one.risk, "0"),
                (one.command, "0"),
                (one.rule or "-", "90"),
            ]
            for one in found.parts
        ]
        grid.show(columns, rows)


def _painted(answer: str | None) -> str:
    word = answer or "no rule"
    return out.paint(word, _COLOURS.get(answer or "", "1"))


def _reason(found: try_rules.Result) -> str:
    if found.answer is not None:
        return out.safe(": ".join(part for part in (found.rule, found.why) if part))
    if not found.rules:
        return "no rules hold here; the agent program decides as it would without them"
    why = f" ({out.safe(found.why)})" if found.why else ""
    return f"the agent program decides as it would without rules{why}"
