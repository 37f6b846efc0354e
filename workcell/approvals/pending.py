"""approvals ls: what waits for a person's yes or no, over all runs of the home, the oldest first."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workcell.agents import describe
from workcell.approvals import decide, decisions, risk, shell
from workcell.base import clock
from workcell.rundir import layout, look, proposals
from workcell.rundir.cell import Cell
from workcell.views import ls
from workcell.views.needs import Surroundings

if TYPE_CHECKING:
    from workcell.rundir import schema
    from workcell.rundir.schema.literals import Risk

DAY = 24 * 3600.0

_DELETES = "deletes "
_SHELLS = ("Bash", "shell", "exec_command", "local_shell")


@dataclass(frozen=True)
class Request:
    """Whatever waits in the home."""


@dataclass(frozen=True)
class Pending:
    """One request that waits."""

    id: str
    """Of the run."""
    name: str | None
    asks: str
    """The tool and what it is to do; where no record tells, the words of the dialog."""
    risk: str
    """low, write, network, destructive or secret: a guess by names."""
    since: str | None
    """Since when it waits, as far as a record tells."""
    approve: str | None
    """What says yes, this once; null where no option of the dialog does just that."""
    deny: str | None
    look: str
    """What shows the question, or answers it otherwise."""
    proposal: str | None = None
    """Id of the proposal, where a playbook asks."""
    why: str | None = None
    """What the playbook recommends, and what was found."""
    void_at: str | None = None
    """When the proposal is void."""


@dataclass(frozen=True)
class Listed:
    approvals: list[Pending]
    by_rules: decisions.Counts
    """What rules answered in the last 24 hours."""


def perform(cell: Cell, request: Request) -> Listed:
    """The operation `approvals ls`. Reads files and probes locks; changes nothing."""
    runs = ls.listed(cell.home, ls.Request(state=("approval",)), cell.clock()).runs
    found = [one for one in map(_of_run, runs) if one is not None]
    found += _proposed(cell.home, cell.clock())
    waiting = sorted(found, key=lambda one: one.since or "")
    return Listed(waiting, decisions.count(cell.home, cell.clock() - DAY))


def _proposed(home: str, now: float) -> list[Pending]:
    """What playbooks propose."""
    runs = dict.fromkeys(proposals.run_of(identity) for identity in proposals.open_ids(home))
    if not runs:
        return []
    around = Surroundings(home, now)
    looks = [look.at(os.path.join(home, layout.RUNS, run)) for run in runs]
    return [_of_proposal(made, seen) for seen in looks for made in around.waiting_proposals(seen)]


def _of_proposal(made: schema.Proposal, seen: look.Look) -> Pending:
    return Pending(
        id=seen.id,
        name=seen.name,
        asks="; ".join(one["words"] for one in made["acts"]),
        risk=made["risk"],
        since=made["created_at"],
        approve=f"workcell approve {made['id']}",
        deny=f"workcell deny {made['id']}",
        look=f"workcell why {seen.id}",
        proposal=made["id"],
        why=f"{made['text']} ({made['cause']})",
        void_at=made["void_at"],
    )


def _of_run(run: schema.Status) -> Pending | None:
    needs = run["needs"]
    if needs is None or needs["kind"] != "answer":
        return None
    asks = needs.get("asks") or needs.get("why") or "a permission"
    commands = {one["command"].split()[1]: one["command"] for one in needs.get("options") or ()}
    activity = run["activity"]
    return Pending(
        run["id"],
        run["name"],
        asks,
        needs.get("risk") or (of_words(asks, run["workspace"] or "/") if "asks" in needs else "write"),
        activity["since"] if activity is not None else needs.get("since"),
        commands.get("approve"),
        commands.get("deny"),
        needs["command"],
    )


def of_words(asks: str, tree: str) -> Risk:
    """The risk of what is asked, from its words in one line: `Tool: what it is to do`."""
    tool, mark, rest = asks.partition(": ")
    if tool in _SHELLS and mark:
        found = risk.of_script(shell.read(rest))
        return max(found, "write", key=risk.ORDER.index) if rest.endswith("…") else found
    names = rest.split(", ")
    deletes = tool == describe.PATCH and any(one.startswith(_DELETES) for one in names)
    if tool == describe.PATCH:  # its files are named from the directory in which the agent works
        names = [os.path.join(tree, one.removeprefix(_DELETES)) for one in names]
    paths = [path for one in names if one.startswith("/") for path in decide.real(one, tree)]
    return risk.of_tool(tool if mark else asks, paths, os.path.realpath(tree), deletes=deletes)


def age(one: Pending, now: float) -> float | None:
    """Seconds for which it has waited at the epoch time `now`; None where nothing tells since when."""
    try:
        return max(0.0, now - clock.parse(one.since)) if one.since else None
    except ValueError:
        return None
