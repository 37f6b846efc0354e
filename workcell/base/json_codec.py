"""JSON records as bytes and back.

Every runner holds this module for hours. The package json brings `re`, `enum` and `functools` along, some 1 MB of
private memory a run, so the two C functions beneath it are used directly; without them the package does.
"""

TYPE_CHECKING = False  # a name that type checkers know; typing itself would cost every runner memory
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    Json = dict[str, Any]
    """One JSON object of any form: its keys are not known before it is checked."""

    def encode_basestring(text: str) -> str: ...
    def encode_basestring_ascii(text: str) -> str: ...
    def make_scanner(rules: Any) -> Callable[[str, int], tuple[Any, int]]: ...
else:
    try:
        from _json import encode_basestring, encode_basestring_ascii, make_scanner
    except ImportError:  # another Python than CPython
        from json.encoder import py_encode_basestring as encode_basestring
        from json.encoder import py_encode_basestring_ascii as encode_basestring_ascii
        from json.scanner import py_make_scanner as make_scanner


def _finite(digits: str) -> float:
    """A number that can be written again: 1e999 is none."""
    number = float(digits)
    if number - number != 0:
        raise ValueError(f"{digits[:20]} is too large")
    return number


class _Rules:
    """What the scanner asks for: strict strings, plain dicts, and floats that are numbers."""

    strict = True
    object_hook = None
    object_pairs_hook = None
    parse_float = staticmethod(_finite)
    parse_int = int

    def __init__(self) -> None:
        self.memo: dict[str, str] = {}

    @staticmethod
    def parse_constant(name: str) -> float:
        raise ValueError(f"{name} is not JSON")


_scan = make_scanner(_Rules())
_BLANK = " \t\n\r"


def encode(record: "Mapping[str, object]") -> bytes:
    """A record for people and programs: indented, keys in the order given, one newline at the end."""
    return _bytes(record, "\n")


def encode_line(record: "Mapping[str, object]") -> bytes:
    """A record on one line, with its newline."""
    return _bytes(record, "")


def _bytes(record: "Mapping[str, object]", newline: str) -> bytes:
    try:
        return _text(record, newline, encode_basestring).encode() + b"\n"
    except UnicodeEncodeError:
        # a file name that is not UTF-8 came in as lone surrogates: escaped, they survive the round trip
        return _text(record, newline, encode_basestring_ascii).encode() + b"\n"
    except RecursionError:
        raise ValueError("nested too deep") from None


def _text(value: "Any", newline: str, quote: "Callable[[str], str]") -> str:
    if isinstance(value, str):
        return quote(value)
    if value is None or value is True or value is False:
        return "null" if value is None else "true" if value else "false"
    if isinstance(value, int):
        return int.__repr__(value)
    if isinstance(value, float):
        if value - value != 0:
            raise ValueError(f"{value} is not JSON")
        return float.__repr__(value)
    inner = newline + "  " if newline else ""
    colon = ": " if newline else ":"
    if isinstance(value, dict):
        parts = [quote(str(key)) + colon + _text(entry, inner, quote) for key, entry in value.items()]
        return "{" + inner + ("," + inner).join(parts) + newline + "}" if parts else "{}"
    if isinstance(value, list | tuple):
        parts = [_text(entry, inner, quote) for entry in value]
        return "[" + inner + ("," + inner).join(parts) + newline + "]" if parts else "[]"
    raise TypeError(f"{type(value).__name__} has no JSON form")


def decode(data: bytes) -> "Json":
    """The record in `data`; ValueError when it is not one JSON object."""
    text = data.decode().strip(_BLANK)
    try:
        record, end = _scan(text, 0)
    except StopIteration as stop:
        raise ValueError(f"not JSON at character {stop.value}") from None
    except SystemError:
        # the C scanner looks for its exception in the package json, which is not loaded
        raise ValueError("not JSON") from None
    except RecursionError:
        raise ValueError("nested too deep") from None
    if not isinstance(record, dict) or end != len(text):
        raise ValueError("not one JSON object")
    return record


def major(record: "Mapping[str, object]", name: str) -> "int | None":
    """The major version in `schema: workcell.file.<name>/1`; None when it is no record of that name."""
    schema = record.get("schema")
    prefix = f"workcell.file.{name}/"
    if not isinstance(schema, str) or not schema.startswith(prefix):
        return None
    number = schema[len(prefix) :].split(".", 1)[0]
    return int(number) if number.isdigit() else None
