"""config.yaml of a home: what holds for every run unless recipe, repository or brief say otherwise."""

from __future__ import annotations

import os
import shlex
from typing import TYPE_CHECKING, Any, NamedTuple

from workcell.texts import adapter_keys, brief, document, fields, open_command
from workcell.texts.document import Document, Faulty
from workcell.texts.fields import Field

if TYPE_CHECKING:
    from workcell.texts.values import ConfigValues, Limits

IDLE_AFTER, IDLE_LONG_AFTER = 60.0, 600.0
"""Seconds for which an agent waits for its next message before the notices `idle` and `idle_long` are due."""
READY_END_AFTER = 120.0
"""Seconds after the end of a turn before an agent with a terminal, whose run has a check, is ended and checked."""
OF_A_RECIPE = (
    Field("model", fields.line, "the model that its program is told to use"),
    Field("args", brief.arguments, "words that are added to its command", default=[]),
    Field(
        "progress_every",
        fields.duration,
        "the time between two notices `progress` of its runs, instead of that for all",
        example="20m",
    ),
)


def _address(value: Any, path: fields.Path, document: Document) -> str | None:
    """A URL without user name and password."""
    return adapter_keys.url(value, path, document, cure="give an address that needs none")


WATCHDOG = (
    Field(
        "ping",
        _address,
        "an address that gets a GET after each tick that went well, for a service that tells you when none comes",
        example="https://example.org/ping/workcell",
    ),
)


def _command_line(value: Any, path: fields.Path, document: Document) -> str | None:
    """A command line: words as a shell divides them, without a shell around them."""
    line = fields.line(value, path, document)
    try:
        words = shlex.split(line) if line is not None else []
    except ValueError as error:
        document.fault(path, f"{path[-1]!r} is no command line: {str(error).lower()}", "close the quotation")
        return None
    return line if words else None


SUMMARIZE = (
    Field("local", _command_line, "a command that reads turns and prints a summary", example="llm -m local"),
    Field(
        "cloud",
        _command_line,
        "the command that is asked where the local one is not named or fails",
        example="llm -m remote",
    ),
)

CLAIM_WAIT = 60.0
"""Seconds that an edit waits for a path that another run claims, where no file says otherwise."""

CLAIMS = (
    Field("wait", fields.duration, "how long an edit waits for a path that another run claims", default=CLAIM_WAIT),
)

KEYS = (
    Field("recipe", fields.line, "the recipe of briefs without one", default="runbook"),
    Field(
        "recipes",
        fields.map_of(fields.group(OF_A_RECIPE)),
        "model, args and progress_every of recipes, by their names",
        default={},
        example={"claude": {"model": "opus", "args": ["--verbose"]}},
    ),
    Field("limits", fields.group(brief.LIMITS), "limits where no other file says any", default={}),
    Field(
        "env",
        brief.environment,
        "environment variables, or names to take over",
        default={},
        example={"CARGO_HOME": "/srv/cargo"},
    ),
    Field(
        "secrets",
        fields.list_of(fields.line),
        "names in env that verify must not get",
        default=[],
        example=["NPM_TOKEN"],
    ),
    Field("dirty", fields.one_of("refuse", "allow", "snapshot"), "what to do when a tree is dirty", default="allow"),
    Field("idle_after", fields.duration, "how long an agent waits for words before `idle` is told", default=IDLE_AFTER),
    Field("idle_long_after", fields.duration, "the same for `idle_long`", default=IDLE_LONG_AFTER),
    Field(
        "progress_every",
        fields.duration,
        "the least time between two notices `progress` of one run; without it there are none",
        example="30m",
    ),
    Field(
        "ready_end_after",
        fields.duration,
        "how long after its turn a terminal program is ended, where the run has a check; a recipe may say another",
        default=READY_END_AFTER,
    ),
    Field(
        "notify",
        fields.list_of(fields.line),
        "adapters that are told of a run whose brief names none",
        default=[],
        example=["desktop"],
    ),
    Field(
        "open",
        open_command.terminal_command,
        "what `workcell open` starts: a preset, or a command with {attach} or {path}",
        example="kitty",
    ),
    Field(
        "summarize",
        fields.group(SUMMARIZE),
        "commands that summarize the last turns: once a turn is over, and for `what`; none is asked without them",
        default={"local": None, "cloud": None},
    ),
    Field(
        "claims",
        fields.group(CLAIMS),
        "of runs that share a tree: how long an edit waits for a path that another run claims",
        default={"wait": CLAIM_WAIT},
    ),
    Field("watchdog", fields.group(WATCHDOG), "how the watchdog tells others that it ticks", default={"ping": None}),
)

LIMITS: Limits = {
    "wall": 8 * 3600.0,
    "idle": None,
    "person": 12 * 3600.0,
    "attempts": 5,
    "verify": 1800.0,
    "cost": None,
    "memory": None,
    "processes": None,
}
"""The limits that no file gives: a night, half a day of waiting for a person, five attempts, half an hour of tests."""


class Config(NamedTuple):
    """config.yaml as it was read: every key with its value or default, and the names of those that the file gives."""

    values: ConfigValues
    given: frozenset[str]


def read(path: str) -> ConfigValues:
    """Every key with its value or default. Raises Faulty with all faults of the file, which may be missing."""
    return load(path).values


def load(path: str) -> Config:
    """As `read`, and the names of the keys that the file itself gives."""
    text = document.decode(document.load(path), path) if os.path.lexists(path) else ""
    found = parse(text, path)
    values: ConfigValues = fields.check(found.front, KEYS, found)
    if found.faults:
        raise Faulty(found.faults)
    return Config(values, frozenset(key for key, value in found.front.items() if value is not None))


def parse(text: str, path: str) -> Document:
    """The keys as they are written, each with its line; only faults of the YAML are noted in it."""
    return document.parse_yaml(text, path) if text.strip() else Document(path, {}, "", 1)
