"""The two environments of Jinja: for templates, and for the words of recipes."""

from __future__ import annotations

import functools
import json
import os
import shlex
from collections.abc import Mapping

import jinja2
from jinja2.sandbox import SandboxedEnvironment

from workcell.texts import bounded, search_path, template_filters

FAILURES = bounded.FAILURES


@functools.cache
def templates(home: str | None) -> SandboxedEnvironment:
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
    made.filters.update(template_filters.FILTERS)
    return made


def shipped(name: str, values: Mapping[str, object]) -> str:
    """The shipped template `name`, rendered. Raises FAILURES."""
    return templates(None).get_template(name).render(values)


def own(home: str, name: str, values: Mapping[str, object]) -> str:
    """The template `name` in a home that has templates of its own, rendered within limits. Raises FAILURES."""
    return bounded.limited(lambda: templates(home).get_template(name).render(values))


_WORDS = SandboxedEnvironment(undefined=jinja2.StrictUndefined, autoescape=False, keep_trailing_newline=True)
_WORDS.filters["quote"] = shlex.quote
_WORDS.filters["json"] = lambda value: json.dumps(value, ensure_ascii=False)


def words(text: str, variables: Mapping[str, object]) -> str:
    """`text` with its {{ variables }} filled in. Raises FAILURES.

    A text that does more than name variables is rendered within the limits of `bounded`.
    """

    def render() -> str:
        return _WORDS.from_string(text).render(variables)

    return render() if bounded.plain(_WORDS.parse(text)) else bounded.limited(render)
