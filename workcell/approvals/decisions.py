"""approvals log: what rules and persons decided, from the journal of the home and its proposals, the newest last."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workcell.approvals import journal
from workcell.base import clock
from workcell.cleaning import run_cleaner
from workcell.rundir import find, layout, proposals
from workcell.rundir.cell import Cell

if TYPE_CHECKING:
    from workcell.rundir import schema

USUAL = 50
"""Decisions that are shown without being asked for more."""


@dataclass(frozen=True)
class Request:
    run: str | None = None
    """Only the decisions about this run: an id, a name, a unique prefix, a path, or `-` for the newest run."""
    last: int = USUAL
    """How many of them, the newest."""


@dataclass(frozen=True)
class Decision:
    """One decision."""

    at: str
    run: str
    """Id of the run."""
    attempt: int
    words: str
    """The exact command, or the tool and its files."""
    answer: str
    """What the rule says: allow, deny or ask."""
    told: str
    """What the program was told."""
    heard: bool
    """Whether it was told, or taken at the dialog. False: what decided was killed before, or just then."""
    risk: str
    rule: str | None
    """File and line of the rule."""
    why: str | None
    by: str = "rule"
    """What decided: `rule`, or `person`."""
    at_dialog: bool = False
    """Whether the answer was typed into the dialog of the program; else its hook was told."""
    result: str | None = None
    """Of one that was typed: `allowed`, `denied` or `gone`, or `refused` where it was not typed or not taken; null
    while that is not known. Of a proposal: `done`, `failed`, `denied` or `void`; null while it is to be carried out."""
    proposal: str | None = None
    """Id of the proposal of a playbook that was decided."""


@dataclass(frozen=True)
class Result:
    decisions: list[Decision]
    """By time, the newest last."""


def perform(cell: Cell, request: Request) -> Result:
    """The operation `approvals log`. Raises what `find.run` raises."""
    wanted = os.path.basename(find.run(cell.home, request.run)) if request.run is not None else None
    lines = journal.read(cell.home)
    told = {line["of"]: line for line in lines if "of" in line}
    found = [line for line in lines if "of" not in line and wanted in (None, line["run"])]
    made = [_of_line(cell.home, line, told.get(line["id"])) for line in found[-request.last :]]
    asked = [one for one in _of_proposals(cell.home) if wanted in (None, one.run)]
    return Result(sorted([*made, *asked], key=lambda one: one.at)[-request.last :])


@dataclass(frozen=True)
class Counts:
    """What rules answered in some time."""

    answered: int = 0
    """Tool calls that were allowed or denied, or left to a person by a rule that asks."""
    at_dialogs: int = 0
    """Of them, those that were answered at the dialog of the program."""


def count(home: str, since: float) -> Counts:
    """What rules have answered since that epoch time."""
    lines = [one for one in journal.read(home) if "of" not in one and one.get("by", "rule") == "rule"]
    found = [one for one in lines if clock.parse(one["at"]) >= since]
    return Counts(len(found), sum("dialog" in one for one in found))


def _of_proposals(home: str) -> list[Decision]:
    """What persons decided about the proposals of playbooks; one that is void was decided by no person."""
    found = []
    for identity in proposals.every_id(home):
        standing, made = proposals.decided(home, identity), proposals.read(home, identity)
        if standing is None or made is None or standing["decision"] == "void":
            continue
        found.append(_of_proposal(standing, made, proposals.done(home, identity)))
    return found


def _of_proposal(
    standing: schema.ProposalDecided, made: schema.Proposal, ended: schema.ProposalDone | None
) -> Decision:
    answer = "allow" if standing["decision"] == "approved" else "deny"
    return Decision(
        at=standing["at"],
        run=made["run"],
        attempt=made["attempt"],
        words="; ".join(one["words"] for one in made["acts"]),
        answer=answer,
        told=answer,
        heard=ended is not None,
        risk=made["risk"],
        rule=None,
        why=(ended["why"] if ended is not None else None) or f"{made['text']} ({made['cause']})",
        by="person",
        result=ended["state"] if ended is not None else None,
        proposal=made["id"],
    )


def _of_line(home: str, line: schema.ApprovalLine, told: schema.ApprovalLine | None) -> Decision:
    run = os.path.join(home, layout.RUNS, line["run"])
    words = line.get("words") or line.get("tool") or "unknown"
    return Decision(
        line["at"],
        line["run"],
        line["attempt"],
        run_cleaner.of_run(run).line(words),
        line.get("answer") or "unknown",
        line.get("told") or "unknown",
        told is not None and told.get("result") != "refused",
        line.get("risk") or "unknown",
        line.get("rule"),
        line.get("why"),
        line.get("by") or "rule",
        "dialog" in line,
        told.get("result") if told is not None else None,
    )
