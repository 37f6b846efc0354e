"""Holds on accounts: lifted when their time is over, or when the credential is taken again."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from workcell.accounts import holds
from workcell.base import clock
from workcell.base.errors import WorkcellError
from workcell.rundir import env, layout, look
from workcell.system import run_program
from workcell.texts import recipe
from workcell.watch import observe
from workcell.watch.actions import Actions

if TYPE_CHECKING:
    from workcell.rundir import schema

FIRST, MOST = 300.0, 4 * 3600.0
"""Seconds before the first probe of a refused credential, doubled each time up to the second."""

PATIENCE = 20.0
"""Seconds that an agent's own probe may take."""


def look_after(home: str, actions: Actions, now: observe.Now) -> list[str]:
    """Lift what is over and probe what is due, one probe in a tick; a line for each."""
    did = []
    probed = False
    for hold in holds.standing(home):
        name = str(hold["account"])
        if holds.held(home, name, now.wall) is None:
            did.append(_lift(home, actions, name, hold, "its time is over"))
        elif hold.get("until") == "probe":
            why = _signed_in(home, hold)
            if why is None and not probed and _due(hold, actions, name):
                words = _probe_words(home, hold)
                if words is not None:
                    probed = True
                    why = _probe(home, actions, name, hold, words)
            if why is not None:
                did.append(_lift(home, actions, name, hold, why))
    return did


def _lift(home: str, actions: Actions, name: str, hold: schema.AccountHold, why: str) -> str:
    number = actions.intent(run=None, step="release", account=name, why=why)
    holds.lift(home, name)
    actions.result(number, "done", why)
    return f"account {name}: held no more, {why}"


def _signed_in(home: str, hold: schema.AccountHold) -> str | None:
    """The login file is another than the refused one: a person signed in again."""
    seen = _run_of(home, hold)
    if seen is None or seen.attempt is None or not hold.get("login"):
        return None
    now = holds.print_of(seen.run, seen.attempt)
    return "a person signed in again" if now is not None and now != hold["login"] else None


def _due(hold: schema.AccountHold, actions: Actions, name: str) -> bool:
    tries = int(hold.get("tries") or 0)
    pause = min(MOST, FIRST * 2.0**tries)
    mine = [one for one in actions.lines if one.get("account") == name and one.get("step") == "probe"]
    if mine:
        return actions.ago(mine[-1]) >= pause
    since = hold.get("since")
    return since is None or actions.since(since) >= pause


def _run_of(home: str, hold: schema.AccountHold) -> look.Look | None:
    run = os.path.join(home, layout.RUNS, os.path.basename(str(hold["by"].get("run"))))
    return look.at(run) if os.path.isdir(run) else None


def _probe_words(home: str, hold: schema.AccountHold) -> list[str] | None:
    """The recipe's own question whether the credential is taken; None for a recipe without one."""
    seen = _run_of(home, hold)
    words = seen.recipe.get("probe") if seen else None
    if seen is None or not isinstance(words, list) or not words:
        return None
    named = {"workspace": seen.cwd, "run_dir": seen.run}
    try:
        return [recipe.render(str(word), named, "probe") for word in words]
    except WorkcellError:
        return None


def _probe(home: str, actions: Actions, name: str, hold: schema.AccountHold, words: list[str]) -> str | None:
    seen = _run_of(home, hold)
    assert seen is not None
    number = actions.intent(run=seen.id, attempt=seen.n, step="probe", account=name, why="is the credential taken?")
    try:
        where = seen.cwd
        ran = run_program.run(words, timeout=PATIENCE, cwd=where, env=env.known(seen.run))
        state, told = ("done", "taken") if ran.ok else ("not yet", ran.complaint())
    except WorkcellError as error:
        state, told = "failed", error.message
    actions.result(number, state, told, account=name)
    if state == "done":
        return "its credential is taken again"
    holds.change(home, name, tries=int(hold.get("tries") or 0) + 1, checked_at=clock.stamp())
    return None
