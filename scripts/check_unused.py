"""No name of the package that nothing reads: vulture, with the keys of records and results left out.

A field of a TypedDict, or of a dataclass named `Request` or `Result`, is a key of a JSON document: people and programs
read it, not the code. Other names that vulture cannot see in use are listed in `[tool.vulture]` of pyproject.toml.
"""

import ast
import os
import sys
import tomllib

from vulture import Vulture

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
DOCUMENTS = ("Request", "Result")
FORMAT = ("workcell/rundir/schema/", "workcell/rundir/vocabulary.py")
"""Declarations of the format: a test holds the two against each other, and every record against the types."""


def keys(path: str) -> set[int]:
    """The lines of a module on which the key of a document is declared."""
    with open(path, encoding="utf-8") as file:
        tree = ast.parse(file.read())
    classes = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    return {
        field.lineno
        for node in classes
        if node.name in DOCUMENTS or any("TypedDict" in ast.unparse(base) for base in node.bases)
        for field in node.body
        if isinstance(field, ast.AnnAssign)
    }


def main() -> int:
    with open(os.path.join(ROOT, "pyproject.toml"), "rb") as file:
        settings = tomllib.load(file)["tool"]["vulture"]
    finder = Vulture(ignore_names=settings["ignore_names"], ignore_decorators=settings["ignore_decorators"])
    exclude = [os.path.join(ROOT, path) for path in settings.get("exclude", [])]
    finder.scavenge([os.path.join(ROOT, path) for path in settings["paths"]], exclude)
    unused = [
        item
        for item in finder.get_unused_code(min_confidence=60)
        if item.first_lineno not in keys(os.fspath(item.filename))
        and not os.path.relpath(os.fspath(item.filename), ROOT).startswith(FORMAT)
    ]
    for item in unused:
        print(item.get_report())
    return 1 if unused else 0


if __name__ == "__main__":
    sys.exit(main())
