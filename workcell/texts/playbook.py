"""A recovery playbook: when, signals, steps and limits as front matter, then prose for a person."""

import re
from dataclasses import dataclass, field
from typing import Any

from workcell.rundir.words import ACTIVITIES, PHASES, VERDICTS
from workcell.texts import fields
from workcell.texts.document import Document, Fault, Faulty, load, parse_markdown
from workcell.texts.fields import Field, Path

SOURCES = ("record", "stderr", "stdout", "screen")
REGIONS = ("status", "notice", "dialog", "page")
"""Where on a rendered screen a pattern may match: the line of a spinner, what the program itself says last, a
dialog that is up, or a full-screen page without a composer. Never what the agent or its tools printed."""

NAME = re.compile(r"[a-z][a-z0-9-]{0,63}")
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
    match: dict[str, Any] = field(default_factory=dict)
    pattern: "re.Pattern[str] | None" = None
    region: str | None = None
    resets: str | None = None
    safe: str | None = None
    seen: str | None = None
    note: str | None = None
    file: str = ""

    def holds_for(self, agent: str) -> bool:
        """Whether the signal is about this agent or recipe; `any` is about all."""
        return "any" in self.agents or agent in self.agents


@dataclass
class Playbook:
    """What a playbook file says. `steps` is a list of `{"step": word, option: value, ...}`."""

    name: str
    version: int
    when: dict[str, Any]
    signals: list[Signal]
    steps: list[dict[str, Any]]
    limits: dict[str, Any]
    prose: str
    file: str
    prose_line: int = 1


def _pattern(value: Any, path: Path, document: Document) -> "re.Pattern[str] | None":
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


def _match(value: Any, path: Path, document: Document) -> dict[str, Any]:
    """`field: value`, `field: [values]` or `field: /pattern/` on an event's `type`, `text` and `data`."""
    if not isinstance(value, dict) or not value:
        document.fault(path, "'match' must be 'field: value' lines", "for example: type: error")
        return {}
    out: dict[str, Any] = {}
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


def _word(value: Any, path: Path, document: Document) -> str | None:
    found = fields.line(value, path, document)
    if found is not None and not WORD.fullmatch(found):
        document.fault(path, f"{found!r} must be lower-case letters, digits, '-' and '_'")
        return None
    return found


def _agent(value: Any, path: Path, document: Document) -> str | None:
    return _word(value, path, document)


_confidence = fields.number(0.0, 1.0)

_SIGNAL = (
    Field("id", _word, "a name that stays: verdicts are stored with it", required=True),
    Field("version", fields.whole(1, 9999), "raised with every change of the signal", default=1),
    Field("agents", fields.list_of(_agent), "recipes it holds for, or any", default=["any"]),
    Field("source", fields.one_of(*SOURCES), "record, stderr, stdout or screen", required=True),
    Field("match", _match, "fields of a structured record", default={}),
    Field("pattern", _pattern, "a regular expression on the text", default=None),
    Field("region", fields.one_of(*REGIONS), "where on the screen: " + ", ".join(REGIONS), default=None),
    Field("verdict", fields.one_of(*VERDICTS), "the verdict that it tells", required=True),
    Field("confidence", _confidence, "0 to 1; of several that fire the surest decides", default=0.8),
    Field("resets", _word, "the named group of the pattern that holds the reset time", default=None),
    Field("safe", fields.line, "the answer to a dialog that changes nothing", default=None),
    Field("seen", fields.line, "program and version it was seen in", default=None),
    Field("note", fields.line, "what a reader should know", default=None),
)


def _signal(value: Any, path: Path, document: Document) -> Signal | None:
    if not isinstance(value, dict):
        document.fault(path, "a signal is a group of 'key: value' lines", "begin it with '- id: …'")
        return None
    before = len(document.faults)
    found = fields.check(value, _SIGNAL, document, path)
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


_TEXT = Field("text", fields.text, "what is said", default=None)

