"""SUPERVISOR.md: what a repository lays down for every run in it."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from workcell.base.light_dataclass import dataclass
from workcell.texts import brief, document, fields
from workcell.texts.document import Document, Fault
from workcell.texts.fields import Field

if TYPE_CHECKING:
    from workcell.texts.values import SupervisorKey, SupervisorValues

FILE = "SUPERVISOR.md"

_COMMENT = re.compile(r"<!--.*?-->", re.S)  # notes of people to people: agents are not given them

KEYS = (
    Field("tests", fields.list_of(fields.text), "commands that check the repository, for briefs without verify"),
    Field("deploy", fields.list_of(fields.line), "deployment rules, told to the agent", default=[]),
    Field("forbid", fields.list_of(fields.line), "paths that no agent may touch", default=[]),
    Field("setup", fields.list_of(fields.text), "commands that run in the tree before the first attempt", default=[]),
    Field("limits", fields.group(brief.LIMITS), "limits where the brief is silent", default={}),
    Field("env", brief.environment, "environment variables, or names to take over", default={}),
    Field("secrets", fields.list_of(fields.line), "names in env that verify must not get", default=[]),
    Field("recipe", fields.line, "the recipe of briefs without one"),
    Field("dirty", fields.one_of("refuse", "allow", "snapshot"), "what to do when the tree is dirty at launch"),
    Field("carry", fields.list_of(fields.line), "ignored files to copy into a worktree", default=[]),
    Field("require", fields.group((Field("clean", fields.flag, "the tree must be clean at the end"),)), "end rules"),
)

STEERING: tuple[SupervisorKey, ...] = ("setup", "tests", "env", "recipe", "carry")
"""Keys that run something or choose what is run: they count once a person has trusted their values."""

WIDENING: tuple[SupervisorKey, ...] = ("limits", "dirty")
"""Keys that count in any case as far as they are narrower than what holds without them; wider once trusted."""


@dataclass
class Supervisor:
    """What the file says: `values` has every key of KEYS, `prose` is for the agent."""

    path: str
    values: SupervisorValues
    prose: str
    faults: list[Fault]

    def told(self) -> str:
        """What the agent is told: the prose, and the deployment rules as a list."""
        rules = "\n".join(f"- {rule}" for rule in self.values["deploy"])
        parts = [self.prose, f"Deployment rules:\n{rules}" if rules else ""]
        return "\n\n".join(part for part in parts if part)


def read(top: str) -> Supervisor | None:
    """The SUPERVISOR.md at the top of a repository; None where there is none."""
    path = os.path.join(top, FILE)
    if not os.path.lexists(path):
        return None
    found = document.parse_markdown(document.load(path), path)
    values: SupervisorValues = fields.check(found.front, KEYS, found)
    return Supervisor(path, values, _COMMENT.sub("", found.body).strip(), found.faults)


def empty() -> SupervisorValues:
    """The values of a repository that lays nothing down."""
    values: SupervisorValues = fields.check({}, KEYS, Document("", {}, "", 1))
    return values
