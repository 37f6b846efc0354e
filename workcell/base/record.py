"""JSON records as bytes and back."""

import json

TYPE_CHECKING = False  # a name that type checkers know; typing itself would cost every runner memory
if TYPE_CHECKING:
    from typing import Any

VERSION = 1


def encode(record: "dict[str, Any]") -> bytes:
    """A record for people and programs: indented, keys in the order given, one newline at the end."""
    return _bytes(json.dumps(record, indent=2, ensure_ascii=False), record)


def encode_line(record: "dict[str, Any]") -> bytes:
    """A record on one line, with its newline."""
    return _bytes(json.dumps(record, ensure_ascii=False, separators=(",", ":")), record)


def _bytes(text: str, record: "dict[str, Any]") -> bytes:
    try:
        return text.encode() + b"\n"
    except UnicodeEncodeError:
        # a file name that is not UTF-8 came in as lone surrogates: escaped, they survive the round trip
        return json.dumps(record, ensure_ascii=True).encode() + b"\n"


def decode(data: bytes) -> "dict[str, Any]":
    """The record in `data`; ValueError when it is not one JSON object."""
    record = json.loads(data)
    if not isinstance(record, dict):
        raise ValueError("not a JSON object")
    return record


def major(record: "dict[str, Any]", name: str) -> "int | None":
    """The major version in `schema: workcell.file.<name>/1`; None when it is no record of that name."""
    schema = record.get("schema")
    prefix = f"workcell.file.{name}/"
    if not isinstance(schema, str) or not schema.startswith(prefix):
        return None
    number = schema[len(prefix) :].split(".", 1)[0]
    return int(number) if number.isdigit() else None
