"""Templates without Jinja: the shipped ones as they were compiled when the package was made, and plain {{ names }}.

Loading Jinja and compiling a template costs as much as three starts of Python, at every launch, resume and end.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping

from workcell.base import digest
from workcell.texts import search_path, shipped_templates

_NAME = re.compile(r"\{\{ ?([a-z_]+) ?\}\}")


def find(name: str) -> Callable[[Mapping[str, object]], str] | None:
    """What renders the shipped template `name`; None where the file is not the one that was compiled."""
    sha256, made = shipped_templates.COMPILED.get(name, ("", None))
    if made is None:
        return None
    try:
        with open(os.path.join(search_path.shipped("templates"), name), "rb") as file:
            return made if digest.sha256(file.read()) == sha256 else None
    except OSError:
        return None


def filled_in(text: str, variables: Mapping[str, object]) -> str | None:
    """`text` with its {{ names }} filled in; None where it has more in it, or a name that is no text."""
    if "\r" in text:
        return None  # Jinja makes a line feed of it
    pieces = _NAME.split(text)
    names = pieces[1::2]
    # a name is taken out of each piece but the last: a brace at its end belongs to that name for Jinja
    between = [piece + "{" for piece in pieces[:-1:2]] + pieces[-1:]
    if any(mark in piece for piece in between for mark in ("{{", "{%", "{#")):
        return None
    values = [variables.get(name) for name in names]
    if not all(isinstance(value, str) for value in values):
        return None
    pieces[1::2] = map(str, values)
    return "".join(pieces)
