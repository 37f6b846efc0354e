"""As much of JSON Schema as the generated schemas use: what is wrong with a document, a line each."""

import re
from typing import Any

_TYPES: dict[str, Any] = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "null": type(None),
    "array": list,
    "object": dict,
}
_KNOWN = {
    *("$schema", "$id", "$defs", "$ref", "title", "description", "default", "type", "properties", "required", "items"),
    *("enum", "const", "anyOf", "additionalProperties", "prefixItems", "minItems", "maxItems", "minimum", "maximum"),
    *("pattern", "x-access"),
}


def faults(document: Any, schema: dict[str, Any], whole: dict[str, Any] | None = None, at: str = "") -> list[str]:
    """What of `document` is not as `schema` says. Keys that no schema names are faults: nothing is printed untold."""
    whole = schema if whole is None else whole
    assert set(schema) <= _KNOWN, f"this validator does not know {set(schema) - _KNOWN}"
    if "$ref" in schema:
        return faults(document, whole["$defs"][schema["$ref"].rpartition("/")[2]], whole, at)
    if "anyOf" in schema:
        tried = [faults(document, one, whole, at) for one in schema["anyOf"]]
        return min(tried, key=len)
    if "const" in schema or "enum" in schema:
        wanted = schema.get("enum", [schema.get("const")])
        return [] if document in wanted else [f"{at}: {document!r} is none of {wanted}"]
    kind = schema.get("type")
    if kind is None:
        return []
    if not isinstance(document, _TYPES[kind]) or (isinstance(document, bool) and kind != "boolean"):
        return [f"{at}: {document!r} is no {kind}"]
    if kind == "array":
        each = schema.get("prefixItems") or [schema.get("items") or {}] * len(document)
        return [line for n, entry in enumerate(document) for line in faults(entry, each[n], whole, f"{at}[{n}]")]
    if kind == "object":
        return _object(document, schema, whole, at)
    if kind == "string" and not re.search(schema.get("pattern", ""), document):
        return [f"{at}: {document!r} does not match {schema['pattern']}"]
    if kind in ("number", "integer") and not schema.get("minimum", document) <= document <= schema.get(
        "maximum", document
    ):
        return [f"{at}: {document!r} is out of bounds"]
    return []


def _object(document: dict[str, Any], schema: dict[str, Any], whole: dict[str, Any], at: str) -> list[str]:
    properties = schema.get("properties")
    found = [f"{at}.{key} is missing" for key in schema.get("required", []) if key not in document]
    for key, value in document.items():
        if properties is not None and key in properties:
            found += faults(value, properties[key], whole, f"{at}.{key}")
        elif properties is not None:
            found.append(f"{at}.{key} is not in the schema")
        elif isinstance(schema.get("additionalProperties"), dict):
            found += faults(value, schema["additionalProperties"], whole, f"{at}.{key}")
    return found
