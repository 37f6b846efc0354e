"""What the next attempt of a run may take from its tree, and the policy that it gets."""

from dataclasses import dataclass

from workcell.approvals import rules
from workcell.base.errors import Refused
from workcell.git import repository
from workcell.launch import pinning, plan
from workcell.rundir import look
from workcell.texts import recipe
from workcell.trust import acceptance, policy, repository_files, trust


@dataclass(frozen=True)
class Asked:
    """What a resume asks for. `renew`: a policy made anew; `ignore`: nothing from the repository."""

    home: str
    person: bool
    renew: bool = False
    ignore: bool = False
    preview: bool = False


def ignores(asked: Asked, seen: look.Look) -> bool:
    """Whether the attempt takes nothing from the repository, as asked now, or before where nothing is asked anew."""
    return asked.ignore or (not asked.renew and bool(seen.attempt and seen.attempt.get("ignore_repo")))


def settle(asked: Asked, seen: look.Look, chosen: recipe.Recipe, made: plan.Plan | None) -> tuple[bool, bytes | None]:
    """(whether the attempt takes nothing from the repository, its policy.json or None).

    A person's resume is refused (Untrusted) where the tree brings what no person has trusted. An attempt that a
    playbook opens goes on by what was pinned at launch: where the agent's own files in the tree are others by now, it
    takes nothing from the tree, and is refused where its program cannot be told so. Raises InputOutput where
    policy.json is not what was pinned.
    """
    ignored = ignores(asked, seen)
    top = seen.cwd
    if not ignored and asked.person and not asked.preview:
        bring = _brought(top, chosen, made, renew=asked.renew)
        trust.require(asked.home, top, repository.find(top), bring)
    elif not ignored and not asked.person:
        ignored = _others(asked.home, seen, top, chosen)
    values = chosen.values
    if ignored and values.get("repo_runs") and not values.get("ignore_repo"):
        raise Refused(
            f"recipe {chosen.name!r} has no 'ignore_repo': nothing keeps its program from the tree's own files",
            f"look at them, then: workcell trust {top}",
        )
    if asked.preview:
        return ignored, None
    if asked.renew or asked.ignore:
        bring = repository_files.Brought(top) if ignored else _brought(top, chosen, made, renew=True)
        # the rules of the repository that the run was launched in: its own tree is the agent's
        both = rules.read(asked.home, seen.repo or top, ignore=ignored)
        pinned = both.pinned(seen.repo or top, chosen.name, top)
        return ignored, pinning.of_tree(top, bring, values.get("repo_runs") or [], ignored=ignored, rules=pinned)
    return ignored, policy.data_of(seen)


def _brought(top: str, chosen: recipe.Recipe, made: plan.Plan | None, *, renew: bool) -> repository_files.Brought:
    """What the attempt would take: the agent's files, its recipe's if that is read anew, playbooks if they are."""
    if made is not None:
        return made.bring
    if renew:
        return repository_files.of_launch(top, None, chosen)
    return repository_files.of_recipe(top, chosen)


def _others(home: str, seen: look.Look, top: str, chosen: recipe.Recipe) -> bool:
    """Whether the tree has files that the agent obeys which were neither there at launch nor trusted since."""
    pinned = policy.read(seen).repo
    if pinned is None:
        return False  # a run of an older workcell has nothing to compare with, and goes on as it was launched
    now = repository_files.agent_files(top, chosen.values.get("repo_runs") or [])
    changed = {name: digest for name, digest in now.items() if pinned["files"].get(name) != digest}
    standing = acceptance.read(home, acceptance.place_of(top, repository.find(top)))
    return bool(standing.unknown(repository_files.Brought(top, changed)))
