"""Every verb with its arguments and options, read from the commands themselves: for completion, man page and docs."""

import importlib.util
from dataclasses import dataclass
from typing import Any

from workcell.faces.cli import app, table


@dataclass(frozen=True)
class Option:
    """One option: its names, what it takes (None for a flag), what it says."""

    names: tuple[str, ...]
    takes: str | None
    words: str
    repeats: bool


@dataclass(frozen=True)
class Verb:
    """One verb or verb of a verb, `brief lint`; `arguments` are (shown, words) pairs."""

    words: str
    heading: str
    summary: str
    arguments: tuple[tuple[str, str], ...]
    options: tuple[Option, ...]

    def usage(self) -> str:
        """The line behind `workcell`."""
        parts = [self.words, *(["[OPTIONS]"] if self.options else []), *(shown for shown, _ in self.arguments)]
        return " ".join(parts)


def verbs() -> list[Verb]:
    """Every verb in the order of `--help`; a verb that has verbs stands as those."""
    found = []
    for name, (module, _, heading) in table.VERBS.items():
        if importlib.util.find_spec(f"workcell.faces.cli.verbs.{module}") is None:
            continue
        command = app.load(name)
        inner = getattr(command, "commands", None)
        entries = [(name, command)] if not inner else [(f"{name} {key}", one) for key, one in inner.items()]
        found += [_verb(words, heading, one) for words, one in entries]
    return found


def _verb(words: str, heading: str, command: Any) -> Verb:
    arguments, options = [], []
    for entry in command.params:
        if entry.param_type_name == "argument":
            shown = entry.metavar or entry.name.upper()
            many = entry.nargs == -1 and "..." not in shown
            shown = f"{shown}..." if many else shown
            arguments.append((shown if entry.required or shown.startswith("[") else f"[{shown}]", _line(entry.help)))
        else:
            takes = None if entry.is_flag else (entry.metavar or entry.name.upper().replace("_", "-"))
            options.append(Option((*entry.opts, *entry.secondary_opts), takes, _line(entry.help), bool(entry.multiple)))
    return Verb(words, heading, _line(command.help), tuple(arguments), tuple(options))


def _line(text: str | None) -> str:
    return " ".join((text or "").split())
