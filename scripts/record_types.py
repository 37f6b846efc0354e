"""What scripts/schemas and scripts/generate-reference read from workcell/rundir/schema beside the types themselves.

An attribute docstring is no part of a type at run time: the sources are parsed for it.
"""

import ast
import json
import os
from collections.abc import Iterable
from typing import get_args

from pydantic import TypeAdapter

from workcell.rundir import schema, vocabulary

FOLDER = os.path.dirname(schema.__file__)

NAMED = {
    name: made
    for module in (
        schema.literals,
        schema.proposals,
        schema.claims,
        schema.plans,
        schema.intent,
        schema.agent,
        schema.home,
        schema.inbox,
        schema.watches,
        schema,
    )
    for name, made in vars(module).items()
}
"""Every type by its name, those too that the package itself does not name."""


def sources() -> dict[str, ast.ClassDef]:
    """The class of each record and part of one, by name."""
    found = {}
    for file in sorted(os.listdir(FOLDER)):
        if file.endswith(".py"):
            with open(os.path.join(FOLDER, file)) as opened:
                tree = ast.parse(opened.read())
            found.update({node.name: node for node in tree.body if isinstance(node, ast.ClassDef)})
    return found


def keys(node: ast.ClassDef) -> dict[str, tuple[ast.expr, str]]:
    """The annotation and the docstring of each key, in the order of the source."""
    found: dict[str, tuple[ast.expr, str]] = {}
    last = ""
    for part in node.body:
        if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name):
            last = part.target.id
            found[last] = (part.annotation, "")
        elif isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant) and last:
            found[last] = (found[last][0], str(part.value.value))
            last = ""
    return found


def json_schema(name: str) -> dict[str, object]:
    """The JSON Schema of one kind of record, with what each key means."""
    made = TypeAdapter(schema.FILES[name]).json_schema()
    classes = sources()
    parts = {made["title"]: made, **made.get("$defs", {})}
    for title, part in parts.items():
        node = classes.get(title)
        if node is None:
            continue
        for key, (_, words) in keys(node).items():
            if words and "$ref" not in part["properties"][key]:
                part["properties"][key]["description"] = words
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": f"workcell.file.{name}/1", **made}


# -- docs/reference/records.md

EXAMPLES = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "docs", "examples", "records.json")
SCALARS = {
    "str": "text",
    "int": "whole number",
    "float": "number",
    "bool": "true or false",
    "None": "null",
    "Any": "any",
    "Foreign": "object",
}
FORMS = {
    "Time": "time",
    "Sha256": "sha256",
    "Seconds": "seconds",
    "Confidence": "0 to 1",
    "Detail": "[Brief](#brief) with [EventData](#eventdata)",
}
FEW = 6
"""Maximum words of a vocabulary that a table shows in place of a link."""


def records_page(notice: str) -> str:
    """docs/reference/records.md: the keys of every record."""
    with open(EXAMPLES) as file:
        examples = json.load(file)
    classes = sources()
    kinds = {made.__name__: name for name, made in schema.FILES.items()}
    lines = ["# Records", "", f"<!-- {notice} -->", "", INTRODUCTION, ""]
    for title, name in kinds.items():
        lines += [f"## {title}", "", f"{_summary(classes[title])} [JSON Schema](../schema/{name}.json).", ""]
        lines += _table(classes, title, examples.get(name, {}))
    lines += ["# Parts of records", ""]
    for title in sorted(set(_parts(classes)) - set(kinds)):
        lines += [f"## {title}", "", _summary(classes[title]), ""]
        lines += _table(classes, title, _example_of(classes, title, kinds, examples))
    lines += ["# Vocabularies", "", "Closed lists of words; `workcell/rundir/vocabulary.py` has them.", ""]
    for name, literal in schema.VOCABULARIES.items():
        title = next(alias for alias, value in NAMED.items() if value is literal and alias[0].isupper())
        words = getattr(vocabulary, name)
        lines += [f"## {title}", ""]
        lines += [f"- `{word}`: {words[word]}" for word in words] if isinstance(words, dict) else [_listed(words) + "."]
        lines.append("")
    return "\n".join(lines).rstrip("\n") + "\n"


INTRODUCTION = (
    "The keys of every JSON file of the [format](../format.md), made from `workcell/rundir/schema`. A key that may be "
    "absent has `absent` as its default; every other key is always there. Readers keep keys that they do not know. "
    "Examples are from real runs. A time is RFC 3339 in UTC with milliseconds, a sha256 sixty-four hexadecimal digits."
)


