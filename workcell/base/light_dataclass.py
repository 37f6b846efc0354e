"""Dataclasses whose methods are not compiled for each class.

`dataclasses` writes five methods as text and compiles them: 0.7 ms for each class, at every start. A launch loads fifty
of them, which was a third of what its imports cost. The methods here are the same ones for all classes; in return a
new object takes some microseconds longer, so a class of which thousands are made stays with `dataclasses`.

Everything else is as there: `fields`, `replace`, `asdict`, `__post_init__`, keyword-only fields, `FrozenInstanceError`.
For the type checker it is `dataclasses.dataclass` itself, and so it is for a class that inherits from a dataclass.
"""

import dataclasses

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from dataclasses import dataclass
    from typing import Any
else:

    def dataclass(cls=None, /, *, frozen=False, kw_only=False):
        """The decorator, with the options of `dataclasses.dataclass` that are used here."""
        if cls is None:
            return lambda kind: _made(kind, frozen, kw_only)
        return _made(cls, frozen, kw_only)


__all__ = ["dataclass"]


def _made(cls: "Any", frozen: bool, kw_only: bool) -> "Any":
    if any(hasattr(base, "__dataclass_fields__") for base in cls.__bases__):
        return dataclasses.dataclass(cls, frozen=frozen, kw_only=kw_only)
    said = cls.__doc__
    cls.__doc__ = said or cls.__qualname__  # for a class without one dataclasses works out a signature
    cls = dataclasses.dataclass(init=False, repr=False, eq=False, kw_only=kw_only)(cls)
    cls.__doc__ = said
    cls.__dataclass_params__.frozen = frozen
    methods = {"__init__": _init(cls), "__repr__": _repr, "__eq__": _eq, "__hash__": _hash if frozen else None}
    for name, method in {**methods, **(_FROZEN if frozen else {})}.items():
        setattr(cls, name, method)
    return cls


def _init(cls: "Any") -> "Callable[..., None]":
    """`__init__` of a class."""
    every = dataclasses.fields(cls)
    names = tuple(one.name for one in every)
    in_order = tuple(one.name for one in every if not one.kw_only)
    defaults = {one.name: one.default for one in every if one.default is not dataclasses.MISSING}
    factories = {one.name: one.default_factory for one in every if one.default_factory is not dataclasses.MISSING}
    after = getattr(cls, "__post_init__", None)

    def __init__(self: object, *given: object, **named: object) -> None:
        values = dict(zip(in_order, given, strict=False))
        twice = values.keys() & named.keys()
        values.update(named)
        found = {name: values.pop(name) if name in values else _default(name) for name in names}
        if len(given) > len(in_order) or twice or values:
            wrong = sorted(twice) or sorted(values) or f"{len(given)} values for {len(in_order)} fields"
            raise TypeError(f"{cls.__qualname__}() does not take {wrong}")
        self.__dict__.update(found)
        if after is not None:
            after(self)

    def _default(name: str) -> object:
        if name in defaults:
            return defaults[name]
        if name in factories:
            return factories[name]()
        raise TypeError(f"{cls.__qualname__}() lacks {name!r}")

    return __init__


def _values(self: "Any") -> "list[object]":
    return [getattr(self, name) for name in self.__dataclass_fields__]


def _repr(self: "Any") -> str:
    shown = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.__dataclass_fields__)
    return f"{type(self).__qualname__}({shown})"


def _eq(self: "Any", other: "Any") -> bool:
    return _values(self) == _values(other) if type(self) is type(other) else NotImplemented


def _hash(self: "Any") -> int:
    return hash(tuple(_values(self)))


def _setattr(self: object, name: str, value: object) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


def _delattr(self: object, name: str) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")


_FROZEN = {"__setattr__": _setattr, "__delattr__": _delattr}
