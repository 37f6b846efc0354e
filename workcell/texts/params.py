"""The parameters that a brief declares under `params`."""

from __future__ import annotations

import re
from typing import Any

from workcell.base.light_dataclass import dataclass
from workcell.texts import document, fields
from workcell.texts.document import Document
from workcell.texts.fields import Field

KEY = "params"

_NAME = re.compile(r"[a-z][a-z0-9_-]*")
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")

_ENTRY = (
    Field("default", fields.scalar, "the value where none is given"),
    Field("help", fields.line, "what it is, in one line"),
    Field("required", fields.flag, "false: empty where no value is given"),
)


@dataclass(frozen=True)
class Param:
    """One parameter; `default` is None where a value has to be given."""

    name: str
    default: str | None
    help: str | None
    line: int | None = None

    def words(self) -> str:
        """Its name, with the default where there is one."""
        return self.name if self.default is None else f"{self.name} ({self.default or 'empty'})"


def declared(value: Any, path: fields.Path, found: Document) -> list[Param]:
    """The parameters under `params`; each fault is noted in the document."""
    if not isinstance(value, dict):
        found.fault(path, "'params' must be 'NAME: {default, help, required}' lines")
        return []
    return [one for name, entry in value.items() if (one := _declared(name, entry, (*path, name), found))]


def _declared(name: str, entry: Any, path: fields.Path, found: Document) -> Param | None:
    if not _NAME.fullmatch(name):
        found.fault(path, f"{name!r} cannot name a parameter", "use small letters, digits, _ and -")
        return None
    if not isinstance(entry, dict):
        entry = {} if entry is None else {"default": entry}
    values = fields.check(entry, _ENTRY, found, path)
    default, required = values["default"], values["required"]
    if required and default is not None:
        found.fault(path, f"parameter {name!r} is required and has a default", "leave one of them out")
    if default is not None and CONTROL.search(default):
        found.fault(path, f"the default of {name!r} must be one line of plain text")
    if default is None and required is False:
        default = ""
    return Param(name, default, values["help"], found.lines.get(path))


def of(data: bytes, path: str) -> list[Param]:
    """The parameters that the brief in `data` declares. Raises Faulty for text that is no brief."""
    read = document.parse_markdown(data, path)
    return declared(read.front["params"], (KEY,), read) if read.front.get("params") is not None else []
