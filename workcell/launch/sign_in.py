"""What an agent program would refuse at its start, said at launch: it is not signed in, or not to be run as root."""

from collections.abc import Mapping

from workcell.base.errors import WorkcellError
from workcell.texts import recipe


def notes(chosen: recipe.Recipe, env: Mapping[str, str]) -> list[str]:
    """One sentence with its cure for each thing that would keep the program from working; files are read, no more.

    A launch goes on all the same: what is known of the program may be older than the program.
    """
    values = chosen.values
    command = values.get("command")
    if not command or values["reader"] == "none":
        return []
    from workcell.agents import registry
    from workcell.agents.protocol import FAIL, Start

    try:
        agent = registry.load(values["reader"])
        start = Start(chosen.name, command, env, values.get("io") == "terminal")
        found = agent.sign_in.check(start) if agent.sign_in else []
    except (WorkcellError, OSError):
        return []  # 'workcell doctor' says what is wrong with it
    return [f"recipe {one.subject} {one.words}: {one.cure}" for one in found if one.level == FAIL]
