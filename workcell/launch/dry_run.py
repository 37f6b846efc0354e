"""The whole intent of a launch as plain data: what would be written and started, and where each value came from."""

from __future__ import annotations

from dataclasses import field

from workcell.base import digest
from workcell.base.light_dataclass import dataclass
from workcell.launch import attempt, busy_tree, children, launch, plan, ports
from workcell.trust import trust

Value = str | int | float | bool | list[str] | None


@dataclass(frozen=True)
class Step:
    """One step of the brief, and where it stands."""

    step: int
    title: str
    line: int
    file: str
    text: str


@dataclass(frozen=True)
class Result:
    """`values` are shown by name; `origins` has the same names; texts stand apart, for they are long."""

    id: str
    dir: str
    values: dict[str, Value]
    """By name of the key, as `limits.wall`; of a variable only whether it is set."""
    origins: dict[str, str]
    argv: list[str]
    argv_from: str
    """Who says the command: a file and its line."""
    prompt: str
    verify: str | None
    steps: list[Step]
    notes: list[str] = field(default_factory=list)
    untrusted: list[str] = field(default_factory=list)
    """What the repository brings and no person has trusted, a line each: launch refuses it."""


def dry_run(request: launch.Request) -> Result:
    """What `launch` would do with the same request. Everything that launch refuses is refused; nothing is written.

    What launch refuses for want of trust alone is shown, so that it can be read before it is trusted. A program that is
    not installed here is told in the notes.
    """
    children.check_room(request.home, request.caller)
    made = launch.check(request, preview=True)
    busy = busy_tree.holder(request.home, made.top) if made.worktree is None else None
    if busy is not None and not (made.share is not None and busy_tree.is_shared(request.home, made.top)):
        made.notes.append(f"launch would refuse this now: {busy_tree.words(request.home, made.top, busy)}")
    return preview(made, request.prepare)


def preview(made: plan.Plan, later: bool = False) -> Result:
    """The intent that a plan makes. The id, the ports and the agent's session are drawn anew by every launch."""
    numbers = ports.preview(made.home, made.id, made.ports, {})
    filled = attempt.first(made, made.top, attempt.BY_A_PERSON, later=later, ports=numbers)
    limits = made.limits
    values: dict[str, Value] = {
        "objective": made.objective,
        "name": made.name,
        "group": made.group,
        "labels": made.labels,
        "repo": made.top,
        "dir": made.dir or None,
        "worktree": made.worktree,
        "share": made.share is not None,
        "dirty": made.dirty,
        "carry": made.carry,
        "recipe": made.recipe.name,
        "model": made.model,
        "args": made.args,
        "verify": None if made.verify is None else f"sha256 {digest.sha256(made.verify)}",
        "limits.wall": limits["wall_seconds"],
        "limits.idle": limits["idle_seconds"],
        "limits.person": limits["person_seconds"],
        "limits.attempts": limits["attempts"],
        "limits.verify": limits["verify_seconds"],
        "limits.cost": limits["cost_usd"],
        "limits.memory": limits["memory_bytes"],
        "limits.processes": limits["processes"],
        "setup": made.setup,
        "forbid": made.forbid,
        "require.clean": made.clean,
        "notify": made.notify,
        "secrets": made.secrets,
        "prose": made.prose,
        "may": made.may,
    }
    # no value of a variable: a dry run is pasted into issues, and among them are keys
    values |= {f"env.{name}": "set" for name in sorted(made.env)}
    values |= {f"ports.{name}": numbers.get(name) for name in made.ports}
    return Result(
        id=made.id,
        dir=made.run,
        values=values,
        origins={key: made.origins[key] for key in values},
        argv=filled["argv"],
        argv_from=made.recipe.sources.get("command") or made.recipe.name,
        prompt=filled["prompt"],
        verify=None if made.verify is None else made.verify.decode("utf-8", "replace"),
        steps=[Step(step.number, step.title, step.line, made.brief.path, step.text) for step in made.brief.steps],
        notes=list(made.notes),
        untrusted=trust.compare(made.home, made.top, made.tree, made.bring).lines(),
    )
