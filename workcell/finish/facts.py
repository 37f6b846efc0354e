"""The residuals of an attempt: what it left in the tree, read once, before verify runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workcell.base import clock
from workcell.base.errors import WorkcellError
from workcell.git import agent_leftovers, changes, forbidden, repository, tree_state
from workcell.rundir import no_tree

if TYPE_CHECKING:
    from workcell.system.processes import Leftover

if TYPE_CHECKING:
    from workcell.rundir import schema

SHOWN = 50


def unread(leftovers: list[Leftover], changed: list[str]) -> schema.Facts:
    """facts.json of an attempt whose intent is not what was launched: its tree is not known, and not looked at."""
    why = f"not asked: {', '.join(changed[:5])} changed since the launch"
    return {**_empty(leftovers), "git_error": why}


def read(
    launch: schema.Launch, attempt: schema.Attempt, leftovers: list[Leftover], run: str | None = None
) -> schema.Facts:
    """facts.json. A git that cannot be asked is said in `git_error`; nothing is taken as clean for it.

    `run` is the directory of the run: where it shares its tree, what others did there is left out.
    """
    top = attempt["cwd"]
    found = _empty(leftovers)
    tree = None
    try:
        # git looks further up: what is around the home is no tree of the run
        tree = None if no_tree.of(launch) else repository.find(top)
        if tree is None:
            found["git_error"] = no_tree.WHY if no_tree.of(launch) else "not a git repository"
        else:
            found["git"] = _git(tree, launch, attempt)
    except WorkcellError as error:
        found["git_error"] = error.message
    found["forbidden"], blind = _forbidden(top, tree, launch, attempt)
    if blind:
        found["forbidden_unread"] = blind
    if run is not None and attempt.get("share") is not None:
        from workcell.finish import shared_tree

        shared_tree.narrow(found, run, launch, attempt, tree)
    return found


def _empty(leftovers: list[Leftover]) -> schema.Facts:
    return {
        "schema": "workcell.file.facts/1",
        "at": clock.stamp(),
        "git": None,
        "git_error": None,
        "forbidden": [],
        "leftovers": {
            "ended": [{"pid": one.pid, "command": one.command} for one in leftovers if one.spared is None],
            "spared": [{"pid": one.pid, "command": one.command, "why": one.spared} for one in leftovers if one.spared],
        },
    }


def _git(tree: repository.Tree, launch: schema.Launch, attempt: schema.Attempt) -> schema.GitFacts:
    base = launch.get("base")
    begun = base.get("head") if base else None
    state = repository.status(tree)
    base_head = begun
    hashed = tree_state.committed(tree, state) if tree.head == base_head else None
    since = changes.changes_since(tree, base_head) if hashed is None else changes.nothing_since(tree, str(base_head))
    hashed = hashed or tree_state.tree_hash(tree)
    lists = (state.staged, state.unstaged, state.untracked, state.conflicted, state.submodules)
    recipe = attempt.get("recipe")
    values: schema.RecipeValues = recipe["values"] if recipe else {}
    dirty, left = agent_leftovers.split(tree, state, values.get("leaves") or [])
    count = sum(names.total for names in lists) - len(left)
    return {
        "top": tree.top,
        "head": tree.head,
        "branch": tree.branch,
        "base": begun,
        "clean": count == 0,
        "dirty": dirty[:SHOWN],
        "dirty_count": count,
        "left_by_agent": left[:SHOWN],
        "untracked_count": state.untracked.total - len(set(left) & set(state.untracked.first)),
        "under_way": repository.under_way(tree),
        "commits": since.commits,
        "subjects": list(since.subjects)[:SHOWN],
        "files": since.files,
        "insertions": since.insertions,
        "deletions": since.deletions,
        "note": since.why,
        "tree_hash": hashed.value,
        "tree_hash_error": hashed.why_not,
    }


def _forbidden(
    top: str, tree: repository.Tree | None, launch: schema.Launch, attempt: schema.Attempt
) -> tuple[list[schema.Forbidden], list[str]]:
    patterns = attempt.get("forbid") or []
    if not patterns:
        return [], []
    before = launch.get("forbidden_before")
    after = forbidden.fingerprint(top, patterns)
    paths = dict.fromkeys(forbidden.compare(before, after), "files") if before else {}
    unread = list(forbidden.blind(before, after)) if before else []
    mark = launch.get("mark")
    if tree is not None and mark:
        try:
            seen = changes.touched(tree, mark)
        except WorkcellError as error:
            unread.append(f"history: {error.message}")
        else:
            paths.update(seen.paths)
            unread += seen.blind
    hits = forbidden.forbidden(paths, patterns)
    return [{"path": path, "pattern": pattern, "where": paths[path]} for path, pattern in hits], unread
