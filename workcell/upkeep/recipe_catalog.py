"""recipe: what recipes there are, what one says when all that it extends is filled in, and what is wrong in one."""

import os
from collections.abc import Callable
from typing import Any

from workcell.base.errors import WorkcellError
from workcell.git import repository
from workcell.launch import attempt, launch, shell_script
from workcell.launch.options import Options
from workcell.texts import document, fields, recipe, search_path
from workcell.texts.document import Fault, Faulty


def project() -> str | None:
    """The repository around the current directory, whose own recipes come first."""
    try:
        tree = repository.find(os.getcwd())
    except WorkcellError:
        return None
    return tree.top if tree and not tree.bare else None


def ls(home: str, ignored: Callable[[str], None] | None = None) -> list[dict[str, Any]]:
    """Every recipe: name, summary, io, origin, path. Files of the repository that are not used go to `ignored`."""
    rows = []
    for found in search_path.items("recipes", project(), home, ignored=ignored):
        try:
            front = recipe.load(found).front
        except WorkcellError as error:
            front = {"summary": f"cannot be read: {error.message}"}  # one bad file must not hide the others
        rows.append(
            {
                "name": found.name,
                "summary": front.get("summary") if isinstance(front.get("summary"), str) else None,
                "io": front.get("io") or (None if front.get("extends") else recipe.DEFAULTS["io"]),
                "origin": found.origin,
                "path": found.path,
            }
        )
    return rows


def show(home: str, name: str) -> dict[str, Any]:
    """A recipe as it will be used: its values, the files they came from, and the same as YAML text."""
    found = recipe.resolve(name, home=home, project=project(), complete=False)
    values = {key: value for key, value in found.values.items() if value not in (None, [], {}, "") and key != "extends"}
    head = "".join(f"# {origin}\n" for origin in found.origins)
    if len(found.origins) > 1:
        head += "".join(f"# {key}: {place}\n" for key, place in sorted(found.sources.items()) if "." not in key)
    text = head + document.plain_yaml(values)
    return {
        "name": name,
        "values": found.values,
        "origins": found.origins,
        "sources": found.sources,
        "text": text,
    }


def by_hand(home: str, name: str, brief: str, repo: str | None) -> str:
    """The shell script that does with this recipe what a launch of `brief` would do; what launch refuses is refused."""
    return shell_script.script(
        launch.check(launch.Request(home, brief, Options(recipe=name, repo=repo), window=False), trust=False)
    )


def lint(home: str, paths: list[str]) -> list[str]:
    """Every fault of the recipe files, one line each."""
    return [line for path in paths for line in _faults(home, path)]


def _faults(home: str, path: str) -> list[str]:
    found = search_path.Item(os.path.basename(path).removesuffix(".yaml"), path, "project")
    try:
        recipe.check_file(found, home=home, project=project())
        return [str(fault) for fault in _unknown_variables(found)]
    except Faulty as error:
        return error.details
    except WorkcellError as error:
        return [f"{path}: {error.message}" + (f" ({error.hint})" if error.hint else "")]


def _unknown_variables(found: search_path.Item) -> list[Fault]:
    """Words of the command, and a prompt, that name a {{ variable }} that there will not be."""
    read = recipe.load(found)
    known = attempt.variables("", 1, "", "", {"cwd": "", "objective": ""})
    words = read.front.get("command") or []
    words = [words] if isinstance(words, str) else words
    texts: list[tuple[fields.Path, str, dict[str, str]]] = []
    texts += [(("command", number), str(word), {"prompt": ""}) for number, word in enumerate(words)]
    if read.front.get("prompt"):
        texts.append((("prompt",), str(read.front["prompt"]), {"brief_text": "", "prose": ""}))
    for path, text, more in texts:
        try:
            recipe.render(text, {**known, **more}, str(path[0]))
        except WorkcellError as error:
            read.fault(path, error.message, error.hint)
    return read.faults
