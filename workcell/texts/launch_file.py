"""A launch file: several briefs that are launched by one command, and what holds for all of them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from workcell.base.light_dataclass import dataclass
from workcell.texts import brief, document, fields
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


def _parameters(value: Any, path: fields.Path, found: Document) -> dict[str, str]:
    """`NAME: value` lines: what a brief's parameters are in one run."""
    if not isinstance(value, dict):
        found.fault(path, "'set' must be 'NAME: value' lines", "write it like set: {issue: 12}")
        return {}
    values = {str(name): fields.scalar(entry, (*path, str(name)), found) for name, entry in value.items()}
    return {name: entry for name, entry in values.items() if entry is not None}


_NAMES = fields.list_of(fields.line)

_OF_A_PLAN = (
    Field("needs", _NAMES, "names of entries that come before", default=[]),
    Field("when", fields.one_of("passed", "ended"), "what is waited for: that they passed (default), or are over"),
    Field("base", fields.line, "the entry on whose branch it starts, in a worktree of its own"),
    Field("merge", _NAMES, "entries whose branches are merged into its worktree before the start", default=[]),
    Field("race", _NAMES, "recipes that race for it, each in a worktree; the first that passes wins", default=[]),
)
"""Keys of an entry that make the file a plan."""

_SHARED = (
    Field("repo", fields.line, "the working tree, relative to the launch file"),
    Field("recipe", fields.line, "how the agent is launched"),
    Field("worktree", _worktree, "true, or a branch: run in a worktree of its own"),
    Field("share", fields.flag, "whether the run shares the tree with other runs that do"),
    Field("dirty", fields.one_of("refuse", "allow", "snapshot"), "what to do when the tree is dirty at launch"),
    Field("labels", fields.list_of(fields.line), "words to find the run by", default=[]),
    Field("limits", fields.group(brief.LIMITS), "limits of the run", default={}),
    Field("model", fields.line, "the model that the agent is told to use"),
    Field(
        "standby",
        fields.flag,
        "true: after each turn that ends well the run waits for messages, until `workcell finish`",
    ),
)

ENTRY = (
    Field("brief", fields.line, "the brief, relative to the launch file", required=True),
    Field("name", fields.line, "a short name for the run"),
    Field("set", _parameters, "values of the brief's parameters", default={}),
    Field("dir", brief.directory, "the directory below the top of the tree in which agent, steps and check start"),
    Field("tree", fields.one_of("none"), "none: the run works in no repository, but in an empty directory of its own"),
    *_SHARED,
    Field("args", brief.arguments, "words that are added to the agent's command", default=[]),
    Field("verify", brief.check_script, "the check in place of the brief's; false for none"),
    Field("env", brief.environment, "environment variables beside the brief's, or names to take over", default={}),
    Field("ports", brief.ports, "TCP ports beside the brief's: a variable for each, and how many", default={}),
    Field("notify", fields.list_of(fields.line), "adapters that are told of this run"),
    *_OF_A_PLAN,
)


def _entry(value: Any, path: fields.Path, found: Document) -> EntryValues | None:
    if isinstance(value, str):
        value = {"brief": value}
    if not isinstance(value, dict):
        found.fault(path, "an entry must be the path of a brief, or 'brief: PATH' with keys of its own")
        return None
    entry: EntryValues = fields.check(value, ENTRY, found, path)
    # a single brief that stands for a list of one has the line of the key
    entry["line"] = found.lines.get(path, found.lines.get(path[:1]))
    said = {key.name: found.lines.get((*path, key.name)) for key in _OF_A_PLAN if value.get(key.name) is not None}
    entry["lines"] = {name: line or entry["line"] or 1 for name, line in said.items()}
    return entry


_PLAN = (
    Field("budget", fields.number(0.01), "how many US dollars all runs together may report", example=20),
    Field("on_failure", fields.one_of("stop", "continue"), "once a run failed: start no other, or go on (default)"),
)
"""Keys of the whole file that make it a plan."""

KEYS = (
    Field("group", fields.line, "the label of all these runs; the file's name by default"),
    Field("max_live", fields.whole(1, 10_000), "how many runs may live at once; all by default"),
    *_PLAN,
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
    on_failure: str | None = None
    budget: float | None = None

    @property
    def plans(self) -> bool:
        """Whether it is a plan: runs that need each other, and that are started without a command that stays."""
        return self.on_failure is not None or self.budget is not None or any(entry["lines"] for entry in self.entries)

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
        path=path,
        group=group,
        max_live=values["max_live"],
        defaults=values["defaults"] or fields.check({}, _SHARED, found),
        entries=entries,
        faults=found.faults,
        on_failure=values["on_failure"],
        budget=values["budget"],
    )
