"""workcell accounts"""

import typer

from workcell.faces.cli import arguments, call, grid, out
from workcell.sessions import cost as costs
from workcell.views import accounts as op

app = typer.Typer(add_completion=False)

COLUMNS = (
    grid.Column("ACCOUNT", least=8),
    grid.Column("AGENT", least=8, goes=5),
    grid.Column("STATE", least=5),
    grid.Column("LIVE", goes=4),
    grid.Column("WAIT"),
    grid.Column("TODAY", least=8, goes=1),
    grid.Column("7 DAYS", least=8, goes=2),
)


@app.command()
def accounts(as_json: arguments.Json = False) -> None:
    """Show the accounts that runs spend from: which is held and why, what waits for it, and what was spent."""
    found: op.Result = call.perform("accounts", op.Request())
    if as_json:
        call.show("accounts", found)
        return
    if not found.accounts:
        out.say("no account is known: no run of the last seven days had a credential")
        return
    width = out.columns()
    for line in [*grid.fitted(COLUMNS, map(_row, found.accounts), width), *_below(found, width)]:
        print(line)


def _row(one: op.Account) -> list[grid.Cell]:
    state = f"held until {out.when(one.until_at)}" if one.until_at else "held" if one.held else "free"
    return [
        (one.account, "1"),
        (", ".join(one.agents) or "-", "0"),
        (state, "33" if one.held else "0"),
        (str(len(one.live)), "0"),
        (str(len(one.waits)), "0"),
        (_spent(one.today), "0"),
        (_spent(one.week), "0"),
    ]


def _spent(one: op.Spending) -> str:
    words = [f"{one.cost_usd:.2f} USD"] if one.cost_usd is not None else []
    return ", ".join([*words, *costs.token_words(one.tokens)]) or "-"


def _below(found: op.Result, width: int) -> list[str]:
    """Why accounts are held, what lets them go, and which run is started next."""
    lines: list[str] = []
    for one in found.accounts:
        told = []
        if one.held:
            told.append(("held", one.why or ENDS.get(str(one.until), "-")))
        if one.command:
            told.append(("let it go", one.command))
        if one.next:
            when = f", not before {out.when(one.next_at)}" if one.next_at else ""
            told.append(("next", one.next + when + ("" if found.ticking else ", once a watchdog ticks")))
        if told:
            lines += ["", out.safe(one.account)]
            lines += [line for label, text in told for line in out.hanging(f"  {label:<9} ", text, width)]
    return lines


ENDS = {
    "resets": "its limit is used up",
    "probe": "its credential was refused",
    "person": "until it is released",
}
"""What ends a hold, for one that gives no reason."""
