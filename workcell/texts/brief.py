"""A brief: what is asked, of which repository, by which recipe, and how it is checked."""

from __future__ import annotations

import os
import re
from dataclasses import field
from typing import TYPE_CHECKING, Any, Literal

from workcell.base import spelling
from workcell.base.light_dataclass import dataclass
from workcell.rundir import operations
from workcell.texts import document, fields, markdown, params
from workcell.texts.document import Document, Fault
from workcell.texts.fields import Field

if TYPE_CHECKING:
    from workcell.texts.values import BriefValues, Environment

ENV_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

LEAST_MEMORY = 16 << 20
"""Bytes below which no agent could as much as start."""

MOST_PORTS = 100
"""Maximum number of ports of one run."""

LIMITS: tuple[Field, ...] = (
    Field("wall", fields.duration, "how long one attempt may take, e.g. 3h"),
    Field("idle", fields.duration, "how long it may be silent without using CPU time", example="20m"),
    Field("person", fields.duration, "how long one attempt may wait for a person at its terminal, beyond `wall`"),
    Field("attempts", fields.whole(1, 1000), "how many attempts the run may take"),
    Field("verify", fields.duration, "how long the verify script may take"),
    Field("cost", fields.number(), "how many US dollars the agent may report", example=5),
    Field(
        "memory",
        fields.size(LEAST_MEMORY),
        "how much memory the agent, and then the verify script, may have with all that they start, e.g. 4G",
        example="4G",
    ),
    Field(
        "processes",
        fields.whole(1, 1 << 22),
        "how many processes and threads each of them may have at once",
        example=500,
    ),
)


def environment(value: Any, path: fields.Path, document: Document) -> Environment | None:
    """`NAME: value` lines, or a list of names whose values are taken from the caller's environment (None)."""
    if isinstance(value, list):
        value = dict.fromkeys(str(name) for name in value)
    if not isinstance(value, dict):
        document.fault(path, "'env' must be 'NAME: value' lines or a list of names")
        return None
    out: Environment = {}
    for name, entry in value.items():
        if not ENV_NAME.fullmatch(name) or name.startswith("WORKCELL_"):
            document.fault((*path, name), f"{name!r} cannot be set", "use letters, digits and _, and not WORKCELL_*")
        elif isinstance(entry, str) and "\0" in entry:
            document.fault((*path, name), f"the value of {name!r} holds a NUL byte")
        else:
            out[name] = None if entry is None else fields.scalar(entry, (*path, name), document)
    return out


def ports(value: Any, path: fields.Path, document: Document) -> dict[str, int]:
    """`NAME: how many` lines, or a list of names with one port each."""
    if isinstance(value, list):
        value = {str(name): 1 for name in value}
    if not isinstance(value, dict):
        document.fault(path, "'ports' must be 'NAME: how many' lines or a list of names", "write it like {WEB: 1}")
        return {}
    out: dict[str, int] = {}
    for name, entry in value.items():
        count = _count(entry, (*path, name), document)
        if not ENV_NAME.fullmatch(name) or name.startswith("WORKCELL_"):
            words = f"{name!r} cannot be the variable of a port"
            document.fault((*path, name), words, "use letters, digits and _, and not WORKCELL_*")
        elif count is not None:
            out[name] = count
    return out


_count = fields.whole(0, MOST_PORTS)


def _recipe(value: Any, path: fields.Path, document: Document) -> Any:
    if isinstance(value, str):
        return fields.line(value, path, document)
    if isinstance(value, dict):
        if not isinstance(value.get("extends"), str):
            document.fault(path, "'recipe' needs 'extends: NAME' beside its own keys")
            return None
        return value
    document.fault(path, "'recipe' must be a name, or 'extends: NAME' with keys of its own")
    return None


def check_script(value: Any, path: fields.Path, document: Document) -> str | Literal[False] | None:
    """The check: a text, or false for none."""
    if value is True:
        document.fault(path, f"{path[-1]!r} cannot be true", "write the command of the check, or false for none")
        return None
    return False if value is False else fields.text(value, path, document)


