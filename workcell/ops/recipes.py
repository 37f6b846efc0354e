"""recipe: what recipes there are, what one says when all that it extends is filled in, and what is wrong in one."""

import os
from typing import Any

from workcell.base.errors import WorkcellError
from workcell.ports import git
from workcell.texts import document, recipe, shelf
from workcell.texts.document import Faulty


def project() -> str | None:
    """The repository around the current directory, whose own recipes come first."""
    try:
        tree = git.find(os.getcwd())
    except WorkcellError:
        return None
    return tree.top if tree and not tree.bare else None


def ls(home: str) -> list[dict[str, Any]]:
    """Every recipe: name, summary, io, origin, path."""
    rows = []
    for found in shelf.items("recipes", project(), home):
        read = recipe.load(found)
        rows.append(
            {
                "name": found.name,
                "summary": read.front.get("summary") if isinstance(read.front.get("summary"), str) else None,
                "io": read.front.get("io") or (None if read.front.get("extends") else recipe.DEFAULTS["io"]),
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
    return {"name": name, "values": found.values, "origins": found.origins, "text": head + document.plain_yaml(values)}


def lint(home: str, paths: list[str]) -> list[str]:
    """Every fault of the recipe files, one line each."""
    out = []
    for path in paths:
        name = os.path.basename(path).removesuffix(".yaml")
        try:
            recipe.check_file(shelf.Item(name, path, "project"), home=home, project=project())
        except Faulty as error:
            out += error.details
        except WorkcellError as error:
            out.append(f"{path}: {error.message}" + (f" ({error.hint})" if error.hint else ""))
    return out
