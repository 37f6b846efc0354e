"""Every key that people may write is read somewhere: a key that is checked and then dropped does nothing.

A reader of a key is an expression like `settings["notify"]`, `values.get("leaves")` or `book.limits` outside the call
of `Field(…)` that defines it. Names like `name` and `env` occur in many records, so each table says what its values
are called where they are read; an expression that is one of these, or an attribute of that name, counts. In the file of
the table itself it counts only where that file goes on with the values that it has checked. An option of a playbook
step is an attribute of it, and counts when the step itself reads `self.<option>` in what it does.
"""

import ast
import keyword
import os
import re
import sys
from collections.abc import Iterator

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

TABLES = {
    "texts/brief.py": r"values|front|out|limits|values\['(require|claims)'\]",
    "texts/config.py": r"settings(\['(watchdog|summarize|claims)'\])?|config\.read\(.*\)",
    "texts/project_rules.py": r"laid|rules|values|values\['require'\]|front",
    "texts/launch_file.py": r"values|entry|defaults|read|given",
    "texts/recipe.py": r"values|recipe|front|typing|own_commands|approvals|attempt\['terminal'\]|given|size|value",
    "texts/recipe_seed.py": r"approvals",
    "texts/adapter_keys.py": r"values|adapter|quiet|daily|options|secrets",
    "texts/signal.py": r"signal|self",
    "approvals/rules.py": r"values|rule|one\.rule|one",
    "playbooks/playbook.py": r"rule|limits|book(\.\w+)?|when|found",
}
"""The files with tables of keys, and how the expressions look through which their values are read."""

OWN = {
    "approvals/rules.py",
    "texts/adapter_keys.py",
    "texts/launch_file.py",
    "texts/project_rules.py",
    "texts/recipe.py",
    "texts/signal.py",
}
"""Files that make something of the checked values themselves."""

WORDS_ONLY = {
    "texts/signal.py": {"seen", "note"},
}
"""Keys that are for readers of the file alone; the documents say so."""

GATHERED = {
    ("texts/config.py", "secrets"): ("launch/plan_values.py", 'said.joined("secrets", {who: values["secrets"]'),
}
"""Keys that are read together with those of other files: the module that does so, and how."""

STEPS = "playbooks/steps"
NOT_READING = ("parse", "record", "describe", "__init__")
"""Methods of a step in which an option is checked or shown, and not used."""


def unread() -> Iterator[str]:
    """`file: key` of every key that nothing reads."""
    trees = dict(_trees())
    reads = [(path, *read) for path, tree in trees.items() for read in _reads(tree)]
    for path, form in TABLES.items():
        own = re.compile(rf"(?:\w+\.)*(?:{form})\Z")
        known = {
            key for where, base, key in reads if (where != path or path in OWN) and own.match(base)
        } | WORDS_ONLY.get(path, set())
        for key in _keys(trees[path]):
            if key not in known and not _gathered(path, key):
                yield f"workcell/{path}: {key}"
    for path, tree in trees.items():
        if path.startswith(STEPS):
            yield from (f"workcell/{path}: {option}" for option in _unread_options(tree))


def _gathered(path: str, key: str) -> bool:
    where, how = GATHERED.get((path, key), ("", ""))
    if not where:
        return False
    with open(os.path.join(ROOT, "workcell", where), encoding="utf-8") as file:
        return how in file.read()


def _trees() -> Iterator[tuple[str, ast.Module]]:
    package = os.path.join(ROOT, "workcell")
    for directory, _, names in sorted(os.walk(package)):
        for name in sorted(names):
            if name.endswith(".py"):
                path = os.path.join(directory, name)
                with open(path, encoding="utf-8") as file:
                    yield os.path.relpath(path, package), ast.parse(file.read())


def _keys(tree: ast.AST) -> Iterator[str]:
    """The first word of every `Field(…)`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Field":
            first = node.args[0] if node.args else None
            if isinstance(first, ast.Constant):
                yield str(first.value)


def _reads(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """(expression, key) of everything that is read by a key or as an attribute."""
    loops = _loops(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
            yield from ((ast.unparse(node.value), key) for key in _words(node.slice, loops))
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
            yield ast.unparse(node.value), node.attr
        elif (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in ("get", "pop")
            and node.args
        ):
            yield from ((ast.unparse(node.func.value), key) for key in _words(node.args[0], loops))


def _loops(tree: ast.AST) -> dict[str, set[str]]:
    """The words that each name goes through in loops like `for key in ("io", "stdin")`."""
    found: dict[str, set[str]] = {}
    for node in ast.walk(tree):
        if not isinstance(node, ast.For | ast.comprehension):
            continue
        if isinstance(node.target, ast.Name) and isinstance(node.iter, ast.Tuple):
            words = {str(item.value) for item in node.iter.elts if isinstance(item, ast.Constant)}
            found.setdefault(node.target.id, set()).update(words)
    return found


def _words(node: ast.expr, loops: dict[str, set[str]]) -> set[str]:
    """The keys that an expression between brackets stands for."""
    if isinstance(node, ast.Constant):
        return {str(node.value)}
    return loops.get(node.id, set()) if isinstance(node, ast.Name) else set()


def _unread_options(tree: ast.Module) -> Iterator[str]:
    """Options of the step of a module that no method of it uses."""
    used = set()
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef) and function.name not in NOT_READING:
            used |= {key for base, key in _reads(function) if base == "self"}
    for option in _keys(tree):
        if (option + "_" if keyword.iskeyword(option) else option) not in used:
            yield option


def main() -> int:
    found = sorted(set(unread()))
    for line in found:
        print(f"{line}: nothing reads this key: read it, or take it out of its table")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
