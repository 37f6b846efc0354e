"""A recipe: how one kind of agent is launched, as data."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import field
from typing import TYPE_CHECKING, Any, NotRequired, TypedDict

from workcell.agents import registry
from workcell.base.errors import Invalid
from workcell.base.light_dataclass import dataclass
from workcell.rundir import vocabulary
from workcell.texts import brief, compiled, document, fields, recipe_seed, search_path
from workcell.texts.document import Document, Faulty, Foreign
from workcell.texts.fields import Field

if TYPE_CHECKING:
    from workcell.rundir import schema

MAX_EXTENDS = 8
_JOINED = ("env", "limits", "typing", "own_commands", "approvals")
"""Keys of which each layer gives some, and the layers behind it the others."""
_OF_A_REPOSITORY = "project: "
"""How the origin of a recipe begins that lies in a repository: what it brings gets no grant of what it extends."""


def _command(value: Any, path: fields.Path, document: Document) -> list[str] | None:
    """A list of words, or one text that bash runs."""
    if isinstance(value, str) and value.strip():
        return ["bash", "-c", value]
    if isinstance(value, list) and value and all(isinstance(word, str | int | float) for word in value):
        return [str(word) for word in value]
    document.fault(path, "'command' must be a command line or a list of words")
    return None


def _model(value: Any, path: fields.Path, document: Document) -> list[str] | None:
    """A list of words that name a model, `{{ model }}` in one of them."""
    if isinstance(value, str):
        document.fault(path, "'model' of a recipe says how a model is named", "write 'model: NAME' beside 'recipe'")
        return None
    found = brief.arguments(value, path, document)
    if found is None or any("model" in word and "{{" in word for word in found):
        return found
    document.fault(path, "'model' must hold {{ model }}", 'like: model: [--model, "{{ model }}"]')
    return None


def _in_tree(value: Any, path: fields.Path, document: Document) -> str | None:
    """A path below the top of a tree; `*` and `?` stand for a part of a name."""
    found = fields.line(value, path, document)
    if found is not None and (os.path.isabs(found) or ".." in found.split("/")):
        document.fault(path, f"{found!r} must be a path within the tree")
        return None
    return found and found.rstrip("/")


def _agent(value: Any, path: fields.Path, document: Document) -> str | None:
    """The name of an agent that has a folder, or none.

    Whether it has one is asked of the home of the recipe, by `_check_agents`.
    """
    return fields.line(value, path, document)


def _check_agents(values: schema.RecipeValues, home: str, document: Document) -> None:
    """Note a fault for each agent that has no folder, neither a shipped one nor one in `home`."""
    known = fields.one_of("none", *registry.names(home))
    if values["reader"] is not None:
        known(values["reader"], ("reader",), document)
    if values["typing"] is not None and values["typing"]["screen"] is not None:
        known(values["typing"]["screen"], ("typing", "screen"), document)


TYPING = (
    Field("screen", _agent, "whose screen it is, so that its composer is known"),
    Field("settle", fields.duration, "how long the screen must be quiet after a paste before Enter is pressed"),
    Field("patience", fields.duration, "how long a pasted text may take to show up, and then to be taken"),
    Field("queue", fields.one_of("enter", "tab"), "the key that hands over a message while it works"),
    Field("ghosts", fields.list_of(fields.line), "what an empty composer shows, in place of words of a person"),
)
"""How a message is put before a program that has a terminal. Codex takes what comes within 8 ms of each other for a
paste, and Enter within 120 ms after it for a new line."""

OWN_COMMANDS = (
    Field("clear", fields.line, "begins a new conversation; typed into its terminal"),
    Field("compact", fields.line, "compacts the conversation; typed, or with io: file read before the prompt"),
)
"""The words by which a program does something with its own conversation, `/clear` for example."""

KEYS = (
    Field("name", fields.line, "the recipe's name"),
    Field("summary", fields.line, "one line for people"),
    Field("extends", fields.line, "the recipe whose keys hold where this one is silent"),
    Field("command", _command, "what is executed; words may use {{ variables }}"),
    Field("resume", _command, "what is executed to go on with the agent's own conversation, {{ session }}"),
    Field("model", _model, "words that tell the program which {{ model }} to use; added like 'args' of a brief"),
    Field("versions", fields.line, "versions that are known to work, e.g. '>=2.1 <3'"),
    Field("seed", recipe_seed.seed_files, "files that are laid into {{ attempt_dir }} before the start"),
    Field("typing", fields.group(TYPING), "how messages are typed into its terminal"),
    Field("own_commands", fields.group(OWN_COMMANDS), "what the program is told to clear or compact its conversation"),
    Field("probe", _command, "asks whether the credential is taken: 0 is yes; sends nothing that costs"),
    Field("io", fields.one_of(*vocabulary.AGENT_IO), "a terminal of its own, or straight into agent.log"),
    Field("stdin", fields.one_of(*vocabulary.AGENT_STDIN), "with io: file, what it reads"),
    Field("stderr", fields.one_of(*vocabulary.AGENT_STDERR), "with io: file, where its errors go"),
    Field("prompt", fields.text, "the text given to the agent; may use {{ variables }}"),
    Field("env", brief.environment, "environment variables, or names to take over"),
    Field("secrets", fields.list_of(fields.line), "names in env that verify must not get"),
    Field("limits", fields.group(brief.LIMITS), "limits where the brief is silent"),
    Field("needs", fields.list_of(fields.line), "programs that must be on PATH"),
    Field("leaves", fields.list_of(fields.line), "what it leaves in a tree by itself, as in forbid; clean with that"),
    Field("reader", _agent, "the agent whose records these are"),
    Field("capture", fields.one_of(*vocabulary.SWITCH), "off: nothing that the agent records is read or copied"),
    Field("repo_runs", fields.list_of(_in_tree), "paths of a tree whose content the program obeys or runs; * in names"),
    Field("ignore_repo", brief.arguments, "arguments under which it obeys none of these; before -- or a last -"),
    Field(
        "approvals", fields.group(recipe_seed.APPROVALS), "how rules of approvals are applied by a hook of the program"
    ),
    Field("ready_end_after", fields.duration, "when, after its turn, a terminal program with a check is ended"),
    Field("steps", fields.flag, "whether the brief must have steps"),
    Field("may", fields.list_of(brief.grant), "operations for a person that its runs may use; not in a repository"),
    Field(
        "terminal",
        fields.group(
            (
                Field("columns", fields.whole(20, 1000), "width", default=200),
                Field("rows", fields.whole(5, 500), "height", default=50),
                Field("term", fields.line, "the value of TERM", default="xterm-256color"),
            )
        ),
        "the terminal before any window is opened",
    ),
)

DEFAULTS: schema.RecipeValues = {
    "io": "file",
    "stdin": "none",
    "stderr": "merge",
    "prompt": "",
    "env": {},
    "secrets": [],
    "limits": {},
    "needs": [],
    "leaves": [],
    "reader": "none",
    "capture": "on",
    "repo_runs": [],
    "ignore_repo": [],
    "model": [],
    "steps": False,
    "may": [],
    "seed": {},
    "typing": {},
    "own_commands": {},
    "approvals": {},
    "terminal": {"columns": 200, "rows": 50, "term": "xterm-256color"},
}


@dataclass
class Recipe:
    """A recipe with everything that it extends already in it.

    `origins` names the files as `origin: path`, nearest first; `sources` has for each key that a file gives, and for
    each key of `env`, `limits`, `typing` and `own_commands` (`env.NAME`), `path:line` of where it stands.
    """

    name: str
    values: schema.RecipeValues
    origins: list[str]
    sources: dict[str, str] = field(default_factory=dict)

    def of_project(self) -> list[str]:
        """The paths of those of its files that come from the repository."""
        return [path for origin, _, path in (entry.partition(": ") for entry in self.origins) if origin == "project"]


@dataclass(frozen=True)
class Own:
    """The keys of a recipe that stand in a brief.

    `lines` has the line in `file` of every key, and under () that of the whole.
    """

    values: Foreign
    file: str = "brief"
    lines: Mapping[fields.Path, int] = field(default_factory=dict)


class Variables(TypedDict):
    """What recipes may name in {{ }}."""

    run: str
    """Id of the run."""
    name: str
    attempt: int
    run_dir: str
    attempt_dir: str
    agent_dir: str
    brief: str
    """Path of brief.md."""
    handoff: str
    """Path of handoff.md."""
    workspace: str
    objective: str
    session: str
    """Id of the agent's conversation."""
    python: str
    """Path of the interpreter."""
    package: str
    """Path of the package workcell."""
    prompt: NotRequired[str]
    """Not in the prompt itself."""
    model: NotRequired[str]
    """In `model` alone."""
    approval_hook: NotRequired[str]
    """In `approvals` alone: the command line of the hook that applies rules."""


