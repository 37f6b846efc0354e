"""The recipe of a run, as a brief would name it: a new brief that names none goes to the agent that the run has."""

from workcell.base.errors import WorkcellError
from workcell.rundir import look
from workcell.texts import recipe


def named(home: str, seen: look.Look) -> str | dict[str, str | list[str]] | None:
    """The value of `recipe:` in a brief that means the recipe of the current attempt; None where it is not known."""
    name = seen.recipe_name
    if name is None:
        return None
    try:
        found = recipe.resolve(name, home=home, project=seen.cwd, complete=False)
    except WorkcellError:
        return None
    command = seen.recipe.get("command")
    # a recipe without a command of its own was given one by the brief
    return name if found.values.get("command") or not command else {"extends": name, "command": list(command)}
