"""config.yaml of a home: what holds for every run unless recipe, repository or brief say otherwise."""

import os
from typing import Any

from workcell.texts import brief, document, fields
from workcell.texts.document import Document, Faulty
from workcell.texts.fields import Field

KEYS = (
    Field("recipe", fields.line, "the recipe of briefs without one", default="runbook"),
    Field("limits", fields.group(brief.LIMITS), "limits where no other file says any", default={}),
    Field("env", brief.environment, "environment variables, or names to take over", default={}),
    Field("secrets", fields.list_of(fields.line), "names in env that verify must not get", default=[]),
    Field("dirty", fields.one_of("refuse", "allow", "snapshot"), "what to do when a tree is dirty", default="allow"),
    Field("notify", fields.list_of(fields.line), "adapters that are told of a run whose brief names none", default=[]),
)

LIMITS: dict[str, float | int | None] = {
    "wall": 8 * 3600.0,
    "idle": None,
    "attempts": 5,
    "verify": 1800.0,
    "cost": None,
    "memory": None,
    "processes": None,
}
"""Where nobody says anything: a night, five attempts, half an hour of tests."""


def read(path: str) -> dict[str, Any]:
    """Every key with its value or default; Faulty with all faults when the file has any."""
    return read_said(path)[0]


def read_said(path: str) -> tuple[dict[str, Any], set[str]]:
    """As `read`, and the keys that the file itself says."""
    found = Document(path, {}, "", 1)
    if os.path.lexists(path):
        found = document.parse_yaml(document.decode(document.load(path), path), path)
    values = fields.check(found.front, KEYS, found)
    if found.faults:
        raise Faulty(found.faults)
    return values, {key for key, value in found.front.items() if value is not None}
