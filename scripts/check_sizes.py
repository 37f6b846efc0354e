"""Checks the sizes that keep the package readable: modules, functions, parameters, and records without types."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

MODULE_LINES = 400
"""No module of the package is longer."""
FUNCTION_LINES, LONG_FUNCTIONS = 50, 5
"""So many functions of the package may be longer, signature and docstring counted."""
PARAMETERS, WIDE_FUNCTIONS = 6, 5
"""So many functions of the package may have more parameters, `self` and `cls` not counted.

The parameters of a verb are its options, which the line parser reads from the signature: verbs are not counted."""
UNTYPED_LINES = 40
"""So many lines of the package may say `dict[str, Any]`, which is right for the JSON of foreign programs."""

_UNTYPED = re.compile(r"\bdict\[str, Any\]")
_GUARDED = re.compile(r"\bor \{\}\)")


def faults(package: Path) -> Iterator[str]:
    """One line for each limit that is exceeded."""
    long, wide, untyped = [], [], []
    for path in sorted(package.rglob("*.py")):
        text = path.read_text()
        name = path.relative_to(package.parent)
        if (lines := text.count("\n")) > MODULE_LINES:
            yield f"{name}: {lines} lines; no module has more than {MODULE_LINES}"
        for number, line in enumerate(text.splitlines(), 1):
            if _UNTYPED.search(line):
                untyped.append(f"{name}:{number}")
            if _GUARDED.search(line) and "texts" not in name.parts:
                yield f"{name}:{number}: '(x or {{}})' hides a record that may be missing: give it a typed accessor"
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                where = f"{name}:{node.lineno} {node.name}"
                length = (node.end_lineno or 0) - node.lineno + 1
                if length > FUNCTION_LINES:
                    long.append(f"{where} ({length} lines)")
                if (count := parameters(node)) > PARAMETERS and not is_verb(node):
                    wide.append(f"{where} ({count} parameters)")
    yield from _budget(long, LONG_FUNCTIONS, f"functions of more than {FUNCTION_LINES} lines")
    yield from _budget(wide, WIDE_FUNCTIONS, f"functions with more than {PARAMETERS} parameters")
    yield from _budget(untyped, UNTYPED_LINES, "lines with dict[str, Any]")


def parameters(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """The parameters of a function, `self` and `cls` not counted."""
    given = node.args
    names = [one.arg for one in (*given.posonlyargs, *given.args, *given.kwonlyargs)]
    return len(names) - (names[:1] in (["self"], ["cls"]))


def is_verb(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether the function is a verb of the command line."""
    return any(ast.unparse(one).startswith("app.command(") for one in node.decorator_list)


def _budget(found: list[str], most: int, kind: str) -> Iterator[str]:
    if len(found) > most:
        yield f"{len(found)} {kind}; at most {most}: {', '.join(found)}"


def main() -> int:
    """Print the faults; 1 if there are any."""
    found = list(faults(ROOT / "workcell"))
    for fault in found:
        print(fault)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
