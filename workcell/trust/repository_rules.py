"""What counts of a repository's SUPERVISOR.md for a launch: all of it, or only what narrows."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from workcell.base.errors import NotFound
from workcell.texts import project_rules, search_path
from workcell.trust import acceptance

if TYPE_CHECKING:
    from workcell.texts.values import ConfigValues, SupervisorValues

_DIRTY = ("refuse", "snapshot", "allow")
"""What happens to uncommitted work, the strictest first."""


def taken(
    supervisor: project_rules.Supervisor | None,
    standing: acceptance.Standing,
    settings: ConfigValues,
    *,
    ignore: bool,
    notes: list[str],
) -> SupervisorValues:
    """The values of SUPERVISOR.md that count; a line is added to `notes` for each that is left out.

    With `ignore` no key that steers does. `dirty` counts where it is as strict as the person's own, or was trusted.
    """
    empty = project_rules.empty()
    if supervisor is None:
        return empty
    values: SupervisorValues = {**supervisor.values}
    if ignore:
        for key in project_rules.STEERING:
            if values[key] not in (None, [], {}):
                notes.append(f"{key!r} of {supervisor.path} is left out: --ignore-repo")
            values[key] = empty[key]
    asked, own = values["dirty"], settings["dirty"]
    if (
        asked is not None
        and _DIRTY.index(asked) > _DIRTY.index(own)
        and (ignore or not standing.accepts("dirty", asked))
    ):
        notes.append(f"'dirty: {asked}' of {supervisor.path} is looser than {own!r} and not taken: workcell trust")
        values["dirty"] = None
    return values


def wider(asked: float | None, usual: float | None) -> bool:
    """Whether a limit lets more pass than the usual one; None means no limit."""
    return asked is not None and usual is not None and asked > usual


def shadowed(top: str, home: str) -> list[str]:
    """In words, the recipes and playbooks of the repository that are not used, and why."""
    found: list[str] = []
    for kind in ("recipes", "recovery"):
        search_path.items(kind, top, home, ignored=found.append)
    return found


def recipe_left_out(name: str, top: str, home: str) -> NotFound | None:
    """What to say where a recipe is missed that only the repository at `top` has; None where it has none either."""
    if not any(item.name == name for item in search_path.items("recipes", top, home)):
        return None
    return NotFound(
        f"recipe {name!r} is the repository's own, and --ignore-repo leaves it out",
        f"name another one with --recipe, or read it and trust it: workcell trust {shlex.quote(top)}",
    )
