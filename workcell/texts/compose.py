"""The texts that workcell writes, from the templates: prompt, rescue card, handoff."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol, TypedDict

from workcell.base.errors import Invalid
from workcell.texts import compiled, search_path

if TYPE_CHECKING:
    from workcell.texts.recipe import Variables

HANDOFF_SECTIONS = ("Done", "Remaining", "Decisions", "How to verify", "Blockers", "Next step")


def render(name: str, values: Mapping[str, object], home: str | None = None) -> str:
    """The template `name` with its values. Invalid, with file and line, when a user's own template is wrong.

    Where the home has templates of its own, they are rendered within limits of time and size. A shipped one that was
    compiled when the package was made needs no Jinja.
    """
    own = home is not None and _own(home)
    if not own and (made := compiled.find(name)) is not None:
        return made(values)
    from workcell.texts import jinja

    try:
        return jinja.own(str(home), name, values) if own else jinja.shipped(name, values)
    except jinja.FAILURES as error:
        line = getattr(error, "lineno", None)
        where = _place(name, home) + (f":{line}" if line else "")
        raise Invalid(
            f"{where}: {getattr(error, 'message', None) or error}", "mend it, or remove it to use the shipped one"
        ) from error


def _own(home: str) -> bool:
    """Whether the home has templates of its own; one of them may be part of any other."""
    try:
        return any(not name.startswith(".") for name in os.listdir(os.path.join(home, "templates")))
    except OSError:
        return False


def _place(name: str, home: str | None) -> str:
    own = os.path.join(home, "templates", name) if home is not None else ""
    return own if own and os.path.exists(own) else os.path.join(search_path.shipped("templates"), name)


class Surroundings(TypedDict):
    """What the agent is told beside its brief."""

    prose: str
    """Rules of the repository; empty text adds nothing."""
    ports: Sequence[str]
    """Lines like `$WEB is 20017`."""
    standby: bool
    """Whether the run waits for messages when a turn ends."""
    checked: bool
    """Whether the run has a check."""
    shared: bool
    """Whether other runs work in the same tree."""


def prompt(text: str, variables: Variables, brief: str, around: Surroundings) -> str:
    """What the agent is told: the recipe's own prompt if it has one, else the template."""
    values = {**variables, "brief_text": brief, **around}
    if text:
        from workcell.texts import recipe

        return recipe.render(text, values, "the recipe's prompt")
    return render("prompt.md.j2", values)


class Planned(Protocol):
    """What the rescue card says of a run that is about to be created."""

    id: str
    home: str

    @property
    def run(self) -> str: ...


def rescue(plan: Planned, workspace: str) -> str:
    """RESCUE.md: how to read and go on with plain shell commands, without workcell."""
    return render("rescue.md.j2", {"run": plan.id, "dir": plan.run, "home": plan.home, "workspace": workspace})


def handoff_parts(text: str) -> dict[str, str]:
    """The agent's own words under each of HANDOFF_SECTIONS, verbatim; a heading it left out is absent."""
    if not text:
        return {}
    from workcell.texts import markdown

    found = markdown.sections(text)
    out = {}
    for title in HANDOFF_SECTIONS:
        section = markdown.named(found, title)
        if section is not None and section.text().strip():
            out[title] = section.text()
    return out
