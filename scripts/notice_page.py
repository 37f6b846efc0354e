"""What scripts/schemas and scripts/generate-reference write of the JSON document of a notice."""

import ast
import json
import os

import record_types
from pydantic import TypeAdapter

from workcell.channels import notice_document, notify, outbox
from workcell.rundir import schema, vocabulary

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
EXAMPLE = os.path.join(ROOT, "docs", "examples", "notice.json")
SCHEMA = "sent-notice.json"
"""Its file in docs/schema."""


def json_schema() -> dict[str, object]:
    """The JSON Schema of the document, with what each key means."""
    vars(notice_document).update({name: getattr(schema, name) for name in ("NoticeEvent", "NoticeFacts", "Time")})
    made = TypeAdapter(notice_document.NoticeDocument).json_schema()
    nodes = {**record_types.sources(), "NoticeDocument": _class()}
    for title, part in {made["title"]: made, **made["$defs"]}.items():
        if title in nodes:
            for key, (_, words) in record_types.keys(nodes[title]).items():
                if words and "$ref" not in part["properties"][key]:
                    part["properties"][key]["description"] = " ".join(words.split())
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "workcell.notice/1", **made}


def _class() -> ast.ClassDef:
    with open(notice_document.__file__, encoding="utf-8") as file:
        tree = ast.parse(file.read())
    return next(node for node in tree.body if isinstance(node, ast.ClassDef))


def page(notice: str) -> str:
    """docs/reference/notices.md"""
    with open(EXAMPLE, encoding="utf-8") as file:
        example = json.load(file)
    lines = ["# Notices", "", f"<!-- {notice} -->", "", INTRODUCTION, ""]
    lines += ["## Events", "", EVENTS_WORDS, "", "| event | when it is posted | facts |", "|---|---|---|"]
    for name in vocabulary.NOTICE_EVENTS:
        facts = ", ".join(f"`{fact}`" for fact in notify.FACTS[name])
        lines.append(f"| `{name}` | {notify.EVENTS[name]} | {facts} |")
    lines += ["", "Words for several events:", ""]
    lines += [f"- `{name}`: {means}" for name, means in notify.GROUPS.items()]
    lines += ["", "## Quiet hours", "", QUIET_WORDS]
    lines += ["", "## The JSON document", "", DOCUMENT_WORDS, ""]
    lines += record_types.table_of(_class(), required=True)
    lines += ["## Facts", "", FACTS_WORDS, ""]
    lines += record_types.table_of(record_types.sources()["NoticeFacts"], required=False)
    lines += [
        "## An example",
        "",
        EXAMPLE_WORDS,
        "",
        "```json",
        json.dumps(example, indent=2, ensure_ascii=False),
        "```",
    ]
    return "\n".join([*lines, ""])


def _words(names: "tuple[str, ...]") -> str:
    return " or ".join(f"`{name}`" for name in names)


INTRODUCTION = (
    "A notice tells people that a run began, ended or needs them. [Be told](../how-to/be-told.md) says how to have it "
    "sent; this page says which notices there are, and what programs and webhooks get."
)
EVENTS_WORDS = (
    "`events:` of an adapter takes these words; `workcell notify ls --events` prints them. The last column names the "
    "[facts](#facts) that the notice may have; those of an end (`commits` and on) are there when an attempt is over."
)
QUIET_WORDS = (
    f"In the quiet hours of an adapter a notice waits, unless its event is under `except` or it has the class "
    f"{_words(vocabulary.NOTICE_CLASSES)}: an approval whose risk is {_words(outbox.RISKY)}. The class stands in "
    "the file of the [notice](records.md#notice), not in the document below."
)
DOCUMENT_WORDS = (
    "An adapter with `uses: command` gets it on the standard input of its program, one with `uses: webhook` as the body "
    "of the request. [JSON Schema](../schema/sent-notice.json). Every text is cleaned: control characters are shown as "
    "escapes, secrets are masked. Keys are added and never taken away; a reader ignores those that it does not know."
)
FACTS_WORDS = "Each key may be absent: a fact that is not known is left out."
EXAMPLE_WORDS = "The end of a run that passed, as a webhook got it; a test compares it with a real one."
