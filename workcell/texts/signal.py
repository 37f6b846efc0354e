"""A signal of a playbook: one sentence or record that tells a verdict."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from workcell.rundir.vocabulary import VERDICTS
from workcell.texts import fields
from workcell.texts.document import Document
from workcell.texts.fields import Field, Path

if TYPE_CHECKING:
    from workcell.judgement.signals import Wanted

SOURCES = ("record", "stderr", "stdout", "screen")
REGIONS = ("status", "notice", "dialog", "page")
"""Where on a rendered screen a pattern may match: the line of a spinner, what the program itself says last, a
dialog that is up, or a full-screen page without a composer. Never what the agent or its tools printed."""

WORD = re.compile(r"[a-z][a-z0-9_-]{0,63}")
MAX_PATTERN = 400

_UNBOUNDED = re.compile(r"\([^)]*[+*][^)]*\)[+*]")
"""`(a+)+` and its like take time that grows by powers with the length of a hostile line."""


@dataclass(frozen=True)
class Signal:
    """One sentence or record that tells a verdict, with where it may stand and where it was seen."""

    id: str
    version: int
    agents: tuple[str, ...]
    source: str
    verdict: str
    confidence: float
    match: dict[str, Wanted] = field(default_factory=dict)
    pattern: re.Pattern[str] | None = None
    region: str | None = None
    resets: str | None = None
    safe: str | None = None
    seen: str | None = None
    note: str | None = None
    file: str = ""

    def holds_for(self, agent: str) -> bool:
        """Whether the signal is about this agent or recipe; `any` is about all."""
        return "any" in self.agents or agent in self.agents


def _pattern(value: Any, path: Path, document: Document) -> re.Pattern[str] | None:
    source = fields.text(value, path, document)
    if source is None:
        return None
    source = source.strip()
    if not source or len(source) > MAX_PATTERN:
        document.fault(path, f"a pattern has from 1 to {MAX_PATTERN} characters")
        return None
    if _UNBOUNDED.search(source):
        document.fault(
            path,
            "a repeated group within a repetition can take for ever",
            "write it without the outer + or *",
        )
        return None
    try:
        return re.compile(source)
    except (re.error, OverflowError, RecursionError) as error:
        document.fault(path, f"not a regular expression: {error}", "Python's syntax; quote it with single quotes")
        return None


def _match(value: Any, path: Path, document: Document) -> dict[str, Wanted]:
    """`field: value`, `field: [values]` or `field: /pattern/` on an event's `type`, `text` and `data`."""
    if not isinstance(value, dict) or not value:
        document.fault(path, "'match' must be 'field: value' lines", "for example: type: error")
        return {}
    out: dict[str, Wanted] = {}
    for key, wanted in value.items():
        here = (*path, key)
        if isinstance(wanted, str) and len(wanted) > 2 and wanted.startswith("/") and wanted.endswith("/"):
            wanted = _pattern(wanted[1:-1], here, document)
            if wanted is None:
                continue
        many = wanted if isinstance(wanted, list) else [wanted]
        if not many or any(isinstance(item, dict | list) for item in many):
            document.fault(here, f"{key!r} must be a value, a list of values or /a pattern/")
            continue
        out[key] = wanted
    return out


def word(value: Any, path: Path, document: Document) -> str | None:
    found = fields.line(value, path, document)
    if found is not None and not WORD.fullmatch(found):
        document.fault(path, f"{found!r} must be lower-case letters, digits, '-' and '_'")
        return None
    return found


def _agent(value: Any, path: Path, document: Document) -> str | None:
    return word(value, path, document)


confidence = fields.number(0.0, 1.0)

KEYS = (
    Field("id", word, "a name that stays: verdicts are stored with it", required=True),
    Field("version", fields.whole(1, 9999), "raised with every change of the signal", default=1),
    Field("agents", fields.list_of(_agent), "recipes it holds for, or any", default=["any"]),
    Field("source", fields.one_of(*SOURCES), "record, stderr, stdout or screen", required=True),
    Field("match", _match, "fields of a structured record", default={}),
    Field("pattern", _pattern, "a regular expression on the text", default=None),
    Field("region", fields.one_of(*REGIONS), "where on the screen: " + ", ".join(REGIONS), default=None),
    Field("verdict", fields.one_of(*VERDICTS), "the verdict that it tells", required=True),
    Field("confidence", confidence, "0 to 1; of several that fire the surest decides", default=0.8),
    Field("resets", word, "the named group of the pattern that holds the reset time", default=None),
    Field("safe", fields.line, "the answer to a dialog that changes nothing", default=None),
    Field("seen", fields.line, "program and version it was seen in", default=None),
    Field("note", fields.line, "what a reader should know", default=None),
)


def parse(value: Any, path: Path, document: Document) -> Signal | None:
    if not isinstance(value, dict):
        document.fault(path, "a signal is a group of 'key: value' lines", "begin it with '- id: …'")
        return None
    before = len(document.faults)
    found = fields.check(value, KEYS, document, path)
    pattern, source = found["pattern"], found["source"]
    if source == "record" and not found["match"]:
        document.fault(path, "a signal on records needs 'match'", "for example: match: {type: error, status: 401}")
    if source != "record" and pattern is None and "pattern" not in value:
        document.fault(path, f"a signal on {source} needs 'pattern'")
    if source != "record" and found["match"]:
        document.fault((*path, "match"), "'match' is for records alone", "use 'pattern'")
    if source == "screen" and found["region"] is None and "region" not in value:
        document.fault(path, "a signal on the screen needs 'region'", "one of " + ", ".join(REGIONS))
    if source != "screen" and found["region"] is not None:
        document.fault((*path, "region"), "'region' is for the screen alone")
    if found["resets"] and (pattern is None or found["resets"] not in pattern.groupindex):
        document.fault((*path, "resets"), f"the pattern has no group {found['resets']!r}", "write (?P<name>…)")
    if len(document.faults) > before:
        return None
    found["agents"] = tuple(found["agents"])
    return Signal(file=document.file, **found)
