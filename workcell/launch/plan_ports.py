"""The names of the ports that a plan asks for, from the command line, the launch file and the brief."""

from __future__ import annotations

from collections.abc import Mapping

from workcell.launch.plan_values import Environment, Sources
from workcell.texts.brief import MOST_PORTS
from workcell.texts.document import Fault, Faulty

_OURS = ("TERM",)
"""Variables that the runner sets itself, besides those of WORKCELL_."""


def names(said: Sources, environment: Environment) -> list[str]:
    """The variables that hold a port each: `WEB`, and `WEB_2` for the second one of that name.

    Of each name the first of command line (or entry) and brief says how many; 0 takes it away. Raises Faulty for a
    variable that has a value already, for one that two names give, and for more than MOST_PORTS.
    """
    counts: dict[str, int] = {**said.brief.values["ports"], **said.options.ports}
    found: list[str] = []
    faults: list[Fault] = []
    for name, count in counts.items():
        who, line = said.options.who("ports"), None
        if name not in said.options.ports:
            who, line = said.brief.path, said.brief.document.lines.get(("ports", name))
        for variable in variables(name, count):
            said.origins[f"ports.{variable}"] = who
            if variable in found:
                faults.append(Fault(who, line, f"'ports' gives {variable!r} twice", "rename one of them"))
            elif variable in environment.env or variable in environment.names or variable in _OURS:
                words = f"{variable!r} of 'ports' has a value already, from {_setter(said.origins, variable)}"
                faults.append(Fault(who, line, words, "give the port another name"))
            found.append(variable)
    if len(found) > MOST_PORTS:
        who = said.options.who("ports") if said.options.ports else said.brief.path
        faults.append(Fault(who, None, f"{len(found)} ports are asked for in all", f"at most {MOST_PORTS} can be had"))
    if faults:
        raise Faulty(faults)
    return found


def variables(name: str, count: int) -> list[str]:
    """The variables of `count` ports of one name: `WEB`, `WEB_2`, `WEB_3`."""
    return [name if number == 1 else f"{name}_{number}" for number in range(1, count + 1)]


def _setter(origins: Mapping[str, str], variable: str) -> str:
    return origins.get(f"env.{variable}", "workcell itself")