STEPS: dict[str, tuple[Field, ...]] = {
    "notify": (
        Field("level", fields.one_of("info", "needs"), "needs: a person must do something", default="info"),
        _TEXT,
    ),
    "wait_until": (
        Field("until", fields.one_of("due", "resets", "idle", "answered", "reachable"), "what is waited for"),
        Field("for", fields.duration, "at most, or exactly when 'until' is absent", default=None),
    ),
    "nudge": (Field("text", fields.text, "put before the agent when it is idle", required=True),),
    "answer": (Field("choice", fields.line, "safe, a number, or the words of the option", default="safe"),),
    "interrupt": (),
    "stop": (Field("grace", fields.duration, "between asking and killing", default=30.0),),
    "resume": (
        Field(
            "how",
            fields.one_of("native", "artifacts"),
            "its own conversation, or from the run's files",
            required=True,
        ),
        Field("after", fields.duration, "not before", default=None),
    ),
    "snapshot": (Field("what", fields.one_of("tree", "run"), "what is kept", default="tree"),),
    "repair_socket": (),
    "hold": (
        Field("scope", fields.one_of("run", "account"), "this run, or all on its credential", default="run"),
        Field("until", fields.one_of("resets", "person", "probe"), "what ends the hold", default="person"),
        Field("for", fields.duration, "at most", default=None),
    ),
    "release": (Field("scope", fields.one_of("run", "account"), "as for hold", default="run"),),
    "verify": (),
    "escalate": (_TEXT,),
}
"""The closed table of what a playbook may do; the first option may be written short: `resume: native`."""


def _step(value: Any, path: Path, document: Document) -> dict[str, Any] | None:
    if isinstance(value, str):
        value = {value: None}
    if not isinstance(value, dict) or len(value) != 1:
        document.fault(path, "a step is one word, or one word with its options", "for example: - resume: native")
        return None
    word, options = next(iter(value.items()))
    table = STEPS.get(word)
    here = (*path, word)
    if table is None:
        document.fault(here, f"unknown step {word!r}", fields.did_you_mean(word, list(STEPS)))
        return None
    if options is not None and not isinstance(options, dict):
        if not table:
            document.fault(here, f"{word!r} takes no options")
            return None
        options = {table[0].name: options}
    found = fields.check(options or {}, table, document, here)
    if word == "wait_until" and found["until"] is None and found["for"] is None:
        document.fault(here, "'wait_until' needs 'until' or 'for'")
    return {"step": word, **found}


_BACKOFF = (
    Field("first", fields.duration, "before the second try", default=60.0),
    Field("factor", fields.number(1.0, 100.0), "times the last", default=2.0),
    Field("max", fields.duration, "never longer", default=3600.0),
    Field("jitter", fields.number(0.0, 1.0), "share of it that is random", default=0.2),
)
_LIMITS = (
    Field("per_run", fields.whole(1, 1000), "acts on one run", default=3),
    Field("per_account", fields.whole(1, 1000), "acts on all runs of one account in an hour", default=10),
    Field("per_hour", fields.whole(1, 1000), "acts of this playbook in an hour", default=20),
    Field("cooldown", fields.duration, "between two acts on one run", default=300.0),
    Field("backoff", fields.group(_BACKOFF), "how the pause grows", default=None),
)
_WHEN = (
    Field("verdict", fields.list_of(fields.one_of(*VERDICTS)), "why it ended or hangs", default=[]),
    Field("phase", fields.list_of(fields.one_of(*PHASES)), "fact from files and locks", default=[]),
    Field("activity", fields.list_of(fields.one_of(*ACTIVITIES)), "what it is doing", default=[]),
    Field(
        "evidence",
        fields.list_of(_word),
        "ids of signals or findings, one of which must be there",
        default=[],
    ),
    Field("confidence", _confidence, "at least", default=0.0),
)
_TABLE = (
    Field("name", fields.line, "the file's name without .md", required=True),
    Field("version", fields.whole(1, 9999), "raised with every change", required=True),
    Field("when", fields.group(_WHEN), "verdict, phase, activity, evidence, confidence", default=None),
    Field("signals", fields.list_of(_signal), "what tells the verdict", default=[]),
    Field("steps", fields.list_of(_step), "what is done, in order", default=[]),
    Field("limits", fields.group(_LIMITS), "caps, cool-down and back-off", default=None),
)

