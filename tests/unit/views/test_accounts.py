"""Accounts as runs and holds tell of them: what is held, what waits and starts next, what was spent."""

import json
import os
import time

import pytest

from tests.support.lab import Lab
from workcell.accounts import holds
from workcell.rundir import look, phase
from workcell.rundir.cell import Cell
from workcell.views import accounts

RESULT = {
    "type": "result",
    "subtype": "success",
    "is_error": False,
    "session_id": "s",
    "total_cost_usd": 0.25,
    "num_turns": 2,
    "usage": {"input_tokens": 100, "output_tokens": 20},
    "result": "done",
}
KEY = "ghp_" + "a1B2" * 9


@pytest.fixture(scope="module")
def lab():
    made = Lab()
    try:
        yield made
    finally:
        made.close()


def launched(lab, name, *more, person="person"):
    """A run of Claude Code of one who is signed in under another home directory for each `person`."""
    records = os.path.join(lab.top, "records")
    with open(records, "w") as file:
        file.write(json.dumps(RESULT) + "\n")
    brief = lab.brief(f"cat {records}", name=name, recipe="  reader: claude")
    home = os.path.join(lab.top, person)
    os.makedirs(home, exist_ok=True)
    return lab.launch(brief, *more, repo=lab.new_repo(), env=lab.env(HOME=home))


def ask(lab, later=0.0):
    return accounts.perform(Cell(lab.home, {}, "/", clock=lambda: time.time() + later), accounts.Request())


def test_accounts_of_a_home(lab):
    assert ask(lab).accounts == []
    first = launched(lab, "first", "--wait")
    name = holds.account(first, look.at(first).attempt)
    other = launched(lab, "other", "--wait", person="another")
    lab.launch(lab.brief("true", name="plain"), "--wait", repo=lab.new_repo())
    found = {one.account: one for one in ask(lab).accounts}
    assert set(found) == {name, holds.account(other, look.at(other).attempt)}
    free = found[name]
    assert (free.held, free.command, free.next, free.agents) == (False, None, None, ["Claude Code"])
    assert free.today.cost_usd == free.week.cost_usd == 0.25 and free.today.tokens["input"] == 100

    until = "2999-01-01T00:00:00.000Z"
    by = {"run": os.path.basename(first), "attempt": 1, "playbook": "usage-limit"}
    holds.put(lab.home, name, {"until": "resets", "until_at": until, "why": f"limit {KEY}", "by": by, "login": None})
    one = launched(lab, "one")
    two = launched(lab, "two")
    prepared = launched(lab, "three", "--prepare")
    assert look.at(one).phase == phase.CREATED
    held = ask(lab).accounts[0]
    assert held.account == name and held.held and (held.until, held.until_at) == ("resets", until)
    assert held.waits == [os.path.basename(one), os.path.basename(two)]
    assert os.path.basename(prepared) not in held.waits
    assert (held.next, held.next_at) == (held.waits[0], until)
    assert held.command == f"workcell release {held.waits[0]}"
    assert KEY not in held.why and held.why.startswith("limit ")
    assert ask(lab, later=86_400.0 * 2).accounts[0].today.cost_usd is None
    assert ask(lab, later=86_400.0 * 2).accounts[0].week.cost_usd == 0.25

    lab.workcell("hold", one)
    assert ask(lab).accounts[0].next == os.path.basename(two)


def test_a_hold_without_a_run_is_shown_without_a_command(lab):
    holds.put(lab.home, "f" * 16, {"until": "person", "until_at": None, "why": None, "by": {}, "login": None})
    [found] = [one for one in ask(lab).accounts if one.account == "f" * 16]
    assert found.held and found.command is None and found.agents == []
    assert (found.week.cost_usd, found.week.attempts) == (None, 0)
