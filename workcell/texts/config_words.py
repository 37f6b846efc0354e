"""config.yaml explained from the declaration of its keys: every setting that counts, and a commented example."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from workcell.base.digest import sha256
from workcell.texts import config, kinds
from workcell.texts.document import Document
from workcell.texts.fields import Field

DEFAULT = "default"
"""The origin of what the file does not give."""

_USUAL: dict[str, Any] = {f"limits.{name}": value for name, value in config.LIMITS.items()}
"""Defaults that do not stand beside their key."""

_HEAD = """\
# config.yaml of a home: what holds for every run unless its brief, its repository or its recipe say otherwise.
# Each setting below is a comment with its default, or with an example where it has none. To set one, remove the # at
# the beginning of its line, and of the line above where it is indented.
# 'workcell config lint' checks this file; 'workcell config show' says what holds, and why.
"""


@dataclass(frozen=True)
class Setting:
    """One key of config.yaml. Values are written as a file writes them, on one line."""

    key: str
    """With the keys above it: `limits.wall`."""
    value: str | None
    """What holds; null where nothing does. Secrets are masked."""
    origin: str
    """`FILE:LINE`, or `default`."""
    type: str
    default: str | None
    """What holds where the file does not give it; null for nothing."""
    range: str | None
    """Which values of the type are taken; null for all."""
    says: str
    """One line for people."""


def settings(found: Document) -> list[Setting]:
    """Every key, those of groups one by one, with what the file gives."""
    return list(_settings(found, config.KEYS, ()))


def _settings(found: Document, keys: Sequence[Field], path: tuple[str, ...]) -> Iterator[Setting]:
    given: Any = found.front
    for part in path:
        given = (given.get(part) if isinstance(given, dict) else None) or {}
    for key in keys:
        here = (*path, key.name)
        inner = kinds.table(key.check)
        if inner:
            yield from _settings(found, inner, here)
            continue
        default, value = _default(key, here), given.get(key.name)
        line = found.lines.get(here)
        yield Setting(
            key=".".join(here),
            value=default if value is None else kinds.flow(value),
            origin=DEFAULT if value is None else found.file if line is None else f"{found.file}:{line}",
            type=kinds.kind(key.check).replace("`", ""),
            default=default,
            range=kinds.bounds(key.check),
            says=key.doc,
        )


def _default(key: Field, path: tuple[str, ...]) -> str | None:
    value = _USUAL.get(".".join(path), key.default)
    return None if value is None else kinds.flow(kinds.written(key.check, value))


def example() -> str:
    """A config.yaml that names every key and sets none."""
    lines = [_HEAD]
    for key in config.KEYS:
        inner = kinds.table(key.check)
        lines.append(f"# {key.doc}" + ("" if inner else f" ({_type(key)})"))
        if inner:
            lines.append(f"#{key.name}:")
            for one in inner:
                lines += [f"  # {one.doc} ({_type(one)})", f"#  {one.name}: {_example(one, (key.name, one.name))}"]
        else:
            lines.append(f"#{key.name}: {_example(key, (key.name,))}")
        lines.append("")
    return "\n".join(lines)


def _type(key: Field) -> str:
    words, bound = kinds.kind(key.check).replace("`", ""), kinds.bounds(key.check)
    return f"{words}, {bound}" if bound else words


def _example(key: Field, path: tuple[str, ...]) -> str:
    if key.example is not None:
        return kinds.flow(key.example)
    return _default(key, path) or "null"


def digest(text: str | None) -> str | None:
    """What tells two texts of the file apart; None for a file that is not there."""
    return None if text is None else sha256(text.encode("utf-8", "surrogateescape"))