def arguments(value: Any, path: fields.Path, document: Document) -> list[str] | None:
    """A list of words that are added to a command."""
    if isinstance(value, list) and all(isinstance(word, str | int | float) for word in value):
        return [fields.scalar(word, path, document) or "" for word in value]
    document.fault(path, f"{path[-1]!r} must be a list of words")
    return None


def worktree(value: Any, path: fields.Path, document: Document) -> str | None:
    """A branch, or true: one that is named after the run (the empty text)."""
    if isinstance(value, bool):
        return "" if value else None
    return fields.line(value, path, document)


def directory(value: Any, path: fields.Path, document: Document) -> str | None:
    """A path below the top of the tree, with single slashes and without dots."""
    found = fields.line(value, path, document)
    if found is None:
        return None
    parts = [part for part in found.split("/") if part not in ("", ".")]
    if found.startswith(("/", "~")) or ".." in parts or not parts:
        document.fault(path, f"{found!r} is no directory below the top of the tree", "write it like svc/api")
        return None
    if ".git" in parts:
        document.fault(path, f"{found!r} is git's own directory", "name a directory of the tree, like svc/api")
        return None
    return "/".join(parts)


def grant(value: Any, path: fields.Path, document: Document) -> str | None:
    """An operation that a run may be granted beyond those of any run."""
    found = fields.line(value, path, document)
    if found is None or found in operations.GRANTABLE:
        return found
    if found in operations.OPERATIONS:
        document.fault(path, f"{found!r} needs no grant: every run may do it", "leave it out")
    else:
        document.fault(path, f"{found!r} is no operation", spelling.did_you_mean(found, operations.GRANTABLE))
    return None


CLAIMS = (Field("wait", fields.duration, "how long an edit waits for a path that another run claims, at most 4m"),)

KEYS = (
    Field("objective", fields.line, "one line: what is true when the run is done"),
    Field("name", fields.line, "a short name for the run"),
    Field("params", params.declared, "parameters: a name, and `default`, `help`, `required`", default=[]),
    Field("repo", fields.line, "the working tree, relative to the brief; the current directory by default"),
    Field("dir", directory, "the directory below the top of the tree in which agent, steps and check start"),
    Field("recipe", _recipe, "how the agent is launched"),
    Field("model", fields.line, "the model that the agent is told to use"),
    Field("args", arguments, "words that are added to the agent's command", default=[]),
    Field("verify", check_script, "the check: a script file, or the commands themselves; false for none"),
    Field("limits", fields.group(LIMITS), "wall, idle, person, attempts, verify, cost, memory, processes", default={}),
    Field("env", environment, "environment variables, or names to take over", default={}),
    Field("ports", ports, "TCP ports of its own: a variable for each, and how many", default={}),
    Field("secrets", fields.list_of(fields.line), "names in env that verify must not get", default=[]),
    Field("forbid", fields.list_of(fields.line), "paths that the agent must not touch", default=[]),
    Field(
        "require",
        fields.group((Field("clean", fields.flag, "the tree must be clean at the end", default=False),)),
        "what must hold of the tree at the end",
        default={"clean": False},
    ),
    Field("dirty", fields.one_of("refuse", "allow", "snapshot"), "what to do when the tree is dirty at launch"),
    Field("tree", fields.one_of("none"), "none: it works in no repository, but in an empty directory of its own"),
    Field("worktree", worktree, "true for a worktree of its own, or the branch that it is on"),
    Field(
        "standby",
        fields.flag,
        "true: after each turn that ends well the run waits for messages, until `workcell finish`",
    ),
    Field("share", fields.flag, "whether it shares the tree with other runs that do"),
    Field("claims", fields.group(CLAIMS), "of a run that shares its tree: wait", default={"wait": None}),
    Field("carry", fields.list_of(fields.line), "ignored files to copy into the worktree", default=[]),
    Field("notify", fields.list_of(fields.line), "adapters that are told of this run"),
    Field("labels", fields.list_of(fields.line), "words to find and route the run by", default=[]),
    Field("may", fields.list_of(grant), "operations for a person that the run may use itself, e.g. answer", default=[]),
)

