"""The whole intent of a launch as plain data: what would be written and started, and where each value came from."""

import uuid
from dataclasses import dataclass, field
from typing import Any

from workcell.base import digest
from workcell.launch import attempt, launch, plan
from workcell.trust import trust


@dataclass(frozen=True)
class Result:
    """`values` are shown by name; `origins` has the same names; texts stand apart, for they are long."""

    id: str
    dir: str
    values: dict[str, Any]
    origins: dict[str, str]
    argv: list[str]
    argv_from: str
    """Who says the command: a file and its line."""
    prompt: str
    verify: str | None
    steps: list[dict[str, Any]]
    notes: list[str] = field(default_factory=list)
    untrusted: list[str] = field(default_factory=list)
    """What of the repository nobody has trusted, a line each: launch refuses it."""


def dry_run(request: launch.Request) -> Result:
    """What `launch` would do with the same request. Everything that launch refuses is refused; nothing is written.

    What launch refuses for want of trust alone is shown, so that it can be read before it is trusted.
    """
    return of(launch.check(request, trust=False), request.prepare)


def of(made: plan.Plan, later: bool = False) -> Result:
    """The intent that a plan makes. The id and the agent's session are drawn anew by every launch."""
    filled = filled_in(made, later)
    values: dict[str, Any] = {
        "objective": made.objective,
        "name": made.name,
        "group": made.group,
        "labels": made.labels,
        "repo": made.top,
        "worktree": made.worktree,
        "dirty": made.dirty,
        "carry": made.carry,
        "recipe": made.recipe.name,
        "verify": None if made.verify is None else f"sha256 {digest.sha256(made.verify)}",
        **{
            f"limits.{key.removesuffix('_seconds').removesuffix('_usd').removesuffix('_bytes')}": value
            for key, value in made.limits.items()
        },
        "setup": made.setup,
        "forbid": made.forbid,
        "require.clean": made.clean,
        "notify": made.notify,
        "secrets": made.secrets,
        "prose": made.prose,
        "may": made.may,
    }
    for name in sorted(made.env):
        # no value: a dry run is pasted into issues, and among them are keys
        values[f"env.{name}"] = "set"
    return Result(
        id=made.id,
        dir=made.run,
        values=values,
        origins={key: made.origins[key] for key in values},
        argv=filled["argv"],
        argv_from=made.recipe.sources.get("command") or made.recipe.name,
        prompt=filled["prompt"],
        verify=None if made.verify is None else made.verify.decode("utf-8", "replace"),
        steps=[
            {"step": one.number, "title": one.title, "line": one.line, "file": made.brief.path, "text": one.text}
            for one in made.brief.steps
        ],
        notes=list(made.notes),
        untrusted=trust.compare(made.home, made.top, made.tree, made.bring).lines(),
    )


def filled_in(made: plan.Plan, later: bool = False, run: str | None = None) -> dict[str, Any]:
    """attempt.json of the first attempt, as launch would seal it; for another directory when `run` names one."""
    return attempt.fill(
        attempt.from_plan(made, made.top),
        run=run or made.run,
        n=1,
        name=made.name,
        session=str(uuid.uuid4()),
        brief_text=made.brief.data.decode("utf-8", "replace"),
        asked_by={"who": "person", "playbook": None},
        follows=None,
        later=later,
    )
