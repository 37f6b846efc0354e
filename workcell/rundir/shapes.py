"""Whether a record that was read has the types that its readers rely on: any process of the user can write one.

A shape is a function that says whether a value fits. Keys that a shape does not name may be there, with any value.
"""

import os

from workcell.base import ids

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    Shape = Callable[[Any], bool]


def text(value: "Any") -> bool:
    """A text that can be written to a file and shown."""
    try:
        return isinstance(value, str) and os.fsencode(value) is not None
    except UnicodeEncodeError:  # half a character, which JSON can escape
        return False


def path(value: "Any") -> bool:
    """A text that can be asked of the system."""
    return text(value) and "\0" not in value


def name(value: "Any") -> bool:
    """A text that can be the name of a file."""
    return path(value) and value not in ("", ".", "..") and "/" not in value


def key(value: "Any") -> bool:
    """The id of a run or a message."""
    return isinstance(value, str) and ids.plain(value)


def number(value: "Any") -> bool:
    return isinstance(value, int | float)


def whole(value: "Any") -> bool:
    return isinstance(value, int)


def flag(value: "Any") -> bool:
    return isinstance(value, bool)


def scalar(value: "Any") -> bool:
    return value is None or number(value) or text(value)


def maybe(shape: "Shape") -> "Shape":
    """Null, or what fits."""
    return lambda value: value is None or shape(value)


def many(shape: "Shape") -> "Shape":
    """A list of what fits."""
    return lambda value: isinstance(value, list) and all(map(shape, value))


def table(shape: "Shape") -> "Shape":
    """An object whose values fit, under any keys."""
    return lambda value: isinstance(value, dict) and all(map(text, value)) and all(map(shape, value.values()))


def record(needed: "Mapping[str, Shape]", optional: "Mapping[str, Shape] | None" = None) -> "Shape":
    """An object in which each of the needed keys fits, and each of the optional ones that is there."""
    further = optional or {}

    def fits(value: "Any") -> bool:
        return (
            isinstance(value, dict)
            and all(known in value and shape(value[known]) for known, shape in needed.items())
            and all(shape(value[known]) for known, shape in further.items() if known in value)
        )

    return fits