NAME_LIMIT = 80


@dataclass
class Step:
    """One fenced block under Steps: its number from 1, what is said of it, its text, its line in the brief."""

    number: int
    title: str
    text: str
    line: int


@dataclass
class Brief:
    """A brief as it was read; `values` has every key of KEYS."""

    path: str
    data: bytes
    document: Document
    values: BriefValues
    sections: list[markdown.Section]
    steps: list[Step] = field(default_factory=list)

    @property
    def objective(self) -> str:
        return str(self.values["objective"] or "")

    @property
    def faults(self) -> list[Fault]:
        return self.document.faults

    def directory(self) -> str:
        return os.path.dirname(os.path.abspath(self.path))


def read(path: str) -> Brief:
    """The brief in the file `path`. Its faults are in `.faults`; NotFound or Invalid when it cannot be read."""
    return parse(document.load(path), path)


def parse(data: bytes, path: str) -> Brief:
    """The brief in `data`; Faulty when it is no text at all."""
    found = document.parse_markdown(data, path)
    values: BriefValues = fields.check(found.front, KEYS, found)
    sections = markdown.sections(found.body, found.body_line)
    if found.front.get("objective") is None:
        # a plain Markdown file is a brief, too: its title says what is asked
        top = next((section for section in sections if section.level == 1), None)
        values["objective"] = " ".join(top.title.split()) if top and top.title else None
        if values["objective"] is None and not found.unread:
            found.fault((), "'objective' is missing", "say in one line what is true when the run is done")
    if values["name"] and len(values["name"]) > NAME_LIMIT:
        found.fault(("name",), f"'name' is longer than {NAME_LIMIT} characters")
    elif values["name"] and _unfit(values["name"]):
        found.fault(("name",), f"{values['name']!r} cannot be a name", _unfit(values["name"]))
    brief = Brief(path, data, found, values, sections)
    steps = markdown.named(sections, "Steps")
    if steps is not None:
        for number, block in enumerate(steps.blocks, start=1):
            if block.language not in ("", "sh", "bash", "shell", "console"):
                words = f"step {number} is in {block.language!r}: only shell blocks can be run"
                found.faults.append(Fault(path, block.line - 1, words, "mark it bash, or move it to another section"))
            brief.steps.append(Step(number, block.title or _first_line(block.text), block.text, block.line))
    open_at = markdown.never_closed(found.body, found.body_line)
    if open_at is not None:
        faults = "this fenced block is never closed, and takes all that follows into itself"
        found.faults.append(Fault(path, open_at, faults, "close it with a line of the same marks"))
    return brief


def _first_line(text: str) -> str:
    """What names a step of which nothing is said: its first command."""
    return next((line.strip()[:60] for line in text.splitlines() if line.strip()), "an empty step")


def _unfit(name: str) -> str | None:
    """Why a name cannot name a run; None when it can. Names are typed in shells and stand in file names."""
    if "/" in name or name in (".", ".."):
        return "leave out slashes and dots"
    if name.startswith("-"):
        return "do not start it with a hyphen"
    if not any(char.isalnum() for char in name):
        return "use letters or digits"
    return None


def check_directory(word: str, origin: str) -> str:
    """`word` as the path of a directory below the tree; Faulty, in the name of `origin`, where it can be none."""
    trial = Document(origin, {}, "", 1)
    found = directory(word, ("dir",), trial)
    if found is None:
        raise document.Faulty(trial.faults)
    return found


def check_name(name: str, origin: str = "--name") -> str:
    """`name` if it can name a run; Invalid, in the name of `origin`, with the cure otherwise."""
    trial = Document(origin, {}, "", 1)
    found = fields.line(name, ("name",), trial)
    cure = _unfit(found) if found else "use letters and digits"
    if found is None or cure or len(found) > NAME_LIMIT:
        raise document.Faulty(
            [Fault(origin, None, f"{name[:NAME_LIMIT]!r} cannot be a name", cure or "make it shorter")]
        )
    return found
