"""approvals ls: what waits for a yes or no, with its exact words, its risk and what answers it."""

import pytest

from tests.support import proposed
from tests.support.made_runs import WALL
from workcell.agents import hooks
from workcell.agents.events import Where
from workcell.approvals import pending
from workcell.base import clock
from workcell.rundir import proposals
from workcell.rundir.cell import Cell


def asked(made_live, text="Bash: rm -rf build", tool="Bash"):
    at = clock.stamp()
    made_live.captured(
        approval={"at": at, "text": text, "id": None, "question": False, "tool": tool},
        last={"at": at, "type": "approval.requested", "text": text},
        last_at=at,
    )


def test_a_request_is_listed_with_its_words_and_answers(made_live):
    asked(made_live)
    found = pending.perform(Cell(made_live.home, {}, "/"), pending.Request()).approvals
    assert [(one.asks, one.risk) for one in found] == [("Bash: rm -rf build", "destructive")]
    assert (found[0].approve, found[0].deny) == (f"workcell approve {found[0].id}", f"workcell deny {found[0].id}")
    assert pending.age(found[0], clock.parse(found[0].since) + 5 if found[0].since else 0) in (None, 5.0)


WEB = """\
────────────────────────────────────────
 Fetch

   https://example.com/a
   Claude wants to fetch content from example.com

 Do you want to allow Claude to fetch this content?
 ❯ 1. Yes
   2. Yes, and don't ask again for example.com
   3. No, and tell Claude what to do differently (esc)

 Esc to cancel · Tab to amend
"""
SERVER = """\
────────────────────────────────────────
 Tool use

   db - drop (table: "users") (MCP)

 Do you want to proceed?
 ❯ 1. Yes
   2. Yes, and don't ask again for db - drop commands in /w
   3. No, and tell Claude what to do differently (esc)

 Esc to cancel · Tab to amend
"""
PATCH = "*** Begin Patch\n*** Update File: src/a.py\n@@\n-x\n+y\n*** Delete File: b.py\n*** End Patch"


@pytest.mark.parametrize(
    ("screen", "tool", "given", "asks", "risk"),
    [
        (WEB, "WebFetch", {"url": "https://example.com/a", "prompt": "x"}, "https://example.com/a", "network"),
        (SERVER, "mcp__db__drop", {"table": "users", "force": True}, "table=users, force=True", "network"),
        (None, "apply_patch", {"command": PATCH}, "src/a.py, deletes b.py", "destructive"),
        (None, "apply_patch", {"command": PATCH.partition("\n*** Delete")[0]}, "src/a.py", "write"),
    ],
)
def test_calls_of_the_web_of_servers_and_patches_are_listed_with_what_they_do(
    made_live, screen, tool, given, asks, risk
):
    if screen is not None:
        made_live.shows(screen)
    where = Where(agent="claude", file="x", offset=0)
    payload = {"hook_event_name": "PermissionRequest", "tool_name": tool, "tool_input": given}
    [event] = hooks.read(payload, {}, where)
    asked(made_live, event["text"], tool)
    [one] = pending.perform(Cell(made_live.home, {}, "/"), pending.Request()).approvals
    assert (one.asks, one.risk) == (f"{tool}: {asks}", risk)
    assert (one.approve, one.deny) == ("workcell approve r", "workcell deny r")


def test_a_run_that_shows_no_dialog_waits_for_nothing(made_live):
    made_live.shows("Nothing is up.\n")
    assert pending.perform(Cell(made_live.home, {}, "/"), pending.Request()).approvals == []


def test_a_proposal_is_listed_with_its_acts_and_why(made_live):
    made_live.shows("Nothing is up.\n")
    found = proposed.proposed(made_live, "[{hold: run}, {stop: 9s}]")
    cell = Cell(made_live.home, {}, "/", clock=lambda: WALL + 60.0)
    (one,) = pending.perform(cell, pending.Request()).approvals
    assert (one.id, one.proposal, one.risk, one.void_at) == ("r", found["id"], "write", found["void_at"])
    assert one.asks == "holds the run until a person lets it go; asks the agent to end, and kills it after 9s"
    assert one.why == "Do it (verdict: stuck)" and pending.age(one, WALL + 60.0) == 60.0
    assert (one.approve, one.deny) == (f"workcell approve {found['id']}", f"workcell deny {found['id']}")
    late = Cell(made_live.home, {}, "/", clock=lambda: WALL + proposals.LIFE)
    assert pending.perform(late, pending.Request()).approvals == []


def test_what_an_agent_and_a_playbook_ask_stand_in_one_list(made_live):
    asked(made_live)
    proposed.proposed(made_live)
    found = pending.perform(Cell(made_live.home, {}, "/", clock=lambda: WALL), pending.Request()).approvals
    assert sorted(one.proposal is None for one in found) == [False, True]
    assert next(one for one in found if one.proposal is None).approve is None, "the run alone would not say which"


@pytest.mark.parametrize(
    "asks, risk",
    [
        ("Bash: ls", "low"),
        ("Bash: ls …", "write"),
        ("Edit: /t/a.py", "write"),
        ("Edit: /etc/hosts", "destructive"),
        ("WebFetch: https://example.org", "network"),
        ("a permission", "write"),
    ],
)
def test_the_risk_is_that_of_the_words(asks, risk):
    assert pending.of_words(asks, "/t") == risk
