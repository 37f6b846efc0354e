"""A launch file: several briefs that are launched by one command, and what holds for all of them."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workcell.texts import document, fields
from workcell.texts.document import Document, Fault
from workcell.texts.fields import Field

if TYPE_CHECKING:
    from workcell.texts.values import EntryValues, LaunchFileValues, SharedValues

ENDINGS = (".yaml", ".yml")


def _worktree(value: Any, path: fields.Path, found: Document) -> str | None:
    """true: a worktree on a branch named after the run (the empty text); text: on that branch."""
    if value is True:
        return ""
    if value is False:
        return None
    return fields.line(value, path, found)


_SHARED = (
    Field("repo", fields.line, "the working tree, relative to the launch file"),
    Field("recipe", fields.line, "how the agent is launched"),
    Field("worktree", _worktree, "true, or a branch: run in a worktree of its own"),
    Field("dirty", fields.one_of("refuse", "allow", "snapshot"), "what to do when the tree is dirty at launch"),
    Field("labels", fields.list_of(fields.line), "words to find the run by", default=[]),
)

ENTRY = (
    Field("brief", fields.line, "the brief, relative to the launch file", required=True),
    Field("name", fields.line, "a short name for the run"),
    *_SHARED,
)


def _entry(value: Any, path: fields.Path, found: Document) -> EntryValues | None:
    if isinstance(value, str):
        value = {"brief": value}
    if not isinstance(value, dict):
        found.fault(path, "an entry must be the path of a brief, or 'brief: PATH' with keys of its own")
        return None
    entry: EntryValues = fields.check(value, ENTRY, found, path)
    entry["line"] = found.lines.get(path)
    return entry


KEYS = (
    Field("group", fields.line, "the label of all these runs; the file's name by default"),
    Field("max_live", fields.whole(1, 10_000), "how many runs may live at once; all by default"),
    Field("defaults", fields.group(_SHARED), "what holds where entry and brief are silent", default={}),
    Field("briefs", fields.list_of(_entry), "the briefs, in the order in which they are started", required=True),
)


@dataclass
class LaunchFile:
    """A launch file as it was read. An entry has every key of ENTRY and its `line`."""

    path: str
    group: str
    max_live: int | None
    defaults: SharedValues
    entries: list[EntryValues]
    faults: list[Fault]

    def directory(self) -> str:
        return os.path.dirname(os.path.abspath(self.path))


def is_one(path: str) -> bool:
    """Whether the path names a launch file rather than a brief."""
    return path.endswith(ENDINGS)


def read(path: str) -> LaunchFile:
    """The launch file `path`. Its faults are in `.faults`; NotFound, Invalid or Faulty when it cannot be read."""
    found = document.parse_yaml(document.decode(document.load(path), path), path)
    broken = bool(found.faults)
    values: LaunchFileValues = fields.check(found.front, KEYS, found)
    if broken:
        del found.faults[1:]  # YAML that cannot be read is one fault, not also a missing key
    group = values["group"] or os.path.basename(path).rpartition(".")[0]
    entries = values["briefs"] or []
    if not entries and not found.faults:
        found.fault(("briefs",), "'briefs' is empty")
    return LaunchFile(
        path, group, values["max_live"], values["defaults"] or fields.check({}, _SHARED, found), entries, found.faults
    )
