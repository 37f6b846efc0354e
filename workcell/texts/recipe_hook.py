"""What a recipe adds to its launch where rules of approvals hold: a hook of the program that decides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workcell.base.errors import Invalid
from workcell.texts import recipe

if TYPE_CHECKING:
    from workcell.rundir import schema
    from workcell.texts.document import Foreign


def added(values: schema.RecipeValues) -> schema.RecipeValues:
    """The recipe with what its `approvals` add, for a run for which rules hold. Raises Invalid where that cannot be."""
    approvals = values.get("approvals")
    if not approvals:
        return values
    seed: dict[str, str | Foreign] = {**values.get("seed", {})}
    for file, content in (approvals.get("seed") or {}).items():
        if isinstance(seed.get(file), str):
            words = (
                f"recipe {values.get('name')!r}: the file {file!r} of its 'seed' is text, and 'approvals' adds to it"
            )
            raise Invalid(words, f"write {file!r} as 'key: value' lines")
        seed[file] = _joined(seed.get(file, {}), content)
    more: schema.RecipeValues = {**values, "seed": seed}
    args = approvals.get("args") or []
    more["command"] = recipe.with_arguments(values["command"], args)
    if values.get("resume"):
        more["resume"] = recipe.with_arguments(values["resume"], args)
    return more


def reaches(values: schema.RecipeValues) -> bool:
    """Whether the recipe has a hook for rules, and its command is such that the hook gets to the program."""
    approvals = values.get("approvals") or {}
    command = values["command"]
    if not (approvals.get("seed") or approvals.get("args")) or (
        approvals.get("args") and command[:2] == ["bash", "-c"]
    ):
        return False
    return all(any(file in word for word in command) for file in approvals.get("seed") or {})


def _joined(one: Any, other: Any) -> Any:
    """Mappings key by key, lists one behind the other; of anything else the second."""
    if isinstance(one, dict) and isinstance(other, dict):
        return {**one, **{key: _joined(one[key], value) if key in one else value for key, value in other.items()}}
    return [*one, *other] if isinstance(one, list) and isinstance(other, list) else other
