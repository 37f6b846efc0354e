"""A plugin of mypy: `record.get("hwo")` is an error where the type of the record has no key `hwo`.

mypy itself refuses `record["hwo"]`, and gives `record.get("hwo")` the type `object`, so that a misspelt key is never
equal to anything and nobody hears of it.
"""

from collections.abc import Callable

from mypy.errorcodes import TYPEDDICT_ITEM
from mypy.nodes import StrExpr
from mypy.plugin import MethodContext, Plugin
from mypy.plugins.default import typed_dict_get_callback
from mypy.types import Type, TypedDictType, UnionType, get_proper_type


class Records(Plugin):
    """Looks at every call of `get` on a TypedDict."""

    def get_method_hook(self, fullname: str) -> Callable[[MethodContext], Type] | None:
        return _get if fullname == "typing.Mapping.get" else None


def _get(context: MethodContext) -> Type:
    found = get_proper_type(context.type)
    for record in found.items if isinstance(found, UnionType) else [found]:
        record = get_proper_type(record)
        if isinstance(record, TypedDictType) and context.args and context.args[0]:
            key = context.args[0][0]
            if isinstance(key, StrExpr) and key.value not in record.items:
                name = record.fallback.type.name
                context.api.fail(f'TypedDict "{name}" has no key "{key.value}"', key, code=TYPEDDICT_ITEM)
    return typed_dict_get_callback(context)


def plugin(version: str) -> type[Plugin]:
    """What mypy asks a plugin for."""
    return Records
