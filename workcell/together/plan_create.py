"""From a launch file whose entries need each other to a plan on disk."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from workcell.base import clock, digest, ids, json_codec
from workcell.base.errors import CannotCreate, Invalid, Usage, WorkcellError
from workcell.launch import batch, children, launch
from workcell.rundir import home_creation, no_tree, plans
from workcell.rundir.cell import Cell
from workcell.texts import document, launch_file
from workcell.texts.document import Fault
from workcell.together import plan_graph
from workcell.trust.trust import Untrusted

if TYPE_CHECKING:
    from workcell.rundir.schema.plans import Plan, PlanEntry, PlanOptions
    from workcell.texts.values import EntryValues


def asked(files: tuple[str, ...]) -> launch_file.LaunchFile | None:
    """The launch file that is a plan; None where none of the files is one.

    Raises Usage for a plan beside other files. A file that cannot be read is told by the launch.
    """
    found = []
    for path in files:
        if launch_file.is_one(path):
            try:
                read = launch_file.read(path)
            except Invalid:
                continue
            found += [read] if read.plans else []
    if found and len(files) > 1:
        raise Usage(f"{found[0].path} is a plan, and is launched alone", f"workcell launch {found[0].path}")
    return found[0] if found else None


def check(request: batch.Request, read: launch_file.LaunchFile, *, preview: bool = False) -> batch.Batch:
    """Every entry's run, as far as it can be planned now, and the graph. Faulty with all faults; nothing is written."""

    def faults(made: list[batch.Entry | None]) -> list[Fault]:
        said = [one for one in read.entries if one["brief"]]
        pairs = [(entry, one) for entry, one in zip(made, said, strict=True) if entry is not None]
        graph = [_node(read, one, entry) for entry, one in zip(made, said, strict=True)]
        found = [*plan_graph.faults(graph), *_races(pairs, read, preview=preview), *_budget(pairs, read)]
        return found + _without_tree(pairs, read)

    return batch.check(request, preview=preview, in_turn=True, further=faults)


_Pairs = list[tuple[batch.Entry, "EntryValues"]]
"""Entries that can be planned, each with what the launch file says of it."""


def _without_tree(pairs: _Pairs, read: launch_file.LaunchFile) -> list[Fault]:
    """Entries that start on the work of others, of which one side has no tree."""
    without = {entry.made.name for entry, _ in pairs if entry.made.no_tree}
    found = []
    for entry, said in pairs:
        named = [*([said["base"]] if said["base"] else []), *said["merge"]]
        wrong = [name for name in named if name in without or entry.made.no_tree]
        if wrong:
            key = "base" if said["base"] in wrong else "merge"
            words = f"'{key}: {wrong[0]}' is about work in a tree, and 'tree: none' has none"
            found.append(Fault(read.path, said["lines"].get(key, said["line"]), words, f"leave '{key}' or 'tree' out"))
    return found


def _races(pairs: _Pairs, read: launch_file.LaunchFile, *, preview: bool) -> list[Fault]:
    """What keeps a race from being one: fewer than two recipes, one that cannot be launched, no check, one branch."""
    found = []
    for entry, said in pairs:
        lanes, line = said["race"], said["lines"].get("race", said["line"])
        words = None
        if lanes and len(set(lanes)) < max(2, len(lanes)):
            words, cure = "a race is between two recipes or more, each named once", "race: [claude, codex]"
        elif lanes and entry.made.verify is None:
            words, cure = "a race needs a check: the first run that passes it wins", "give it one: 'verify: COMMANDS'"
        elif lanes and entry.made.worktree:
            words, cure = "the runs of a race cannot be on one branch", "worktree: true"
        if words is not None:
            found.append(Fault(read.path, line, words, cure))
            continue
        for lane in lanes:
            options = replace(entry.request.options, recipe=lane, worktree="")
            try:
                launch.check(replace(entry.request, options=options), preview=preview)
            except Untrusted:
                raise
            except WorkcellError as error:
                found.append(Fault(read.path, line, error.message, error.hint))
    return found


def _budget(pairs: _Pairs, read: launch_file.LaunchFile) -> list[Fault]:
    """Entries whose own limit is above the budget of all: they could never start."""
    return [
        Fault(
            read.path,
            said["line"],
            f"{entry.made.name!r} may cost ${entry.made.limits['cost_usd']:g}, and the budget is ${read.budget:g}",
            "raise 'budget', or give it 'limits: {cost: USD}' below it",
        )
        for entry, said in pairs
        if read.budget is not None and (entry.made.limits["cost_usd"] or 0.0) > read.budget
    ]


def nodes(checked: batch.Batch, read: launch_file.LaunchFile) -> list[plan_graph.Node]:
    """The entries as the graph of a plan."""
    return [_node(read, said, entry) for entry, said in zip(checked.entries, read.entries, strict=True)]