EXAMPLE: Variables = {
    "run": "",
    "name": "",
    "attempt": 1,
    "run_dir": "",
    "attempt_dir": "",
    "agent_dir": "",
    "brief": "",
    "handoff": "",
    "workspace": "",
    "objective": "",
    "session": "",
    "model": "",
    "approval_hook": "",
    "python": "",
    "package": "",
}
"""Variables of no run, to find out whether a text names one that there is not."""


def load(found: search_path.Item) -> Document:
    """The recipe's file, its keys checked; faults are in the document."""
    text = document.decode(document.load(found.path), found.path)
    return document.parse_yaml(text, found.path)


def resolve(
    name: str,
    *,
    home: str,
    project: str | None,
    own: Own | None = None,
    complete: bool = True,
) -> Recipe:
    """The recipe `name` and what it extends, with the keys that a brief gives itself before all others.

    Raises NotFound for a name that no recipe has, Faulty with every fault of the files, and, when it has to be
    `complete`, Invalid for one without a command.
    """
    layers: list[Document] = []
    if own is not None:
        layers.append(Document(own.file, own.values, "", 1, dict(own.lines)))
        if own.values.get("may") is not None:
            layers[0].fault(("may",), "'may' is no key of a recipe in a brief", "put it beside 'recipe', not into it")
    found = search_path.find("recipes", name, project, home)
    origins = _collect(found, layers, home, project)
    sources: dict[str, str] = {}
    values = _merge(layers, home, sources)
    values["name"] = name
    if any(origin.startswith(_OF_A_REPOSITORY) for origin in origins):
        values["may"] = []
    if complete and not values.get("command"):
        raise Invalid(
            f"recipe {name!r} has no command",
            f"give it one in the brief: 'recipe: {{extends: {name}, command: make test}}'",
        )
    return Recipe(name, values, origins, sources)


