"""The brief that is made with a value for each of its parameters.

`%{name}` stands for a value, in the values of the front matter and in the body. Only declared names are replaced. The
front matter is read before and written anew after that, so no value can end a string or begin a key; a value that would
begin a section or end a block of the body is refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from workcell.texts import document, markdown, params, recipe
from workcell.texts.document import Fault, Faulty, Foreign

_USE = re.compile(r"%\{([a-z][a-z0-9_-]*)\}")
_NUMBER = re.compile(r"[0-9]+(\.[0-9]+)?")


def compose(data: bytes, path: str, given: Mapping[str, str], *, lenient: bool = False, who: str = "--set") -> bytes:
    """The brief in `data` with a value for each parameter, and without `params`; one that declares none as it is.

    `who` says where the values were given, for words about faults in them.
    Raises Faulty for an unknown name, for a missing value (with `lenient` the use of that stays as it is), and for a
    value that would change the parts of the body.
    """
    if not given and params.KEY.encode() not in data and b"\\" not in data:
        return data  # no key can be spelt so without a backslash; reading YAML takes some milliseconds
    read = document.parse_markdown(data, path)
    if read.faults or (read.front.get(params.KEY) is None and not given):
        return data
    known = params.declared(read.front.get(params.KEY) or {}, (params.KEY,), read)
    if read.faults:
        raise Faulty(read.faults)
    values = _values(known, path, given, who, lenient)
    front = {key: _filled(value, (key,), values) for key, value in read.front.items() if key != params.KEY}
    body = _replaced(read.body, values)
    if _parts(body) != _parts(read.body):
        cure = "put other words before it on its line, or leave marks such as # and ``` out of the value"
        raise Faulty([Fault(who, None, f"a value would begin or end a part of the body of {path}", cure)])
    return _written(front, body, path)


def _values(known: list[params.Param], path: str, given: Mapping[str, str], who: str, lenient: bool) -> dict[str, str]:
    names = {one.name for one in known}
    listed = "its parameters: " + ", ".join(one.words() for one in known) if known else "it has no 'params'"
    faults = [Fault(who, None, f"{path} has no parameter {name!r}", listed) for name in given if name not in names]
    for name, value in given.items():
        if params.CONTROL.search(value):
            faults.append(Fault(who, None, f"the value of {name!r} must be one line of plain text"))
    values: dict[str, str] = {}
    chosen: dict[str, str | None] = {**{one.name: one.default for one in known}, **given}
    for one in known:
        said = chosen[one.name]
        if said is not None:
            values[one.name] = said
        elif not lenient:
            words = f"parameter {one.name!r} has no value" + (f": {one.help}" if one.help else "")
            faults.append(Fault(path, one.line, words, f"--set {one.name}=VALUE; {listed}"))
    if faults:
        raise Faulty(faults)
    return values


def _replaced(text: str, values: Mapping[str, str]) -> str:
    return _USE.sub(lambda use: values.get(use[1], use[0]), text)


def _filled(value: Any, path: tuple[str, ...], values: Mapping[str, str]) -> Any:
    """A value of the front matter. A limit or a number of ports becomes a number; keys of a recipe are templates."""
    if isinstance(value, dict):
        return {key: _filled(entry, (*path, key), values) for key, entry in value.items()}
    if isinstance(value, list):
        return [_filled(entry, path, values) for entry in value]
    if not isinstance(value, str):
        return value
    if path[0] == "recipe" and len(path) > 1:
        return _replaced(value, {name: recipe.literal(one) for name, one in values.items()})
    text = _replaced(value, values)
    if path[0] in ("limits", "ports") and text != value and _NUMBER.fullmatch(text):
        return float(text) if "." in text else int(text)
    return text


def _parts(body: str) -> list[tuple[int, list[str]]]:
    """What a value must not change: the levels of the sections, and the languages of their blocks."""
    found = [(one.level, [block.language for block in one.blocks]) for one in markdown.sections(body)]
    return [*found, (0, ["never closed"] if markdown.never_closed(body, 1) else [])]


def _written(front: Foreign, body: str, path: str) -> bytes:
    """The text of the brief. Faulty where its front matter would not be read as what it is."""
    text = f"---\n{document.plain_yaml(front)}---\n{body}".encode()
    if document.parse_markdown(text, path).front != front:
        raise Faulty([Fault(path, 1, "the front matter cannot be written with these values")])
    return text
