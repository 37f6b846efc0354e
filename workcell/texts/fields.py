"""Tables of the keys that a file may have, and the one function that checks data against such a table."""

import re
from collections.abc import Callable, Sequence
from typing import Any

from workcell.base import sizes, spelling
from workcell.base.light_dataclass import dataclass
from workcell.texts.document import Document, Foreign

Path = tuple[str | int, ...]
Check = Callable[[Any, Path, Document], Any]

_DURATION = re.compile(
    r"(?:(\d+(?:\.\d+)?)d)?(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m)?(?:(\d+(?:\.\d+)?)s)?", re.ASCII
)
_SIZE = re.compile(r"(\d+(?:\.\d+)?)([KMGT])(?:i?B)?", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")


@dataclass(frozen=True)
class Field:
    """One key: its name, how its value is checked, its default, and one line for people."""

    name: str
    check: Check
    doc: str
    default: Any = None
    required: bool = False
    example: Any = None
    """A value as a file gives it, for a key without a default."""


def check(data: Foreign, table: Sequence[Field], document: Document, path: Path = ()) -> Any:
    """A dict of every key of `table` with its checked value or default; each fault is noted in `document`.

    The caller names the type of the dict: `texts.values` has one for each table.
    """
    known = {entry.name: entry for entry in table}
    for key in data:
        if key not in known:
            document.fault((*path, key), f"unknown key {key!r}", spelling.did_you_mean(key, list(known)))
    out: Foreign = {}
    for entry in table:
        value = data.get(entry.name)
        if value is None:
            if entry.required and not document.unread:
                document.fault(path, f"{entry.name!r} is missing", entry.doc)
            out[entry.name] = entry.default
        else:
            out[entry.name] = entry.check(value, (*path, entry.name), document)
    return out


def text(value: Any, path: Path, document: Document) -> str | None:
    """Text of any number of lines."""
    if not isinstance(value, str):
        document.fault(path, f"{_name(path)} must be text, not {_kind(value)}", "put it in quotes")
        return None
    return value


def line(value: Any, path: Path, document: Document) -> str | None:
    """One line of text without control characters."""
    found = text(value, path, document)
    if found is None:
        return None
    found = found.strip()
    if not found or _CONTROL.search(found) or "\n" in found:
        document.fault(path, f"{_name(path)} must be one line of plain text")
        return None
    return found


def flag(value: Any, path: Path, document: Document) -> bool | None:
    """true or false."""
    if not isinstance(value, bool):
        document.fault(path, f"{_name(path)} must be true or false, not {value!r}")
        return None
    return value


def whole(minimum: int = 0, maximum: int = 1 << 53) -> Check:
    """A whole number within bounds."""

    def check_whole(value: Any, path: Path, document: Document) -> int | None:
        if isinstance(value, bool) or not isinstance(value, int) or not minimum <= value <= maximum:
            bounds = f"of at least {minimum}" if maximum == 1 << 53 else f"from {minimum} to {maximum}"
            document.fault(path, f"{_name(path)} must be a whole number {bounds}, not {value!r}")
            return None
        return value

    return check_whole


def number(minimum: float = 0.0, maximum: float = 1e15) -> Check:
    """A number within bounds."""

    def check_number(value: Any, path: Path, document: Document) -> float | None:
        if isinstance(value, bool) or not isinstance(value, int | float) or not minimum <= value <= maximum:
            document.fault(path, f"{_name(path)} must be a number of at least {minimum:g}, not {value!r}")
            return None
        return float(value)

    return check_number


def duration(value: Any, path: Path, document: Document) -> float | None:
    """`90s`, `20m`, `3h`, `1h30m`, `2d`: seconds. A bare number is refused: it has no unit."""
    seconds = parse_duration(value) if isinstance(value, str) else None
    if seconds is None:
        document.fault(path, f"{_name(path)} must be a duration, not {value!r}", "write it like 90s, 20m or 3h")
    return seconds


def parse_duration(value: str) -> float | None:
    """Seconds of `1h30m` and its like; None when it is no duration or not above zero."""
    match = _DURATION.fullmatch(value.strip())
    if not match or not any(match.groups()):
        return None
    days, hours, minutes, seconds = (float(part or 0) for part in match.groups())
    total = days * 86400 + hours * 3600 + minutes * 60 + seconds
    return total if 0 < total < 1e10 else None


def duration_text(seconds: float) -> str:
    """A duration as people write it in files, which `parse_duration` reads: `2h`, `1h30m`, `45s`."""
    whole, rest = divmod(seconds, 60)
    hours, minutes = divmod(int(whole), 60)
    parts = [(hours, "h"), (minutes, "m"), (float(f"{rest:.3f}"), "s")]
    return "".join(f"{value:g}{unit}" for value, unit in parts if value) or "0.001s"


def size(minimum: int = 0) -> Check:
    """`512M`, `1.5G`, `4GiB`: bytes, in steps of 1024. A bare number is refused: it has no unit."""

    def check_size(value: Any, path: Path, document: Document) -> int | None:
        found = _SIZE.fullmatch(value.strip()) if isinstance(value, str) else None
        if found is None:
            document.fault(
                path, f"{_name(path)} must be an amount of memory, not {value!r}", "write it like 512M or 4G"
            )
            return None
        size = float(found[1]) * (1 << 10 * ("KMGT".index(found[2]) + 1))
        if not minimum <= size < 1 << 53:
            document.fault(path, f"{_name(path)} must be at least {sizes.words(minimum)}, and can be kept by a machine")
            return None
        return int(size)

    return check_size


def one_of(*words: str) -> Check:
    """One of a few words."""

    def check_one_of(value: Any, path: Path, document: Document) -> str | None:
        if value not in words or not isinstance(value, str):
            document.fault(path, f"{_name(path)} must be one of {', '.join(words)}, not {value!r}")
            return None
        return value

    return check_one_of


def list_of(item: Check) -> Check:
    """A list, or a single value standing for a list of one."""

    def check_list(value: Any, path: Path, document: Document) -> list[Any]:
        values = value if isinstance(value, list) else [value]
        found = [item(entry, (*path, index), document) for index, entry in enumerate(values)]
        return [entry for entry in found if entry is not None]

    return check_list


def map_of(item: Check, key: "re.Pattern[str] | None" = None) -> Check:
    """A mapping from names to checked values; names must match `key` when it is given."""

    def check_map(value: Any, path: Path, document: Document) -> Foreign:
        if not isinstance(value, dict):
            document.fault(path, f"{_name(path)} must be 'name: value' lines, not {_kind(value)}")
            return {}
        out = {}
        for name, entry in value.items():
            if key is not None and not key.fullmatch(name):
                document.fault((*path, name), f"{name!r} is not a name that {_name(path)} can hold")
            found = item(entry, (*path, name), document)
            if found is not None:
                out[name] = found
        return out

    return check_map


def group(table: Sequence[Field]) -> Check:
    """A mapping with a table of its own."""

    def check_group(value: Any, path: Path, document: Document) -> Any:
        if not isinstance(value, dict):
            document.fault(path, f"{_name(path)} must be 'key: value' lines, not {_kind(value)}")
            value = {}
        return check(value, table, document, path)

    return check_group


def scalar(value: Any, path: Path, document: Document) -> str | None:
    """Text, a number or true/false, as the text that was meant: for values of environment variables."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    document.fault(path, f"{_name(path)} must be text or a number, not {_kind(value)}")
    return None


def _name(path: Path) -> str:
    return repr(".".join(str(part) for part in path)) if path else "the file"


def _kind(value: Any) -> str:
    kinds = {dict: "a mapping", list: "a list", bool: "true or false", int: "a number", float: "a number"}
    return kinds.get(type(value), "nothing" if value is None else "text")
