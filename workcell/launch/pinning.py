"""Making policy.json: what of a repository steers an attempt, taken once a person has trusted it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from workcell.base import digest, json_codec
from workcell.base.errors import TryAgain
from workcell.git import repository
from workcell.launch import plan
from workcell.texts import search_path
from workcell.texts.document import Faulty, load
from workcell.trust import policy, repository_files, trust

if TYPE_CHECKING:
    from workcell.rundir import schema


def playbooks_of(bring: repository_files.Brought) -> list[dict[str, str]]:
    """The repository's playbooks as they are pinned: name, file, sha256, text. Faulty with all their faults.

    Raises TryAgain where a file is not any more what was compared with what is trusted.
    """
    found, faults = [], []
    for name, wanted in bring.files.items():
        if not name.startswith(f"{search_path.PROJECT_FOLDER}/recovery/"):
            continue
        path = os.path.join(bring.top, name)
        data = load(path)
        if digest.sha256(data) != wanted:
            raise TryAgain(f"{path} was changed while it was read", "give the same command again")
        from workcell.playbooks import playbook

        read, wrong = playbook.parse(data, path, foreign=True)
        faults += wrong
        if read is not None:
            text = data.decode("utf-8", "replace")
            found.append({"name": read.name, "file": path, "sha256": wanted, "text": text})
    if faults:
        raise Faulty(faults, "mend them, or launch with --ignore-repo")
    return found


def of_plan(made: plan.Plan, workspace: str) -> bytes:
    """policy.json of a run's first attempt, which works in `workspace`."""
    pinned = made.rules.pinned(made.top, made.recipe.name, workspace)
    patterns = list(made.recipe.values["repo_runs"])
    return of_tree(workspace, made.bring, patterns, ignored=made.ignore_repo, rules=pinned)


def of_tree(
    workspace: str,
    bring: repository_files.Brought,
    patterns: list[str],
    *,
    ignored: bool,
    rules: schema.ApprovalRules | None = None,
) -> bytes:
    """policy.json of an attempt in `workspace`; with `ignored` it takes from the repository only what narrows."""
    said = {
        "schema": policy.SCHEMA,
        "rules": rules,
        "may": None,
        "playbooks": [] if ignored else playbooks_of(bring),
        "repo": {
            "top": bring.top,
            "ignored": ignored,
            "files": {} if ignored else repository_files.agent_files(workspace, patterns),
        },
    }
    return json_codec.encode(said)


def require_tree(made: plan.Plan, workspace: str, tree: repository.Tree | None) -> None:
    """Untrusted when the worktree that was made has other files that the agent's program obeys than were compared."""
    if made.ignore_repo or workspace == made.top:
        return
    agent = repository_files.agent_files(workspace, made.recipe.values["repo_runs"])
    trust.require(made.home, workspace, tree, repository_files.Brought(workspace, agent))