def check_file(found: search_path.Item, *, home: str, project: str | None) -> None:
    """Faulty with every fault of one recipe file and of what it extends."""
    layers: list[Document] = []
    _collect(found, layers, home, project)
    _merge(layers, home)


def _collect(found: search_path.Item, layers: list[Document], home: str, project: str | None) -> list[str]:
    """Add the documents of a recipe and of all that it extends, nearest first; where they came from."""
    seen: list[str] = []
    origins = []
    while True:
        seen.append(found.name)
        read = load(found)
        if read.front.get("name") not in (None, found.name):
            read.fault(("name",), f"the file is named {found.name!r}, and 'name' says {read.front['name']!r}")
        layers.append(read)
        origins.append(f"{found.origin}: {found.path}")
        if found.origin == "project" and read.front.get("may") is not None:
            read.fault(("may",), "a recipe of a repository cannot grant operations", "move 'may' to the brief")
        wanted = read.front.get("extends")
        if not isinstance(wanted, str):
            return origins
        if wanted in seen or len(seen) >= MAX_EXTENDS:
            raise Invalid(f"recipe {seen[0]!r} extends itself: {' -> '.join([*seen, wanted])}", "break the circle")
        found = search_path.find("recipes", wanted, project, home)


def _merge(layers: list[Document], home: str, sources: dict[str, str] | None = None) -> schema.RecipeValues:
    """The values of all layers, the first one before the others; some keys are joined. `home` has agents of its own.

    `repo_runs` of all layers hold together: what a program obeys does not become less by a file that is silent of it.
    """
    checked = [fields.check(layer.front, KEYS, layer) for layer in layers]
    for layer, mine in zip(layers, checked, strict=True):
        _check_agents(mine, home, layer)
    faults = [fault for layer in layers for fault in layer.faults]
    if faults:
        raise Faulty(faults)
    values: Any = dict(DEFAULTS)
    sources = {} if sources is None else sources
    for layer, mine in reversed(list(zip(layers, checked, strict=True))):
        for key, value in mine.items():
            if value is None:
                continue
            if key in _JOINED:
                given = {k: v for k, v in value.items() if v is not None or key == "env"}
                values[key] = {**values[key], **given}
                sources.update({f"{key}.{name}": _place(layer, (key, name)) for name in given})
            elif key == "repo_runs":
                values[key] = list(dict.fromkeys([*values[key], *value]))
            else:
                values[key] = value
            sources[key] = _place(layer, (key,))
    merged: schema.RecipeValues = values
    return merged


