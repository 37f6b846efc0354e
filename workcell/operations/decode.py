"""Requests of operations from JSON objects, for faces that get their arguments that way."""

import dataclasses
import types
import typing
from typing import TYPE_CHECKING, Any

from workcell.base import spelling
from workcell.base.errors import Usage
from workcell.operations import registry

if TYPE_CHECKING:
    from workcell.base.json_codec import Json

_NAMES = {str: "a string", int: "an integer", float: "a number", bool: "true or false", type(None): "null"}


def request(name: str, given: "Json") -> Any:
    """The Request of the operation `name` with the values of `given`.

    Raises Usage that names the key and the cure for a key that there is not, one that is missing, and a value of
    another type. Nothing is converted, but an integer is a number.
    """
    kind = registry.get(name).request
    types_of = typing.get_type_hints(kind)
    fields = {field.name.rstrip("_"): field for field in dataclasses.fields(kind)}
    for key in given:
        if key not in fields:
            near = spelling.nearest(key, fields)
            cure = f"did you mean {near!r}?" if near else f"it takes {', '.join(fields) or 'no keys'}"
            raise Usage(f"{name}: there is no key {key!r}", cure)
    values: Json = {}
    for key, field in fields.items():
        if key in given:
            wanted = types_of[field.name]
            if not _fits(given[key], wanted):
                raise Usage(f"{name}: {key!r} cannot be {given[key]!r}", f"{key} is {words(wanted)}")
            values[field.name] = _converted(given[key], wanted)
        elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            raise Usage(f"{name}: {key!r} is missing", f"{key} is {words(types_of[field.name])}")
    return kind(**values)


def words(wanted: Any) -> str:
    """A type in words: `a string`, `a list of strings`, `'now' or null`."""
    origin, inner = typing.get_origin(wanted), typing.get_args(wanted)
    if origin in (types.UnionType, typing.Union):
        return " or ".join(words(one) for one in inner)
    if origin is typing.Literal:
        return " or ".join(repr(one) for one in inner)
    if origin in (list, tuple):
        return f"a list, each entry {words(inner[0])}"
    return _NAMES[wanted]


def _fits(value: Any, wanted: Any) -> bool:
    origin, inner = typing.get_origin(wanted), typing.get_args(wanted)
    if origin in (types.UnionType, typing.Union):
        return any(_fits(value, one) for one in inner)
    if origin is typing.Literal:
        return value in inner
    if origin in (list, tuple):
        return isinstance(value, list) and all(_fits(entry, inner[0]) for entry in value)
    if wanted in (int, float):
        return isinstance(value, int if wanted is int else int | float) and not isinstance(value, bool)
    return isinstance(value, wanted)


def _converted(value: Any, wanted: Any) -> Any:
    return tuple(value) if isinstance(value, list) and "tuple" in str(wanted) else value