def _node(read: launch_file.LaunchFile, said: EntryValues, entry: batch.Entry | None) -> plan_graph.Node:
    """An entry in the graph; of one that cannot be planned only what the launch file says is known."""
    return plan_graph.Node(
        name=entry.made.name if entry is not None else _name_of(read, said),
        file=read.path,
        line=said["line"],
        needs=tuple(said["needs"]),
        when=said["when"] or "passed",
        base=said["base"],
        merge=tuple(said["merge"]),
        lines=said["lines"],
        checked=entry is None or entry.made.verify is not None,
        standby=entry is not None and entry.made.standby,
    )


def _name_of(read: launch_file.LaunchFile, said: EntryValues) -> str:
    """The name that an entry would have if its faults were mended; empty where its brief cannot be read."""
    if said["name"]:
        return said["name"]
    path = os.path.join(read.directory(), os.path.expanduser(str(said["brief"])))
    try:
        found = document.parse_markdown(document.load(path), path)
    except WorkcellError:
        return ""
    name = found.front.get("name")
    if found.unread:
        return ""
    return name if isinstance(name, str) and name else ids.slug(os.path.basename(path).rpartition(".")[0])


def record(cell: Cell, request: batch.Request, checked: batch.Batch, read: launch_file.LaunchFile) -> Plan:
    """plan.json of a new plan."""
    graph = nodes(checked, read)
    entries = [
        _entry(entry, node, said) for entry, node, said in zip(checked.entries, graph, read.entries, strict=True)
    ]
    who = cell.caller
    name = str(checked.group)
    intent: dict[str, object] = {
        "file": os.path.abspath(read.path),
        "max_live": checked.max_live,
        "on_failure": read.on_failure,
        "budget": read.budget,
        "entries": entries,
    }
    return {
        "schema": plans.SCHEMA,
        "id": ids.run_id(name),
        "name": name,
        "at": clock.stamp(),
        "file": os.path.abspath(read.path),
        "key": digest.sha256(json_codec.encode(intent)),
        "parent": children.parent(who),
        "inside": list(who.runs),
        "may": sorted(who.may),
        "window": request.window,
        "max_live": checked.max_live,
        "budget_usd": read.budget,
        "on_failure": "stop" if read.on_failure == "stop" else "continue",
        "entries": entries,
    }


def _entry(entry: batch.Entry, node: plan_graph.Node, said: EntryValues) -> PlanEntry:
    made = entry.made
    return {
        "name": made.name,
        "at": entry.at,
        "brief": os.path.abspath(entry.request.brief),
        "text": made.brief.data.decode("utf-8", "surrogateescape"),
        "script": None if made.verify is None else made.verify.decode("utf-8", "surrogateescape"),
        "options": _options(entry, said),
        "needs": list(node.before),
        "when": "ended" if node.when == "ended" else "passed",
        "base": node.base,
        "merge": list(node.merge),
        "race": list(said["race"]),
        "cost_usd": made.limits["cost_usd"],
    }


def _options(entry: batch.Entry, said: EntryValues) -> PlanOptions:
    given: Any = entry.request.options
    made = entry.made
    found: PlanOptions = {
        "recipe": given.recipe,
        "repo": os.path.abspath(made.repo),
        "dir": given.dir,
        "tree": no_tree.NONE if made.no_tree else None,
        # work that is merged or races has a tree of its own
        "worktree": "" if made.worktree is None and (said["base"] or said["merge"] or said["race"]) else made.worktree,
        "dirty": given.dirty,
        "labels": list(given.labels),
        "group": str(made.group),
        "model": given.model,
        "args": list(given.args),
        "limits": dict(given.limits),
        "env": dict(given.env),
        "ports": dict(given.ports),
        "notify": None if given.notify is None else list(given.notify),
        "ignore_repo": given.ignore_repo,
        "share": given.share,
        "standby": given.standby,
        "said_by": dict(given.said_by),
    }
    # left out where they are not asked for: the same launch finds the plan that an older program made
    if given.watch:
        found["watch"] = True
    if given.within is not None:
        found["within"] = given.within
    return found


def standing(home: str, made: Plan) -> str | None:
    """The id of the newest plan that the same command made before; None where there is none."""
    for known in reversed(plans.ids_of(home)):
        found = plans.read(home, known)
        if found is not None and found["key"] == made["key"]:
            return known
    return None


def write(home: str, made: Plan, shell: Mapping[str, str]) -> int:
    """Put the plan on disk; a descriptor that holds its lock. CannotCreate where the disk refuses."""
    home_creation.ensure(home)
    env = {name: value for name, value in shell.items() if not name.startswith("WORKCELL_")}
    stored = json_codec.encode(launch.env_record({**env, "WORKCELL_HOME": home}, []))
    try:
        return plans.create(made, home, stored)
    except OSError as error:
        raise CannotCreate(f"cannot write the plan: {error.strerror}", "free some disk space") from error