def _place(layer: Document, path: fields.Path) -> str:
    line = layer.lines.get(path) or layer.lines.get(path[:1])
    return f"{layer.file}:{line}" if line else layer.file


def with_arguments(words: list[str], more: list[str]) -> list[str]:
    """A command with arguments added: before `--` where it has one, else before a last `-`, else at its end."""
    at = words.index("--") if "--" in words else len(words) - 1 if words[-1:] == ["-"] else len(words)
    return [*words[:at], *more, *words[at:]]


def render(text: str, variables: Mapping[str, object], where: str) -> str:
    """`text` with its {{ variables }} filled in; Invalid when it names one that there is not.

    A text that does more than name variables is rendered by Jinja, within limits of time and size.
    """
    named = compiled.filled_in(text, variables)
    if named is not None:
        return named
    from workcell.texts import jinja

    try:
        return jinja.words(text, variables)
    except jinja.FAILURES as error:
        known = ", ".join(sorted(variables))
        line = getattr(error, "lineno", None)
        within = f" (line {line} of the text)" if line and "\n" in text.strip() else ""
        words = f"{where}: {getattr(error, 'message', None) or error}{within}"
        raise Invalid(words, f"variables: {known}") from error


def literal(text: str) -> str:
    """A word of a recipe that renders as `text` itself, whatever braces stand in it."""
    if not any(mark in text for mark in ("{{", "{%", "{#", "\r")):
        return text
    return "{{ " + json.dumps(text, ensure_ascii=False) + " }}"


def render_all(value: Any, variables: Mapping[str, object], where: str) -> Any:
    """`value` with every text in it rendered."""
    if isinstance(value, str):
        return render(value, variables, where)
    if isinstance(value, dict):
        return {key: render_all(entry, variables, where) for key, entry in value.items()}
    return [render_all(entry, variables, where) for entry in value] if isinstance(value, list) else value


def seeds(values: schema.RecipeValues, variables: Variables, where: str) -> dict[str, str]:
    """The files that a recipe lays into the attempt: name to text."""
    out = {}
    for name, content in values.get("seed", {}).items():
        found = render_all(content, variables, f"{where}, seed {name!r}")
        out[name] = found if isinstance(found, str) else json.dumps(found, indent=2, ensure_ascii=False) + "\n"
    return out