SECTIONS = ("Recognise", "Diagnose", "What is done", "If that does not help")


PERSON_ONLY = ("answer", "release")
"""Steps that speak for a person; only a person's own playbook, or a shipped one, may have them."""


def parse(data: bytes, file: str, *, foreign: bool = False) -> tuple[Playbook | None, list[Fault]]:
    """The playbook that `data` (Markdown with front matter) says, or None, and every fault with its line.

    With `foreign` it comes from a repository: steps of PERSON_ONLY and caps above the defaults are faults.
    """
    try:
        document = parse_markdown(data, file)
    except Faulty as error:
        return None, error.faults
    if not document.front and not document.faults:
        document.fault((), "no front matter", "begin the file with a line of three dashes")
        return None, document.faults
    found = fields.check(document.front, _TABLE, document)
    name = found["name"]
    if name is not None and not NAME.fullmatch(name):
        document.fault(("name",), f"{name!r} is not a name", "lower-case letters, digits and '-'")
    when = found["when"]
    if when is None or not any(when[key] for key in ("verdict", "phase", "activity", "evidence")):
        document.fault(("when",), "'when' says nothing: the playbook would hold always", "name a verdict or a phase")
    if not found["steps"] and "steps" not in document.front:
        document.fault((), "'steps' is missing", "at least '- escalate'")
    _unique(found["signals"], document)
    _prose(document)
    if foreign:
        _persons_alone(found, document)
    if document.faults:
        return None, document.faults
    limits = found["limits"] or fields.check({}, _LIMITS, document)
    limits["backoff"] = limits["backoff"] or fields.check({}, _BACKOFF, document)
    return (
        Playbook(
            name,
            found["version"],
            when,
            found["signals"],
            found["steps"],
            limits,
            document.body,
            file,
            document.body_line,
        ),
        [],
    )


def _persons_alone(found: dict[str, Any], document: Document) -> None:
    """Note what a repository's playbook may not say."""
    cure = "put the playbook into recovery/ of your home, if you want it"
    for number, step in enumerate(found["steps"]):
        if step["step"] in PERSON_ONLY:
            document.fault(
                ("steps", number, step["step"]),
                f"{step['step']!r} speaks for a person, and no repository's playbook may",
                cure,
            )
    for key, value in (found["limits"] or {}).items():
        usual = next((entry.default for entry in _LIMITS if entry.name == key), None)
        if usual is None or value is None:
            continue
        if value < usual if key == "cooldown" else value > usual:
            words = f"{key!r} of {value:g} is wider than the usual {usual:g}: not from a repository"
            document.fault(("limits", key), words, cure)


def read(path: str, *, foreign: bool = False) -> Playbook:
    """The playbook in a file; Faulty with all its faults, NotFound or Invalid when it cannot be read."""
    found, faults = parse(load(path), path, foreign=foreign)
    if found is None:
        raise Faulty(faults, f"workcell playbook lint {path}")
    return found


def _unique(signals: list[Signal], document: Document) -> None:
    seen: set[str] = set()
    for signal in signals:
        if signal.id in seen:
            document.fault(("signals",), f"two signals have the id {signal.id!r}", "an id names one signal for ever")
        seen.add(signal.id)


def _prose(document: Document) -> None:
    headings = {line.lstrip("#").strip().lower() for line in document.body.split("\n") if line.startswith("#")}
    for section in SECTIONS:
        if section.lower() not in headings:
            document.faults.append(
                Fault(
                    document.file,
                    document.body_line,
                    f"the prose has no section {section!r}",
                    f"add '## {section}'",
                )
            )
