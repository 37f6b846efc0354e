"""The texts that workcell writes, from the templates: prompt, rescue card, handoff."""

from __future__ import annotations

import functools
import os
import shlex
from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

import jinja2
from jinja2.sandbox import SandboxedEnvironment

from workcell.base import clock
from workcell.base.errors import Invalid
from workcell.terminal import printable
from workcell.texts import bounded, markdown, search_path

if TYPE_CHECKING:
    from workcell.texts.recipe import Variables

HANDOFF_SECTIONS = ("Done", "Remaining", "Decisions", "How to verify", "Blockers", "Next step")


@functools.cache
def _templates(home: str | None) -> SandboxedEnvironment:
    """Templates of the user before the shipped ones. A name that is not given is an error, never an empty text."""
    places = [search_path.shipped("templates")]
    if home is not None:
        places.insert(0, os.path.join(home, "templates"))
    made = SandboxedEnvironment(
        loader=jinja2.FileSystemLoader(places),
        undefined=jinja2.StrictUndefined,
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters["span"] = clock.span
    made.filters["indent_code"] = _indent_code
    made.filters["shell_word"] = shell_word
    made.filters["printable"] = printable.printable
    return made


def shell_word(text: str) -> str:
    """`text` as one word of any POSIX shell; characters that could steer a terminal or break the line are escaped."""
    if printable.printable(text) == text:
        return shlex.quote(text)
    return "\"$(printf %b '" + "".join(map(_shell_escape, text)) + "')\""


def _shell_escape(char: str) -> str:
    if char not in "'\\" and printable.printable(char) == char:
        return char
    return "".join(f"\\0{byte:03o}" for byte in char.encode("utf-8", "surrogateescape"))


def _indent_code(text: str) -> str:
    """A Markdown code block by indentation: no fence in the text can end it early."""
    return "\n".join("    " + line for line in text.rstrip("\n").split("\n"))


def render(name: str, values: Mapping[str, object], home: str | None = None) -> str:
    """The template `name` with its values. Invalid, with file and line, when a user's own template is wrong.

    Where the home has templates of its own, they are rendered within the limits of `bounded`.
    """
    try:
        if home is None or not _own(home):
            return _templates(home).get_template(name).render(values)
        return bounded.limited(lambda: _templates(home).get_template(name).render(values))
    except bounded.FAILURES as error:
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


def prompt(text: str, variables: Variables, brief: str, prose: str) -> str:
    """What the agent is told: the recipe's own prompt if it has one, else the template; empty prose adds nothing."""
    values = {**variables, "brief_text": brief, "prose": prose}
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
    found = markdown.sections(text)
    out = {}
    for title in HANDOFF_SECTIONS:
        section = markdown.named(found, title)
        if section is not None and section.text().strip():
            out[title] = section.text()
    return out
