"""Results of operations as JSON documents."""

import dataclasses
from typing import TYPE_CHECKING, Any

from workcell.operations import registry

if TYPE_CHECKING:
    from workcell.base.json_codec import Json


def schema_of(name: str, result: object) -> str:
    """The schema of this result of the operation `name`, e.g. `launch-dry-run`. KeyError when it has no such result."""
    return registry.get(name).results[type(result)]


def document(name: str, result: object) -> "Json":
    """The result of the operation `name` as the document that `--json` prints; every key of its type is there."""
    fields: Json = plain(result)
    return {"schema": f"workcell.{schema_of(name, result)}/1", **fields}


def plain(value: Any) -> Any:
    """Dataclasses as dicts and tuples as lists, at any depth; dicts stand as they are. `with_` makes the key `with`."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {one.name.rstrip("_"): plain(getattr(value, one.name)) for one in dataclasses.fields(value)}
    if isinstance(value, list | tuple):
        return [plain(entry) for entry in value]
    return value
