"""config.yaml of a home: what holds for every run unless recipe, repository or brief say otherwise."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from workcell.texts import brief, document, fields
from workcell.texts.document import Document, Faulty
from workcell.texts.fields import Field

if TYPE_CHECKING:
    from workcell.texts.values import ConfigValues, Limits

KEYS = (
    Field("recipe", fields.line, "the recipe of briefs without one", default="runbook"),
    Field("limits", fields.group(brief.LIMITS), "limits where no other file says any", default={}),
    Field("env", brief.environment, "environment variables, or names to take over", default={}),
    Field("secrets", fields.list_of(fields.line), "names in env that verify must not get", default=[]),
    Field("dirty", fields.one_of("refuse", "allow", "snapshot"), "what to do when a tree is dirty", default="allow"),
    Field("notify", fields.list_of(fields.line), "adapters that are told of a run whose brief names none", default=[]),
)

LIMITS: Limits = {
    "wall": 8 * 3600.0,
    "idle": None,
    "attempts": 5,
    "verify": 1800.0,
    "cost": None,
    "memory": None,
    "processes": None,
}
"""The limits that no file gives: a night, five attempts, half an hour of tests."""


class Config(NamedTuple):
    """config.yaml as it was read: every key with its value or default, and the names of those that the file gives."""

    values: ConfigValues
    given: frozenset[str]


def read(path: str) -> ConfigValues:
    """Every key with its value or default. Raises Faulty with all faults of the file, which may be missing."""
    return load(path).values


def load(path: str) -> Config:
    """As `read`, and the names of the keys that the file itself gives."""
    found = Document(path, {}, "", 1)
    if os.path.lexists(path):
        found = document.parse_yaml(document.decode(document.load(path), path), path)
    values: ConfigValues = fields.check(found.front, KEYS, found)
    if found.faults:
        raise Faulty(found.faults)
    return Config(values, frozenset(key for key, value in found.front.items() if value is not None))