def _summary(node: ast.ClassDef) -> str:
    return " ".join((ast.get_docstring(node) or "").split())


def _parts(classes: dict[str, ast.ClassDef]) -> list[str]:
    """Types that a table may link to: those with keys."""
    return [name for name, node in classes.items() if not name.startswith("_") and keys(node)]


def _table(classes: dict[str, ast.ClassDef], title: str, example: dict[str, object]) -> list[str]:
    rows = dict(keys(classes[title]))
    made = NAMED[title]
    for name in made.__annotations__:  # a key that is a word of Python stands in the call that makes the base
        rows.setdefault(name, (ast.parse(f'"{_plain(made.__annotations__[name])}"', mode="eval").body, ""))
    lines = ["| key | type | default | meaning | example |", "|---|---|---|---|---|"]
    for name, (annotation, words) in rows.items():
        absent = _is_optional(annotation) or name in made.__optional_keys__
        shown = _cell(json.dumps(example[name], ensure_ascii=False)) if name in example else ""
        kind = "text" if isinstance(annotation, ast.Constant) else _type(_required(annotation))
        lines.append(f"| `{name}` | {kind} | {'absent' if absent else ''} | {_meaning(words)} | {shown} |")
    return [*lines, ""]


def table_of(node: ast.ClassDef, *, required: bool) -> list[str]:
    """The keys of a record that is told on a page of its own, with links into records.md."""
    lines = ["| key | type | meaning |", "|---|---|---|"]
    for name, (annotation, words) in keys(node).items():
        kind = _type(_required(annotation))
        kind = "[facts](#facts)" if name == "facts" and required else kind.replace("](#", "](records.md#")
        lines.append(f"| `{name}` | {kind} | {_meaning(words)} |")
    return [*lines, ""]


def _plain(annotation: object) -> str:
    return str(annotation).replace('"', "'")


def _meaning(words: str) -> str:
    return " ".join(words.split()).replace("|", "\\|").rstrip(".")


def _cell(text: str) -> str:
    text = text if len(text) <= 48 else text[:47] + "…"
    return "`" + text.replace("|", "\\|").replace("`", "'") + "`"


def _is_optional(annotation: ast.expr) -> bool:
    return isinstance(annotation, ast.Subscript) and ast.unparse(annotation.value) == "NotRequired"


def _required(annotation: ast.expr) -> ast.expr:
    return annotation.slice if _is_optional(annotation) and isinstance(annotation, ast.Subscript) else annotation


def _type(annotation: ast.expr) -> str:
    """An annotation in the words of JSON, with links to parts and vocabularies."""
    if isinstance(annotation, ast.BinOp):
        return f"{_type(annotation.left)} or {_type(annotation.right)}"
    if isinstance(annotation, ast.Constant):
        return "null"
    if isinstance(annotation, ast.Name):
        return _named(annotation.id)
    assert isinstance(annotation, ast.Subscript)
    outer, inner = ast.unparse(annotation.value), annotation.slice
    if outer == "Literal":
        words = inner.elts if isinstance(inner, ast.Tuple) else [inner]
        return " or ".join(f"`{ast.literal_eval(word)}`" for word in words)
    if outer == "list":
        return f"list of {_type(inner)}"
    assert outer == "dict" and isinstance(inner, ast.Tuple)
    value = _type(inner.elts[1])
    return "object" if value == "any" else f"object of {value}"


def _named(name: str) -> str:
    if name in SCALARS:
        return SCALARS[name]
    if name in FORMS:
        return FORMS[name]
    words = get_args(NAMED[name])
    return _listed(words) if words and len(words) <= FEW else f"[{name}](#{name.lower()})"


def _listed(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)


def _example_of(
    classes: dict[str, ast.ClassDef], title: str, kinds: dict[str, str], examples: dict[str, dict[str, object]]
) -> dict[str, object]:
    """The first value of that type in the examples."""
    for record, name in kinds.items():
        for key, (annotation, _) in keys(classes[record]).items():
            words = {node.id for node in ast.walk(annotation) if isinstance(node, ast.Name)}
            value = examples.get(name, {}).get(key)
            value = value[0] if isinstance(value, list) and value else value
            if title in words and isinstance(value, dict):
                return value if set(value) <= set(NAMED[title].__annotations__) else {}
    return {}
